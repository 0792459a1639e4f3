"""Special functions."""

from __future__ import annotations

from typing import Any

from kerasish.ops.operation import op
from kerasish.primitives import special


@op
def erf(x: Any) -> Any:
    """The error function: 2/√π times the integral of exp(-t²) from 0 to x."""
    return special.erf(x)


@op
def erfinv(x: Any) -> Any:
    """The number whose `erf` is x; infinite at -1 and 1, NaN beyond."""
    return special.erfinv(x)
