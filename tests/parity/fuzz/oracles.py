"""Oracles: a program run once more with NumPy's own formulas in float64.

Where Keras and kerasish differ, an oracle says who is right.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

import kerasish
from tests.parity.fuzz.comparing import Difference, near
from tests.parity.fuzz.programs import arriving, bfloat16, flat, quiet

STEP = 1e-6  # of a difference quotient


def is_right(difference: Difference, formulas: Mapping[str, Callable[..., Any]]) -> bool:
    """Return whether what kerasish gave is what the formulas give.

    Args:
        difference: of two arrays.
        formulas: what stands for the ops, activations and initializers of the program.
    """
    ours = difference.values[0]
    if not isinstance(ours, np.ndarray):
        return False
    try:
        right = dict(results(difference.program.text, formulas))[difference.where]
    except Exception:  # whatever NumPy refuses, it does not excuse
        return False
    return right.shape == ours.shape and near(ours, right.astype(ours.dtype))


def results(text: str, formulas: Mapping[str, Callable[..., Any]]) -> Iterable[tuple[str, Any]]:
    """Return the names and values of what a program leaves behind with these formulas."""
    rooms = SimpleNamespace(**formulas, get=formulas.get)
    names: dict[str, Any] = {
        "K": SimpleNamespace(ops=rooms, activations=rooms, initializers=rooms, metrics=rooms),
        "np": np,
        "nan": np.nan,
        "inf": np.inf,
        "bfloat16": bfloat16(),
        "call": lambda function, *arrays: function(*arrays),
        "gradient": gradient,
    }
    with quiet():
        exec(compile(text, "<oracle>", "exec"), names)
        return list(flat("result", names["result"], np.asarray))


def gradient(function: Callable[[Any], Any], x: Any) -> list[Any]:
    """Return the gradient by one array, as a difference quotient."""
    x = np.asarray(x, "float64")
    found = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[place] = STEP
        rise = function(x + step) - function(x - step)
        found[place] = np.sum(rise * arriving(rise.shape, "float64")) / (2 * STEP)
    return [found]


def _shifted(x: Any, axis: Any) -> Any:
    x = np.asarray(x, "float64")
    return x - x.max(axis=axis, keepdims=True)


def softmax(x: Any, axis: Any = -1) -> Any:
    """Return exp(x) / sum(exp(x))."""
    shares = np.exp(_shifted(x, axis))
    return shares / shares.sum(axis=axis, keepdims=True)


def log_softmax(x: Any, axis: Any = -1) -> Any:
    """Return x - log(sum(exp(x)))."""
    x = _shifted(x, axis)
    return x - np.log(np.exp(x).sum(axis=axis, keepdims=True))


def softplus(x: Any) -> Any:
    """Return log(1 + exp(x))."""
    return np.logaddexp(0.0, np.asarray(x, "float64"))


def log_sigmoid(x: Any) -> Any:
    """Return log(1 / (1 + exp(-x)))."""
    return -softplus(-np.asarray(x, "float64"))


def softsign(x: Any) -> Any:
    """Return x / (1 + |x|), at the infinities its limit."""
    x = np.asarray(x, "float64")
    return np.where(np.isinf(x), np.sign(x), x / (1 + np.abs(x)))


def _share(x: Any, share: Any) -> Any:
    """Return a share of x; a share of 0 is 0 even of minus infinity."""
    return np.where(share == 0, 0, x * np.where(share == 0, 1, share))


def silu(x: Any) -> Any:
    """Return x * sigmoid(x)."""
    return _share(x, sigmoid(x))


def hard_silu(x: Any) -> Any:
    """Return x * hard_sigmoid(x)."""
    x = np.asarray(x, "float64")
    return _share(x, np.clip(x / 6 + 0.5, 0, 1))


def mish(x: Any) -> Any:
    """Return x * tanh(softplus(x))."""
    return _share(np.asarray(x, "float64"), np.tanh(softplus(x)))


def gelu(x: Any, approximate: bool = True) -> Any:
    """Return x times the share of standard normal numbers below it, or nearly that."""
    x = np.asarray(x, "float64")
    if approximate:
        return _share(x, (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2)
    return _share(x, np.vectorize(math.erfc, otypes=["float64"])(-x / math.sqrt(2)) / 2)


def normalize(x: Any, axis: Any = -1, order: int = 2, epsilon: float = 1e-7) -> Any:
    """Return x divided by its norm."""
    x = np.asarray(x, "float64")
    length = (np.abs(x) ** order).sum(axis=axis, keepdims=True) ** (1 / order)
    return x / np.maximum(length, epsilon)


def hard_tanh(x: Any) -> Any:
    """Return x between -1 and 1."""
    return np.clip(np.asarray(x, "float64"), -1, 1)


def hard_shrink(x: Any, threshold: float = 0.5) -> Any:
    """Return 0 from -threshold to threshold, x elsewhere; NaN stays."""
    return np.where(np.abs(x) <= threshold, 0, np.asarray(x, "float64"))


def soft_shrink(x: Any, threshold: float = 0.5) -> Any:
    """Return x moved by the threshold towards 0; NaN stays."""
    x = np.asarray(x, "float64")
    return np.sign(x) * np.maximum(np.abs(x) - threshold, 0)


def sigmoid(x: Any) -> Any:
    """Return 1 / (1 + exp(-x))."""
    return np.exp(log_sigmoid(x))


def clip(x: Any, smallest: float, largest: float) -> Any:
    """Return whole numbers between two limits, as near to them as the dtype allows."""
    ends = np.iinfo(x.dtype)
    return np.clip(np.clip(x.astype("int64"), smallest, largest), ends.min, ends.max)


def rounded(x: Any, decimals: int = 0) -> Any:
    """Return whole numbers rounded in float64, as near as the dtype allows."""
    ends = np.iinfo(x.dtype)
    return np.clip(np.round(x.astype("float64"), decimals), ends.min, ends.max)


def squareplus(x: Any, b: float = 4) -> Any:
    """Return (x + sqrt(x² + b)) / 2."""
    x = np.asarray(x, "float64")
    return (x + np.sqrt(x * x + b)) / 2


def sparsemax(x: Any, axis: int = -1) -> Any:
    """Return the nearest point of the simplex: max(x - t, 0) with t such that rows sum to 1."""
    x = np.moveaxis(np.asarray(x, "float64"), axis, -1)
    ordered = np.flip(np.sort(x, axis=-1), -1)
    counts = np.arange(1, x.shape[-1] + 1)
    sums = np.cumsum(ordered, axis=-1)
    inside = 1 + counts * ordered > sums
    last = inside.sum(axis=-1, keepdims=True)
    level = (np.take_along_axis(sums, last - 1, -1) - 1) / last
    return np.moveaxis(np.maximum(x - level, 0), -1, axis)


class Configured:
    """What is made again from the arguments that it was made with."""

    def __init__(self, **arguments: Any) -> None:
        self.arguments = arguments

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return self.arguments

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Configured:
        """Return one with these arguments."""
        return cls(**config)


class Identity(Configured):
    """The initializer of matrices with `gain` on the diagonal."""

    def __call__(self, shape: tuple[int, int], dtype: str) -> Any:
        """Return the matrix."""
        return self.arguments["gain"] * np.eye(*shape)


class STFT(Configured):
    """The initializer in float32, where Keras and kerasish agree."""

    def __call__(self, shape: tuple[int, ...], dtype: str) -> Any:
        """Return the window's sines or cosines."""
        return kerasish.initializers.STFT(**self.arguments)(shape, dtype="float32").numpy()


class CosineSimilarity(Configured):
    """The metric: the weighted mean of the cosines between rows or columns."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.reset_state()

    def reset_state(self) -> None:
        """Forget every update."""
        self.total = self.count = 0.0

    def update_state(self, y: Any, p: Any, sample_weight: Any) -> None:
        """Add a batch."""
        axis = self.arguments["axis"]
        y, p = (np.asarray(v, "float64") for v in (y, p))
        lengths = [np.sqrt(np.maximum((v * v).sum(axis, keepdims=True), 1e-12)) for v in (y, p)]
        cosines = (y / lengths[0] * (p / lengths[1])).sum(axis)
        weights = np.ones_like(cosines) if sample_weight is None else sample_weight
        self.total += float((cosines * weights).sum())
        self.count += float(np.broadcast_to(weights, cosines.shape).sum())

    def result(self) -> Any:
        """Return the mean."""
        return np.asarray(self.total / self.count if self.count else 0.0)
