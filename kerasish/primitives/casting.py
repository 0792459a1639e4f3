"""From one dtype to another, and the stop of a gradient."""

from __future__ import annotations

from typing import Any

from kerasish.arrays.dtype import numpy_dtype
from kerasish.arrays.spec import Spec
from kerasish.primitives.primitive import Primitive


class Cast(Primitive):
    """The same numbers in another dtype, truncated or rounded as NumPy does."""

    is_copy = True

    def infer(self, x: Spec, *, dtype: str) -> Spec:
        return Spec(x.shape, dtype)

    def forward(self, xp: Any, x: Any, out: Any = None, *, dtype: str) -> Any:
        if out is None:
            return (
                x.real.astype(dtype) if _drops_imaginary(x, dtype) else x.astype(numpy_dtype(dtype))
            )
        xp.copyto(out, x.real if _drops_imaginary(x, dtype) else x, casting="unsafe")
        return out

    def grad_x(self, g: Any, x_spec: Spec) -> Any:
        return cast(g, dtype=x_spec.dtype)


def _drops_imaginary(x: Any, dtype: str) -> bool:
    return bool(x.dtype.kind == "c" and not dtype.startswith("complex"))


class StopGradient(Primitive):
    """The same value, which no gradient passes."""

    is_view = True

    def infer(self, x: Spec) -> Spec:
        return x

    def forward(self, xp: Any, x: Any) -> Any:
        return x


cast = Cast()
stop_gradient = StopGradient()
