"""Values moved but not changed: reshape, transpose, broadcast, concatenate, slice, pad."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kerasish.arrays.spec import Shape, Spec, broadcast, normalize_axis
from kerasish.errors import ShapeError
from kerasish.primitives.primitive import Primitive


class Reshape(Primitive):
    """The same elements, in the same (row-major) order, in another shape.

    What is not laid out in rows is copied first, though NumPy could sometimes do without: a
    matrix product rounds by the layout, and the plan copies here too.
    """

    is_view = True

    def infer(self, x: Spec, *, shape: Shape) -> Spec:
        if math.prod(shape) != x.size:
            raise ShapeError("reshape must keep the number of elements", x=x, shape=shape)
        return Spec(shape, x.dtype)

    def forward(self, xp: Any, x: Any, *, shape: Shape) -> Any:
        return (x if x.flags.c_contiguous else xp.ascontiguousarray(x)).reshape(shape)

    def grad_x(self, g: Any, x_spec: Spec) -> Any:
        return reshape(g, shape=x_spec.shape)


class Transpose(Primitive):
    """The axes in another order."""

    is_view, method = True, "transpose"

    def infer(self, x: Spec, *, axes: Shape) -> Spec:
        if sorted(axes) != list(range(x.ndim)):
            raise ShapeError("transpose needs each axis once", x=x, axes=axes)
        return Spec(tuple(x.shape[a] for a in axes), x.dtype)

    def forward(self, xp: Any, x: Any, *, axes: Shape) -> Any:
        return x.transpose(axes)

    def grad_x(self, g: Any, axes: Shape) -> Any:
        return transpose(g, axes=tuple(axes.index(a) for a in range(len(axes))))


class BroadcastTo(Primitive):
    """The value repeated along axes of size 1 and along new leading axes."""

    is_view = True

    def infer(self, x: Spec, *, shape: Shape) -> Spec:
        if broadcast(x.shape, shape) != tuple(shape):
            raise ShapeError("The value does not broadcast to this shape", x=x, shape=shape)
        return Spec(tuple(shape), x.dtype)

    def forward(self, xp: Any, x: Any, *, shape: Shape) -> Any:
        if xp is np and not x.shape:
            # NumPy's own broadcast_to is written in Python and takes ten times as long.
            return np.ndarray(shape, x.dtype, buffer=x, strides=(0,) * len(shape))
        return xp.broadcast_to(x, shape)

    def grad_x(self, g: Any) -> Any:
        return g  # the reverse walk sums broadcast axes


class Contiguous(Primitive):
    """The same values, laid out in row-major order."""

    is_copy = True

    def infer(self, x: Spec) -> Spec:
        return x

    def forward(self, xp: Any, x: Any, out: Any = None) -> Any:
        if out is None:
            return xp.array(x, order="C")
        xp.copyto(out, x)
        return out

    def grad_x(self, g: Any) -> Any:
        return g


class Concatenate(Primitive):
    """Values one after another along an axis."""

    variadic = True
    function = "concatenate"

    def infer(self, *values: Spec, axis: int) -> Spec:
        first = values[0]
        normalize_axis(axis, first.ndim)
        rest = first.shape[:axis] + first.shape[axis + 1 :]
        for value in values:
            if value.ndim != first.ndim or value.shape[:axis] + value.shape[axis + 1 :] != rest:
                shapes = [v.shape for v in values]
                raise ShapeError(f"Shapes must agree but for axis {axis}", shapes=shapes)
        size = sum(value.shape[axis] for value in values)
        return Spec((*first.shape[:axis], size, *first.shape[axis + 1 :]), first.dtype)

    def forward(self, xp: Any, *values: Any, axis: int, out: Any = None) -> Any:
        return xp.concatenate(values, axis=axis, out=out)

    def grad_each(self, g: Any, index: int, specs: tuple[Spec, ...], axis: int) -> Any:
        start = sum(spec.shape[axis] for spec in specs[:index])
        window = [(0, size, 1) for size in g.shape]
        window[axis] = (start, start + specs[index].shape[axis], 1)
        return slice_(g, window=tuple(window))


class Slice(Primitive):
    """Every `step`-th element from `start` up to `stop`, for each axis.

    `window` holds one `(start, stop, step)` per axis, as `slice.indices` gives them; a
    negative step runs backwards, and then a `stop` of -1 means "through the first element".
    """

    is_view = True
    name = "slice"

    def infer(self, x: Spec, *, window: tuple[tuple[int, int, int], ...]) -> Spec:
        return Spec(tuple(len(range(*w)) for w in window), x.dtype)

    def forward(self, xp: Any, x: Any, *, window: tuple[tuple[int, int, int], ...]) -> Any:
        return x[_slices(window)]

    def grad_x(self, g: Any, x_spec: Spec, window: Any) -> Any:
        return place(g, shape=x_spec.shape, window=window)


class Place(Primitive):
    """Zeros of a shape, with the value put into a window: the gradient of `slice`."""

    def infer(self, x: Spec, *, shape: Shape, window: tuple[tuple[int, int, int], ...]) -> Spec:
        return Spec(shape, x.dtype)

    def forward(self, xp: Any, x: Any, out: Any = None, *, shape: Shape, window: Any) -> Any:
        if out is None:
            out = xp.zeros(shape, dtype=x.dtype)
        else:
            out[...] = 0
        out[_slices(window)] = x
        return out

    def grad_x(self, g: Any, window: Any) -> Any:
        return slice_(g, window=window)


def _slices(window: tuple[tuple[int, int, int], ...]) -> tuple[slice, ...]:
    return tuple(
        slice(start, None if step < 0 and stop < 0 else stop, step) for start, stop, step in window
    )


class Pad(Primitive):
    """The value framed by `value`, `(before, after)` elements along each axis."""

    def infer(self, x: Spec, *, widths: tuple[tuple[int, int], ...], value: float) -> Spec:
        sizes = zip(x.shape, widths, strict=True)
        return Spec(tuple(before + size + after for size, (before, after) in sizes), x.dtype)

    def forward(self, xp: Any, x: Any, out: Any = None, *, widths: Any, value: float) -> Any:
        shape = tuple(b + size + a for size, (b, a) in zip(x.shape, widths, strict=True))
        if out is None:
            out = xp.empty(shape, dtype=x.dtype)
        out[...] = value
        out[_inside(widths, x.shape)] = x
        return out

    def grad_x(self, g: Any, x_spec: Spec, widths: Any) -> Any:
        pairs = zip(widths, x_spec.shape, strict=True)
        return slice_(g, window=tuple((before, before + size, 1) for (before, _), size in pairs))


def _inside(widths: Any, shape: Shape) -> tuple[slice, ...]:
    return tuple(slice(b, b + size) for (b, _), size in zip(widths, shape, strict=True))


reshape = Reshape()
transpose = Transpose()
broadcast_to = BroadcastTo()
contiguous = Contiguous()
concatenate = Concatenate()
slice_ = Slice()
place = Place()
pad = Pad()
