"""Running sums along an axis."""

from __future__ import annotations

from typing import Any

from kerasish.arrays.spec import Spec
from kerasish.primitives.primitive import Primitive


class CumulativeSum(Primitive):
    """Sums of the elements up to each one; from the end with `reverse`."""

    name = "cumsum"

    def infer(self, x: Spec, *, axis: int, reverse: bool) -> Spec:
        return x

    def forward(self, xp: Any, x: Any, out: Any = None, *, axis: int, reverse: bool) -> Any:
        return _accumulate(xp, xp.add, x, out, axis, reverse)

    def grad_x(self, g: Any, axis: int, reverse: bool) -> Any:
        return cumsum(g, axis=axis, reverse=not reverse)


def _accumulate(xp: Any, ufunc: Any, x: Any, out: Any, axis: int, reverse: bool) -> Any:
    out = xp.empty(x.shape, dtype=x.dtype) if out is None else out
    window = tuple(slice(None, None, -1 if reverse and a == axis else 1) for a in range(x.ndim))
    ufunc.accumulate(x[window], axis=axis, out=out[window])
    return out


cumsum = CumulativeSum()
