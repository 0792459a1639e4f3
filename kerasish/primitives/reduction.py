"""Axes reduced to one number: sum, largest, smallest, and where.

A reduction defines its own traversal: the input is made C-contiguous first, in every engine,
since the same numbers in another layout are added in another order and round otherwise.
"""

from __future__ import annotations

import math
from typing import Any

from kerasish.arrays.dtype import numpy_dtype
from kerasish.arrays.spec import Shape, Spec
from kerasish.errors import ShapeError
from kerasish.primitives.arithmetic import divide, multiply
from kerasish.primitives.casting import cast
from kerasish.primitives.comparison import equal
from kerasish.primitives.movement import broadcast_to, reshape
from kerasish.primitives.primitive import Primitive


def kept(shape: Shape, axes: Shape) -> Shape:
    """The shape with each reduced axis left as size 1."""
    return tuple(1 if a in axes else size for a, size in enumerate(shape))


def dropped(shape: Shape, axes: Shape) -> Shape:
    """The shape without the reduced axes."""
    return tuple(size for a, size in enumerate(shape) if a not in axes)


class Reduction(Primitive):
    """`axes` are sorted and counted from the front; with `keepdims` they stay as size 1."""

    def infer(self, x: Spec, *, axes: Shape, keepdims: bool) -> Spec:
        return Spec((kept if keepdims else dropped)(x.shape, axes), x.dtype)

    def forward(self, xp: Any, x: Any, out: Any = None, *, axes: Shape, keepdims: bool) -> Any:
        ufunc = getattr(xp, self.reduce)  # type: ignore[arg-type]
        x = x if x.flags.c_contiguous else xp.ascontiguousarray(x)
        return ufunc.reduce(x, axis=axes, dtype=x.dtype, out=out, keepdims=keepdims)


class Sum(Reduction):
    """Sum. Nothing summed is 0."""

    reduce, name = "add", "sum"

    def grad_x(self, g: Any, x_spec: Spec, axes: Shape) -> Any:
        rows = reshape(g, shape=kept(x_spec.shape, axes)) if g.shape else g
        return broadcast_to(rows, shape=x_spec.shape)


def summable(x: Any) -> Any:
    """Narrow whole numbers and booleans as `int32` or `uint32`, in which they are summed."""
    if x.dtype in ("bool", "int8", "int16"):
        return cast(x, dtype="int32")
    return cast(x, dtype="uint32") if x.dtype in ("uint8", "uint16") else x


class _Extreme(Reduction):
    """The gradient is shared equally by all that tie."""

    def infer(self, x: Spec, *, axes: Shape, keepdims: bool) -> Spec:
        if any(x.shape[a] == 0 for a in axes):
            raise ShapeError(f"{self.name} of no elements", expected="axes with elements", x=x)
        return super().infer(x, axes=axes, keepdims=keepdims)

    def grad_x(self, g: Any, x: Any, out: Any, x_spec: Spec, axes: Shape) -> Any:
        shape = kept(x_spec.shape, axes)
        taken = cast(equal(x, reshape(out, shape=shape)), dtype=g.dtype)
        share = divide(reshape(g, shape=shape), sum_(taken, axes=axes, keepdims=True))
        return multiply(share, taken)


class Max(_Extreme):
    """The largest; NaN if there is one."""

    reduce, name = "maximum", "max"


class Min(_Extreme):
    """The smallest; NaN if there is one."""

    reduce, name = "minimum", "min"


class All(Reduction):
    """Whether all are true."""

    reduce, name = "logical_and", "all"


class Any_(Reduction):
    """Whether one is true."""

    reduce, name = "logical_or", "any"


class ArgReduction(Primitive):
    """Where along an axis the extreme is, the first of several; an `int32`."""

    def infer(self, x: Spec, *, axis: int) -> Spec:
        if x.shape[axis] == 0:
            raise ShapeError(
                f"{self.name} of no elements", expected="an axis with elements", x=x, axis=axis
            )
        return Spec(dropped(x.shape, (axis,)), "int32")

    def forward(self, xp: Any, x: Any, out: Any = None, *, axis: int) -> Any:
        found = getattr(xp, self.name)(xp.ascontiguousarray(x), axis=axis)
        if out is None:
            return found.astype(numpy_dtype("int32"))
        out[...] = found
        return out


class ArgMax(ArgReduction):
    """Where the largest is."""

    name = "argmax"


class ArgMin(ArgReduction):
    """Where the smallest is."""

    name = "argmin"


sum_ = Sum()
max_ = Max()
min_ = Min()
all_ = All()
any_ = Any_()
argmax = ArgMax()
argmin = ArgMin()


def mean_of(x: Any, axes: Shape, keepdims: bool) -> Any:
    """The sum of floats divided by their count. Half precision is summed in float32."""
    dtype = x.dtype
    half = dtype in ("float16", "bfloat16")
    total = sum_(cast(x, dtype="float32") if half else x, axes=axes, keepdims=keepdims)
    out = divide(total, float(math.prod([x.shape[a] for a in axes])))
    return cast(out, dtype=dtype) if half else out
