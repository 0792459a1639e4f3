"""Values moved but not changed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from kerasish.arrays.dtype import result_type
from kerasish.arrays.spec import broadcast, normalize_axes, normalize_axis
from kerasish.backend.convert import as_tensor
from kerasish.errors import ShapeError
from kerasish.ops.operation import op
from kerasish.primitives import movement


@op
def reshape(x: Any, newshape: Any) -> Any:
    """The same elements in another shape; one size may be -1.

    Raises:
        ShapeError: when the number of elements differs.
    """
    x = as_tensor(x)
    sizes = (newshape,) if isinstance(newshape, int) else tuple(newshape)
    sizes = tuple(-1 if s is None else int(s) for s in sizes)
    if sizes.count(-1) > 1:
        raise ShapeError("reshape can work out one size at most", newshape=newshape)
    if -1 in sizes:
        rest = math.prod(s for s in sizes if s != -1)
        if rest == 0 or x.size % rest:
            raise ShapeError(
                "reshape must keep the number of elements", x=x.spec, newshape=newshape
            )
        sizes = tuple(x.size // rest if s == -1 else s for s in sizes)
    return x if sizes == x.shape else movement.reshape(x, shape=sizes)


@op
def ravel(x: Any) -> Any:
    """The elements in one row."""
    return reshape(x, (-1,))


@op
def transpose(x: Any, axes: Any = None) -> Any:
    """The axes in another order, reversed by default."""
    x = as_tensor(x)
    order = range(x.ndim)[::-1] if axes is None else (normalize_axis(a, x.ndim) for a in axes)
    return movement.transpose(x, axes=tuple(order))


@op
def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """Two axes exchanged."""
    x = as_tensor(x)
    order = list(range(x.ndim))
    a, b = normalize_axis(axis1, x.ndim), normalize_axis(axis2, x.ndim)
    order[a], order[b] = order[b], order[a]
    return movement.transpose(x, axes=tuple(order))


@op
def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """Some axes moved to other places; the others keep their order."""
    x = as_tensor(x)
    pairs = [[a] if isinstance(a, int) else list(a) for a in (source, destination)]
    sources, places = ([normalize_axis(a, x.ndim) for a in axes] for axes in pairs)
    order = [a for a in range(x.ndim) if a not in sources]
    for place, axis in sorted(zip(places, sources, strict=True)):
        order.insert(place, axis)
    return movement.transpose(x, axes=tuple(order))


@op
def expand_dims(x: Any, axis: Any) -> Any:
    """A new axis of size 1 (or several)."""
    x = as_tensor(x)
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    ndim = x.ndim + len(axes)
    places = [normalize_axis(a, ndim) for a in axes]
    sizes = iter(x.shape)
    return movement.reshape(x, shape=tuple(1 if a in places else next(sizes) for a in range(ndim)))


@op
def squeeze(x: Any, axis: Any = None) -> Any:
    """Without axes of size 1: all of them, or those named.

    Raises:
        ValueError: when a named axis has another size.
    """
    x = as_tensor(x)
    axes = normalize_axes(axis, x.ndim)
    if axis is not None and any(x.shape[a] != 1 for a in axes):
        raise ShapeError("squeeze removes axes of size 1 only", x=x.spec, axis=axis)
    kept = tuple(s for a, s in enumerate(x.shape) if not (a in axes and s == 1))
    return movement.reshape(x, shape=kept)


@op
def broadcast_to(x: Any, shape: Any) -> Any:
    """The value repeated along axes of size 1 and along new leading axes."""
    return movement.broadcast_to(as_tensor(x), shape=tuple(int(s) for s in shape))


def broadcast_shapes(shape1: Any, shape2: Any) -> list[Any]:
    """Return the shape to which two shapes broadcast; None stays where it is unknown."""
    known = [tuple(1 if s is None else s for s in shape) for shape in (shape1, shape2)]
    sizes: list[Any] = list(broadcast(*known))
    for shape in (shape1, shape2):
        for axis in range(-len(shape), 0):
            if shape[axis] is None and sizes[axis] == 1:
                sizes[axis] = None
    return sizes


@op
def concatenate(xs: Sequence[Any], axis: int = 0) -> Any:
    """Values one after another along an axis."""
    tensors = _alike(xs)
    return movement.concatenate(*tensors, axis=normalize_axis(axis, tensors[0].ndim))


@op
def stack(x: Sequence[Any], axis: int = 0) -> Any:
    """Values of one shape beside each other along a new axis."""
    tensors = _alike(x)
    place = normalize_axis(axis, tensors[0].ndim + 1)
    return movement.concatenate(*(expand_dims(t, place) for t in tensors), axis=place)


def _alike(values: Any) -> list[Any]:
    tensors = [as_tensor(v) for v in values]
    if not tensors:
        raise ValueError("At least one tensor is needed.")
    dtype = result_type(*(t.dtype for t in tensors))
    return [as_tensor(t, dtype) for t in tensors]


@op
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Pieces along an axis: so many equal ones, or cut at these places."""
    x = as_tensor(x)
    axis = normalize_axis(axis, x.ndim)
    size = x.shape[axis]
    if isinstance(indices_or_sections, int):
        if size % indices_or_sections:
            raise ShapeError(
                "split needs equal pieces", x=x.spec, indices_or_sections=indices_or_sections
            )
        length = size // indices_or_sections
        cuts = [length * i for i in range(1, indices_or_sections)]
    else:
        cuts = [int(i) for i in indices_or_sections]
    pieces = []
    for start, stop in zip([0, *cuts], [*cuts, size], strict=True):
        window = [(0, s, 1) for s in x.shape]
        window[axis] = slice(start, stop).indices(size)
        pieces.append(movement.slice_(x, window=tuple(window)))
    return pieces


