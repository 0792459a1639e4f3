"""Arguments of ops that depend on shapes: each function draws them and writes them down."""

from __future__ import annotations

import numpy as np

from tests.parity.fuzz.drawing import Draw, array_text

Shape = tuple[int, ...]
Written = tuple[list[str], str]

# Of one array: the text after its name.


def clip(draw: Draw, shape: Shape) -> str:
    """Two numbers, the lower one first."""
    low = draw.pick([-1, 0, 0.5, -300, 1])
    return f", {low!r}, {low + draw.pick([0, 1, 2.5, 300])!r}"


def glu(draw: Draw, shape: Shape) -> str:
    """An axis; an odd one is an error."""
    return f", axis={draw.axis(len(shape))}"


def layer_normalization(draw: Draw, shape: Shape) -> str:
    """Scale and offset of the axis's size, or none."""
    axis = draw.axis(len(shape))
    text = f", axis={axis}"
    if draw.yes():
        text += f", gamma={draw.array((shape[axis],), 'float32')}"
        text += f", beta={draw.array((shape[axis],), 'float32')}"
    return text + (", epsilon=0.01" if draw.yes() else "")


def rms_normalization(draw: Draw, shape: Shape) -> str:
    """A scale over the last axis, or none over any."""
    if draw.yes():
        return f", scale={draw.array(shape[-1:], 'float32')}"
    return f", axis={draw.axis(len(shape))}, epsilon=0.01"


def top_k(draw: Draw, shape: Shape) -> str:
    """How many, at most as many as there are."""
    return f", {draw.integer(min(1, shape[-1]), max(shape[-1], 1))}"


def transpose(draw: Draw, shape: Shape) -> str:
    """A permutation, or none."""
    return f", axes={_permutation(draw, len(shape))}" if draw.yes(0.7) else ""


def _permutation(draw: Draw, rank: int) -> tuple[int, ...]:
    return tuple(int(i) for i in draw.rng.permutation(rank))


def reshape(draw: Draw, shape: Shape) -> str:
    """The same number of elements otherwise; one size may be -1."""
    size = int(np.prod(shape))
    sizes = [1] if draw.yes(0.3) else []
    for factor in (2, 3, 5):
        while size and size % factor == 0:
            sizes.append(factor)
            size //= factor
    sizes = [*sizes, size] if size != 1 else sizes
    new = [sizes[i] for i in draw.rng.permutation(len(sizes))]
    if new and 0 not in new and draw.yes(0.4):
        new[draw.integer(0, len(new) - 1)] = -1
    return f", {tuple(new)}"


def broadcast_to(draw: Draw, shape: Shape) -> str:
    """A larger shape; ones grow."""
    grown = tuple(draw.integer(1, 4) if size == 1 else size for size in shape)
    return f", {(*draw.shape(0, 2), *grown)}"


def tile(draw: Draw, shape: Shape) -> str:
    """How often each axis, or one number."""
    if draw.yes(0.3):
        return f", {draw.integer(0, 3)}"
    return f", {tuple(draw.integer(0, 3) for _ in range(draw.integer(0, len(shape) + 1)))}"


def repeat(draw: Draw, shape: Shape) -> str:
    """A number, or one for each element of the axis."""
    if not shape or draw.yes(0.3):
        return f", {draw.integer(0, 3)}"
    axis = draw.axis(len(shape))
    if draw.yes(0.6):
        return f", {draw.integer(0, 3)}, axis={axis}"
    return f", np.array({[draw.integer(0, 2) for _ in range(shape[axis])]}, 'int32'), axis={axis}"


def pad(draw: Draw, shape: Shape) -> str:
    """A number, a pair for all axes, or a pair for each."""
    pair = (draw.integer(0, 2), draw.integer(0, 2))
    each = tuple((draw.integer(0, 2), draw.integer(0, 2)) for _ in shape)
    width = draw.pick([draw.integer(0, 2), pair, each, each])
    return f", {width}" + (", constant_values=2" if draw.yes(0.3) else "")


