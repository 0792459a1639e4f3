"""Arguments of ops that make arrays, are losses, or call functions."""

from __future__ import annotations

import numpy as np

from tests.parity.fuzz.drawing import Draw, array_text

Written = tuple[list[str], str]

# Arrays from plain numbers.


def _dtype(draw: Draw) -> str:
    return f", dtype={draw.pick(draw.dtypes)!r}" if draw.yes() else ""


def made(draw: Draw) -> str:
    """A shape and perhaps a dtype."""
    return f"{draw.shape()}{_dtype(draw)}"


def full(draw: Draw) -> str:
    """A shape and a number."""
    return f"{draw.shape()}, {draw.pick([0, 3, 2.5, True])}{_dtype(draw)}"


def arange(draw: Draw) -> str:
    """One to three numbers."""
    start, length = draw.pick([0, 1, -3, 0.5]), draw.integer(0, 6)
    step = draw.pick([1, 2, -1, 0.5])
    given = [[length], [start, start + length], [start, start + length * step, step]]
    return ", ".join(map(repr, draw.pick(given))) + _dtype(draw)


def linspace(draw: Draw) -> str:
    """Two ends, and how many."""
    text = f"{draw.pick([0, 0.5, -3])}, {draw.pick([1, 2.5, 10])}, num={draw.integer(0, 6)}"
    return text + (", endpoint=False" if draw.yes(0.4) else "") + _dtype(draw)


def eye(draw: Draw) -> str:
    """Rows, columns, which diagonal."""
    columns = f", {draw.integer(0, 5)}" if draw.yes() else ""
    return f"{draw.integer(0, 4)}{columns}, k={draw.integer(-2, 2)}{_dtype(draw)}"


def identity(draw: Draw) -> str:
    """Rows."""
    return f"{draw.integer(0, 4)}{_dtype(draw)}"


def broadcast_shapes(draw: Draw) -> str:
    """Two shapes that fit."""
    shape = draw.shape()
    return f"{shape}, {draw.broadcastable(shape)}"


# Class numbers, and losses of rows.


def one_hot(draw: Draw, values: str) -> Written:
    """Class numbers, some of them outside."""
    classes = draw.integer(1, 5)
    numbers = draw.rng.integers(-1, classes + 1, draw.shape(0, 2))
    text = f"a, {classes}" + (", axis=0" if draw.yes(0.3) else "") + _dtype(draw)
    return [array_text(numbers, draw.pick(["int32", "uint8", "int8"]))], text


def multi_hot(draw: Draw, values: str) -> Written:
    """Class numbers of each row."""
    classes = draw.integer(1, 5)
    numbers = draw.rng.integers(0, classes, draw.shape(1, 2))
    return [array_text(numbers, "int32")], f"a, {classes}{_dtype(draw)}"


def _rows(draw: Draw) -> tuple[tuple[int, ...], int]:
    return draw.shape(1, 2, empty=False), draw.integer(2, 5)


def binary_crossentropy(draw: Draw, values: str) -> Written:
    """Targets of 0 and 1, probabilities or logits."""
    shape = draw.shape(1, 3)
    logits = draw.yes()
    dtype = draw.pick(draw.floats)
    targets = array_text(draw.rng.integers(0, 2, shape).astype(float), dtype)
    outputs = draw.array(shape, dtype, "finite" if logits else "unit")
    return [targets, outputs], f"a, b, from_logits={logits}"


def _distribution(draw: Draw, shape: tuple[int, ...], logits: bool) -> str:
    scores = draw.rng.uniform(0.05, 1, shape)
    if logits:
        return array_text((scores * 12 - 6).round(3), "float32")
    return array_text(scores / scores.sum(-1, keepdims=True), "float32")


def categorical_crossentropy(draw: Draw, values: str) -> Written:
    """One-hot rows, probabilities or logits."""
    shape, classes = _rows(draw)
    logits = draw.yes()
    targets = np.eye(classes)[draw.rng.integers(0, classes, shape)]
    outputs = _distribution(draw, (*shape, classes), logits)
    return [array_text(targets, "float32"), outputs], f"a, b, from_logits={logits}"


