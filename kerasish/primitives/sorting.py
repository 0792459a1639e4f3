"""The order of elements along an axis."""

from __future__ import annotations

from typing import Any

from kerasish.arrays.dtype import numpy_dtype
from kerasish.arrays.spec import Spec
from kerasish.primitives.primitive import Primitive


class ArgSort(Primitive):
    """Where the smallest element is, then the next, …; equal ones in their order; an `int32`.

    NaN comes last. There is no gradient.
    """

    name = "argsort"

    def infer(self, x: Spec, *, axis: int) -> Spec:
        return Spec(x.shape, "int32")

    def forward(self, xp: Any, x: Any, out: Any = None, *, axis: int) -> Any:
        order = xp.argsort(x, axis=axis, kind="stable")
        if out is None:
            return order.astype(numpy_dtype("int32"))
        out[...] = order
        return out


argsort = ArgSort()