def moveaxis(draw: Draw, shape: Shape) -> str:
    """One axis to another place, or several."""
    rank = len(shape)
    if draw.yes():
        return f", {draw.axis(rank)}, {draw.axis(rank)}"
    axes = draw.some(range(rank), 1)
    places = [int(i) for i in draw.rng.permutation(rank)[: len(axes)]]
    return f", {axes}, {places}"


def swapaxes(draw: Draw, shape: Shape) -> str:
    """Two axes."""
    return f", {draw.axis(len(shape))}, {draw.axis(len(shape))}"


def expand_dims(draw: Draw, shape: Shape) -> str:
    """One new axis, or two."""
    rank = len(shape) + 1
    return f", {draw.axis(rank)}" if draw.yes(0.7) else f", {tuple(draw.some(range(rank), 1, 1))}"


def squeeze(draw: Draw, shape: Shape) -> str:
    """Axes of size 1, or all of them."""
    ones = [i for i, size in enumerate(shape) if size == 1]
    return f", axis={draw.pick(ones)}" if ones and draw.yes() else ""


def split(draw: Draw, shape: Shape) -> str:
    """Equal parts, or where to cut."""
    axis = draw.axis(len(shape))
    parts = [n for n in (1, 2, 3) if shape[axis] % n == 0]
    cut = draw.pick([draw.pick(parts), sorted(draw.some(range(shape[axis] + 1), 0, 2))])
    return f", {cut}, axis={axis}"


def unstack(draw: Draw, shape: Shape) -> str:
    """An axis, and now and then how many there are."""
    axis = draw.axis(len(shape))
    return f", axis={axis}" + (f", num={shape[axis]}" if draw.yes(0.3) else "")


def get_item(draw: Draw, shape: Shape) -> str:
    """A key of integers, slices, `None` and `...`."""
    keys = []
    for size in shape[: draw.integer(1, len(shape))]:
        start, stop = sorted((draw.integer(-size, size), draw.integer(-size, size)))
        one = repr(draw.integer(-size, size - 1))
        step = draw.pick([1, 1, 2, -1])
        keys.append(draw.pick([one, f"slice({start}, {stop}, {step})", "slice(None)"]))
    if draw.yes(0.2):
        keys.insert(draw.integer(0, len(keys)), "None")
    if draw.yes(0.2):
        keys.append("...")
    return f", ({', '.join(keys)},)"


def slice_(draw: Draw, shape: Shape) -> str:
    """A start and a size within the shape."""
    starts = [draw.integer(0, size) for size in shape]
    sizes = [draw.integer(0, size - start) for start, size in zip(starts, shape, strict=True)]
    return f", {starts}, {sizes}"


def take(draw: Draw, shape: Shape) -> str:
    """Indices within an axis, or within all elements."""
    axis = draw.axis(len(shape)) if draw.yes(0.7) else None
    size = int(np.prod(shape)) if axis is None else shape[axis]
    indices = draw.rng.integers(-size, size, draw.shape(0, 2))
    return f", {array_text(indices, 'int32')}" + (f", axis={axis}" if axis is not None else "")


def a_dtype(draw: Draw, shape: Shape) -> str:
    """Any dtype."""
    return f", {draw.pick(draw.dtypes)!r}"


# Of several arrays: their text, and the whole of the arguments.


def matmul(draw: Draw, values: str) -> Written:
    """Vectors, matrices and stacks of them."""
    inner, rows, columns = draw.integer(0, 4), draw.integer(1, 4), draw.integer(1, 4)
    stack = draw.shape(0, 2, empty=False)
    left = (inner,) if draw.yes(0.2) else (*stack, rows, inner)
    right = (inner,) if draw.yes(0.2) else (*draw.broadcastable(stack), inner, columns)
    return _two(draw, left, right, values), "a, b"


def _two(draw: Draw, left: Shape, right: Shape, values: str) -> list[str]:
    one = draw.dtype("fib")
    other = one if draw.yes(0.6) else draw.dtype("fib")
    return [draw.array(left, one, values), draw.array(right, other, values)]