def sparse_categorical_crossentropy(draw: Draw, values: str) -> Written:
    """Class numbers, probabilities or logits."""
    shape, classes = _rows(draw)
    logits = draw.yes()
    targets = array_text(draw.rng.integers(0, classes, shape), draw.pick(["int32", "uint8"]))
    return [targets, _distribution(draw, (*shape, classes), logits)], f"a, b, from_logits={logits}"


def ctc_loss(draw: Draw, values: str) -> Written:
    """Label rows, logits over time, and how much of each counts."""
    rows, times, classes, labels = (draw.integer(1, 3), draw.integer(4, 8), draw.integer(2, 4),
                                    draw.integer(1, 2))  # fmt: skip
    arrays = [
        array_text(draw.rng.integers(1, classes, (rows, labels)), "int32"),
        _distribution(draw, (rows, times, classes), logits=True),
        array_text(draw.rng.integers(1, labels + 1, rows), "int32"),
        array_text(draw.rng.integers(2 * labels, times + 1, rows), "int32"),
    ]
    return arrays, "a, b, c, d"


# Functions of functions.


def cond(draw: Draw, values: str) -> Written:
    """Either branch."""
    shape = draw.shape()
    arrays = [draw.array(shape, "float32", values), draw.array((), "bool")]
    return arrays, "b, lambda: a * 2.0, lambda: K.ops.tanh(a)"


def switch(draw: Draw, values: str) -> Written:
    """One of three branches; a number outside is clipped."""
    number = array_text(draw.integer(-1, 3), "int32")
    array = draw.array(draw.shape(), "float32", values)
    return [array, number], "b, [lambda x: x, lambda x: x * x, lambda x: K.ops.exp(x)], a"


def while_loop(draw: Draw, values: str) -> Written:
    """A counter and a value."""
    arrays = [draw.array(draw.shape(), "float32", values)]
    most = draw.pick(["", f", maximum_iterations={draw.integer(0, 3)}"])
    test, body = f"lambda i, x: i < {draw.integer(0, 4)}", "lambda i, x: (i + 1, x * 0.5)"
    return arrays, f"{test}, {body}, (K.ops.convert_to_tensor(0), a){most}"


def fori_loop(draw: Draw, values: str) -> Written:
    """A number of rounds."""
    array = draw.array(draw.shape(), "float32", values)
    return [array], f"{draw.integer(0, 2)}, {draw.integer(0, 4)}, lambda i, x: x + 1.5, a"


def scan(draw: Draw, values: str) -> Written:
    """A running value over rows, forwards or backwards."""
    rest = draw.shape(0, 2)
    arrays = [draw.array(rest, "float32", values),
              draw.array((draw.integer(1, 4), *rest), "float32", values)]  # fmt: skip
    backwards = ", reverse=True" if draw.yes(0.4) else ""
    return arrays, f"lambda c, x: (c * 0.5 + x, K.ops.tanh(c)), a, b{backwards}"


def foldl(draw: Draw, values: str) -> Written:
    """A running value over rows."""
    rest = draw.shape(0, 2)
    arrays = [draw.array(rest, "float32", values),
              draw.array((draw.integer(1, 4), *rest), "float32", values)]  # fmt: skip
    return arrays, "lambda c, x: c * 0.5 + x, a, b"


def map_(draw: Draw, values: str) -> Written:
    """A function of each row."""
    shape = (draw.integer(1, 4), *draw.shape(0, 2))
    return [draw.array(shape, "float32", values)], "lambda x: K.ops.sum(x * x), a"


def custom_gradient(draw: Draw, values: str) -> Written:
    """A gradient of our own: three times what arrives."""
    array = draw.array(draw.shape(), "float32", values)
    arrives = "(args[-1] if upstream is None else upstream)"
    return [array], f"lambda x: (x * x, lambda *args, upstream=None: {arrives} * 3.0)"