@op
def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[Any]:
    """The slices along an axis, without it."""
    x = as_tensor(x)
    axis = normalize_axis(axis, x.ndim)
    return [squeeze(piece, axis) for piece in split(x, num or x.shape[axis], axis)]


@op
def flip(x: Any, axis: Any = None) -> Any:
    """The order turned round along some axes, along all by default."""
    x = as_tensor(x)
    axes = normalize_axes(axis, x.ndim)
    window = [(s - 1, -1, -1) if a in axes else (0, s, 1) for a, s in enumerate(x.shape)]
    return movement.slice_(x, window=tuple(window))


@op
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Any:
    """The value framed by a constant, 0 by default.

    Args:
        x: a tensor.
        pad_width: `(before, after)` for each axis; one pair or one number serves all axes.
        mode: only `"constant"`.
        constant_values: what the frame is filled with.
    """
    if mode != "constant":
        raise ValueError(f"kerasish pads with mode='constant' only. Received: mode={mode!r}")
    x = as_tensor(x)
    widths = [pad_width] * x.ndim if isinstance(pad_width, int) else list(pad_width)
    if len(widths) == 1 and x.ndim > 1:
        widths *= x.ndim
    if len(widths) == 2 and x.ndim != 2 and all(isinstance(w, int) for w in widths):
        widths = [tuple(widths)] * x.ndim
    pairs = tuple((w, w) if isinstance(w, int) else (int(w[0]), int(w[1])) for w in widths)
    return movement.pad(x, widths=pairs, value=constant_values or 0)


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
def repeat(x: Any, repeats: int, axis: int | None = None) -> Any:
    """Each element repeated, along an axis or of the flattened value."""
    x = as_tensor(x)
    if axis is None:
        x, axis = ravel(x), 0
    axis = normalize_axis(axis, x.ndim)
    shape = list(x.shape)
    wide = expand_dims(x, axis + 1)
    wide = movement.broadcast_to(wide, shape=(*shape[: axis + 1], repeats, *shape[axis + 1 :]))
    shape[axis] *= repeats
    return movement.reshape(wide, shape=tuple(shape))