def dot(draw: Draw, values: str) -> Written:
    """The last axis of one, the last but one of the other."""
    inner = draw.integer(0, 3)
    left = (*draw.shape(0, 2), inner) if draw.yes(0.9) else ()
    right = draw.pick([(inner,), (inner, 2), (3, inner, 2)])
    return _two(draw, left, right, values), "a, b"


def tensordot(draw: Draw, values: str) -> Written:
    """Axes summed over: the inner ones by number, or any by name."""
    shared, left, right = draw.shape(0, 2), draw.shape(0, 2), draw.shape(0, 2)
    if draw.yes():
        return _two(draw, left + shared, shared + right, values), f"a, b, axes={len(shared)}"
    axes = [list(range(len(shared))), list(range(len(right), len(right) + len(shared)))]
    return _two(draw, shared + left, right + shared, values), f"a, b, axes={axes}"


def batch_normalization(draw: Draw, values: str) -> Written:
    """Statistics of an axis, with or without scale and offset."""
    shape = draw.shape(2, 4, empty=False)
    axis = draw.axis(len(shape))
    size, dtype = (shape[axis],), draw.pick(draw.floats)
    arrays = [draw.array(shape, dtype, values), draw.array(size, dtype),
              draw.array(size, dtype, "positive")]  # fmt: skip
    text = f"a, b, c, axis={axis}"
    if draw.yes():
        arrays.append(draw.array(size, dtype))
        text += f", {draw.pick(['offset', 'scale'])}=d"
    return arrays, text


def in_top_k(draw: Draw, values: str) -> Written:
    """Class numbers and scores."""
    rows, classes = draw.integer(1, 4), draw.integer(1, 5)
    targets = array_text(draw.rng.integers(0, classes, rows), "int32")
    return [targets, draw.array((rows, classes), "float32")], f"a, b, k={draw.integer(1, classes)}"


def dtype_of(draw: Draw, values: str) -> Written:
    """A tensor."""
    text = draw.array(draw.shape(), draw.dtype(), values)
    return [text], "K.ops.convert_to_tensor(a)"


def slice_update(draw: Draw, values: str) -> Written:
    """A block of the array, and where to put it."""
    shape = draw.shape(1, 3, empty=False)
    sizes = tuple(draw.integer(1, size) for size in shape)
    starts = [draw.integer(0, n - m) for n, m in zip(shape, sizes, strict=True)]
    dtype = draw.dtype()
    return [draw.array(shape, dtype, values), draw.array(sizes, dtype, values)], f"a, {starts}, b"


def take_along_axis(draw: Draw, values: str) -> Written:
    """Indices of the same rank along an axis."""
    shape = draw.shape(1, 3, empty=False)
    axis = draw.axis(len(shape))
    wanted = list(shape)
    wanted[axis] = draw.integer(1, 4)
    indices = array_text(draw.rng.integers(0, shape[axis], wanted), "int32")
    return [draw.array(shape, draw.dtype(), values), indices], f"a, b, axis={axis}"


def concatenate(draw: Draw, values: str) -> Written:
    """Arrays that differ along the axis, in size and dtype."""
    shape = draw.shape(1, 3)
    axis = draw.axis(len(shape))
    other = list(shape)
    other[axis] = draw.integer(0, 3)
    return _two(draw, shape, tuple(other), values), f"[a, b], axis={axis}"


def stack(draw: Draw, values: str) -> Written:
    """Arrays of one shape and two dtypes."""
    shape = draw.shape(0, 3)
    return _two(draw, shape, shape, values), f"[a, b], axis={draw.axis(len(shape) + 1)}"


def where(draw: Draw, values: str) -> Written:
    """A condition and two arrays that broadcast."""
    shape = draw.shape()
    condition = draw.array(draw.broadcastable(shape), "bool")
    pair = _two(draw, shape, draw.broadcastable(shape), values)
    return [*pair, condition], "c, a, " + draw.pick(["b", "b", "b", "0", "1.5"])
