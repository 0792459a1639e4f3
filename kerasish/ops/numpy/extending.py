"""Values extended along their axes: framed, repeated whole, repeated element by element."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish.arrays.dtype import is_integer, limits
from kerasish.arrays.spec import normalize_axis
from kerasish.backend.convert import as_tensor
from kerasish.backend.tensor import Tensor
from kerasish.errors import ShapeError, explain
from kerasish.ops.numpy.movement import expand_dims, ravel
from kerasish.ops.operation import op
from kerasish.primitives import movement
from kerasish.primitives.indexing import gather

# How NumPy calls the modes whose frame consists of elements of the value.
_COPYING = {"edge": "edge", "reflect": "reflect", "symmetric": "symmetric", "wrap": "wrap",
            "circular": "wrap"}  # fmt: skip


@op
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Any:
    """The value with a frame around it.

    Args:
        x: a tensor.
        pad_width: `(before, after)` for each axis; one pair or one number serves all axes.
        mode: `"constant"`; `"edge"`, which repeats the outermost element; `"reflect"` and
            `"symmetric"`, which mirror the value without and with its edge; `"wrap"` (or
            `"circular"`), which begins anew at the other end; `"empty"`, which is 0 here.
        constant_values: what a constant frame is filled with, 0 by default.

    Raises:
        ShapeError: when `pad_width` has another number of pairs than x has axes.
        ValueError: for another mode, or `constant_values` in another mode than `"constant"`.
        OverflowError: when x's dtype cannot hold `constant_values`.

    Example:
        >>> from kerasish import ops
        >>> ops.pad([1, 2, 3], (1, 2), mode="reflect").tolist()
        [2, 1, 2, 3, 2, 1]
    """
    x = as_tensor(x)
    widths = _widths(x, pad_width)
    if mode != "constant" and constant_values is not None:
        raise ValueError(
            explain("`constant_values` needs mode='constant'", mode=mode, value=constant_values)
        )
    if mode in _COPYING:
        for axis, width in enumerate(widths):
            if width != (0, 0):
                x = _copied(x, axis, width, _COPYING[mode])
        return x
    if mode not in ("constant", "empty"):
        expected = f"one of {['constant', 'empty', *_COPYING]}"
        raise ValueError(explain("`pad` has no such mode", expected=expected, mode=mode))
    value = 0 if constant_values is None else constant_values
    if is_integer(x.dtype):
        smallest, largest = limits(x.dtype)
        if not smallest <= value <= largest:
            expected = f"a number from {smallest} to {largest}, which {x.dtype} holds"
            raise OverflowError(
                explain("`pad` cannot hold it", expected=expected, constant_values=value)
            )
    return movement.pad(x, widths=widths, value=value)


def _widths(x: Any, pad_width: Any) -> tuple[tuple[int, int], ...]:
    """One pair for each axis."""
    given = np.asarray(pad_width)
    try:
        pairs = np.broadcast_to(given, (x.ndim, 2))
    except ValueError:
        expected = f"{x.ndim} pairs, one pair, or one number"
        raise ShapeError(
            "`pad_width` does not fit x", expected=expected, x=x.spec, pad_width=pad_width
        ) from None
    return tuple((int(before), int(after)) for before, after in pairs)


def _copied(x: Any, axis: int, width: tuple[int, int], mode: str) -> Any:
    """Frame an axis with elements of it."""
    size = x.shape[axis]
    if size == 0:
        raise ShapeError(f"An axis of size 0 has nothing to {mode}", x=x.spec, axis=axis)
    places = np.pad(np.arange(size, dtype="int32"), width, mode=mode)  # type: ignore[call-overload]
    return gather(x, places, axis=axis)


@op
def tile(x: Any, repeats: Any) -> Any:
    """The value repeated whole, so many times along each axis."""
    x = as_tensor(x)
    counts = (repeats,) if isinstance(repeats, int) else tuple(int(r) for r in repeats)
    ndim = max(x.ndim, len(counts))
    counts = (1,) * (ndim - len(counts)) + counts
    sizes = (1,) * (ndim - x.ndim) + tuple(x.shape)
    pairs = list(zip(counts, sizes, strict=True))
    spread = movement.reshape(x, shape=tuple(s for _, size in pairs for s in (1, size)))
    wide = movement.broadcast_to(spread, shape=tuple(s for pair in pairs for s in pair))
    return movement.reshape(wide, shape=tuple(c * s for c, s in pairs))


@op
def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """Each element repeated, along an axis or of the flattened value.

    Args:
        x: a tensor.
        repeats: how often, one number for all or one for each element along the axis. The shape
            of the result depends on it, so it must be known while a function is traced.
        axis: the axis; None flattens x first.

    Raises:
        ShapeError: when there are neither one number nor as many as elements.
        ValueError: when a number is negative.
    """
    x = as_tensor(x)
    if axis is None:
        x, axis = ravel(x), 0
    axis = normalize_axis(axis, x.ndim)
    counts = repeats.numpy() if isinstance(repeats, Tensor) else np.asarray(repeats)
    size = x.shape[axis]
    if counts.size != 1 and counts.shape != (size,):
        expected = f"one number, or {size} for axis {axis}"
        raise ShapeError("`repeats` does not fit x", expected=expected, x=x.spec, repeats=repeats)
    if counts.size and counts.min() < 0:
        raise ValueError(explain("Nothing is repeated less than 0 times", repeats=repeats))
    if counts.size != 1:
        places = np.repeat(np.arange(size, dtype="int32"), counts)
        return gather(x, places, axis=axis)
    count = int(counts.reshape(-1)[0])
    shape = list(x.shape)
    wide = expand_dims(x, axis + 1)
    wide = movement.broadcast_to(wide, shape=(*shape[: axis + 1], count, *shape[axis + 1 :]))
    shape[axis] *= count
    return movement.reshape(wide, shape=tuple(shape))
