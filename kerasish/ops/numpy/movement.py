"""Values moved but not changed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from kerasish.arrays.dtype import result_type
from kerasish.arrays.spec import broadcast, normalize_axes, normalize_axis
from kerasish.backend.convert import as_tensor
from kerasish.errors import ShapeError
from kerasish.ops.keras_tensor import KerasTensor
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
    """The value repeated along axes of size 1 and along new leading axes.

    Args:
        x: a tensor.
        shape: the sizes; None, as the shape of a KerasTensor has it, stands for x's own size.

    Raises:
        ShapeError: when x does not broadcast to that, or has no axis where a size is None.
    """
    x = as_tensor(x)
    own = (None,) * (len(shape) - x.ndim) + tuple(x.shape)
    sizes = [own[a] if size is None else size for a, size in enumerate(shape)]
    if None in sizes:
        raise ShapeError("A size is unknown where x has no axis", x=x.spec, shape=tuple(shape))
    return movement.broadcast_to(x, shape=tuple(int(s) for s in sizes))


def _broadcast_spec(x: Any, shape: Any) -> KerasTensor:
    """What `broadcast_to` makes of a KerasTensor: an unknown size of it may turn out to be 1."""
    own = (None,) * (len(shape) - x.ndim) + tuple(x.shape)
    sizes = [size if wanted is None else wanted for size, wanted in zip(own, shape, strict=True)]
    known = tuple(1 if size is None else size for size in x.shape)
    reached = tuple(1 if size is None else size for size in sizes)
    if broadcast(known, reached) != reached or None in shape[: len(shape) - x.ndim]:
        raise ShapeError("The value does not broadcast to this shape", x=x.spec, shape=shape)
    return KerasTensor(sizes, x.dtype)


broadcast_to.__wrapped__.output_spec = _broadcast_spec  # type: ignore[attr-defined]


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
    count = x.shape[axis] if num is None else num
    return [squeeze(piece, axis) for piece in split(x, count, axis)] if count else []


@op
def flip(x: Any, axis: Any = None) -> Any:
    """The order turned round along some axes, along all by default."""
    x = as_tensor(x)
    axes = normalize_axes(axis, x.ndim)
    window = [(s - 1, -1, -1) if a in axes else (0, s, 1) for a, s in enumerate(x.shape)]
    return movement.slice_(x, window=tuple(window))
