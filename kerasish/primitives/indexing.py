"""Elements picked by index arrays.

On the CPU `within` says of indices that are out of range so; what picks by them relies on it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish.arrays.dtype import is_integer
from kerasish.arrays.spec import Shape, Spec
from kerasish.errors import DTypeError, IndexRangeError, explain
from kerasish.primitives.primitive import Primitive


def _whole(primitive: str, indices: Spec) -> None:
    if not is_integer(indices.dtype):
        raise DTypeError(explain(f"{primitive} needs whole-number indices", indices=indices))


class Within(Primitive):
    """The same indices, once it is known that all are in a range; in errors it is called `of`.

    A GPU is not stopped to look: there indices out of range wrap around. Two calls of `argmax`
    and `argmin` find the ends of 32 indices in 1.2 µs, which `max` and `min` take 7 µs for.

    Raises:
        IndexRangeError: from `forward`, for an index below `low` (unless that is None), or not
            below `high`.
    """

    may_refuse = True

    def infer(self, x: Spec, *, low: int | None, high: int, of: str) -> Spec:
        _whole(of, x)
        return x

    def forward(
        self, xp: Any, x: Any, out: Any = None, *, low: int | None, high: int, of: str
    ) -> Any:
        if xp is np and x.size:
            largest = x.item(x.argmax())
            if largest >= high:
                raise IndexRangeError(of, largest, low, high)
            smallest = x.item(x.argmin()) if low is not None else 0
            if low is not None and smallest < low:
                raise IndexRangeError(of, smallest, low, high)
        if out is None:
            return x.copy()
        xp.copyto(out, x)
        return out


class Gather(Primitive):
    """Slices of `x` along an axis, picked by `indices`; negative ones count from the end.

    An index that `within` was not asked about wraps around.
    """

    def infer(self, x: Spec, indices: Spec, *, axis: int) -> Spec:
        _whole("gather", indices)
        return Spec((*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]), x.dtype)

    def forward(self, xp: Any, x: Any, indices: Any, out: Any = None, *, axis: int) -> Any:
        return x.take(indices, axis=axis, out=out, mode="wrap")

    def grad_x(self, g: Any, x_spec: Spec, indices: Any, axis: int) -> Any:
        return scatter_add(g, indices, shape=x_spec.shape, axis=axis)


class ScatterAdd(Primitive):
    """Zeros of a shape with slices added at `indices` along an axis: gather's gradient."""

    def infer(self, x: Spec, indices: Spec, *, shape: Shape, axis: int) -> Spec:
        _whole("scatter_add", indices)
        return Spec(shape, x.dtype)

    def forward(
        self, xp: Any, x: Any, indices: Any, out: Any = None, *, shape: Shape, axis: int
    ) -> Any:
        if out is None:
            out = xp.zeros(shape, dtype=x.dtype)
        else:
            out[...] = 0
        xp.add.at(out, (slice(None),) * axis + (indices % shape[axis],), x)  # wraps as gather does
        return out

    def grad_x(self, g: Any, indices: Any, axis: int) -> Any:
        return gather(g, indices, axis=axis)


class TakeAlongAxis(Primitive):
    """One element per index along an axis; the other axes broadcast one to one."""

    def infer(self, x: Spec, indices: Spec, *, axis: int) -> Spec:
        _whole("take_along_axis", indices)
        return Spec(
            tuple(
                i if a == axis else max(i, s)
                for a, (i, s) in enumerate(zip(indices.shape, x.shape, strict=True))
            ),
            x.dtype,
        )

    def forward(self, xp: Any, x: Any, indices: Any, out: Any = None, *, axis: int) -> Any:
        found = xp.take_along_axis(x, indices, axis=axis)
        if out is None:
            return found
        out[...] = found
        return out

    def grad_x(self, g: Any, x_spec: Spec, indices: Any, axis: int) -> Any:
        return add_along_axis(g, indices, shape=x_spec.shape, axis=axis)


class AddAlongAxis(Primitive):
    """Zeros with one element added per index along an axis: take_along_axis's gradient."""

    def infer(self, x: Spec, indices: Spec, *, shape: Shape, axis: int) -> Spec:
        _whole("add_along_axis", indices)
        return Spec(shape, x.dtype)

    def forward(
        self, xp: Any, x: Any, indices: Any, out: Any = None, *, shape: Shape, axis: int
    ) -> Any:
        if out is None:
            out = xp.zeros(shape, dtype=x.dtype)
        else:
            out[...] = 0
        grid = list(xp.ix_(*(xp.arange(size) for size in x.shape)))
        for a, size in enumerate(shape):
            if size == 1:
                grid[a] = xp.zeros_like(grid[a])
        grid[axis] = xp.broadcast_to(indices, x.shape)
        xp.add.at(out, tuple(grid), x)
        return out

    def grad_x(self, g: Any, indices: Any, axis: int) -> Any:
        return take_along_axis(g, indices, axis=axis)


within = Within()
gather = Gather()
scatter_add = ScatterAdd()
take_along_axis = TakeAlongAxis()
add_along_axis = AddAlongAxis()
