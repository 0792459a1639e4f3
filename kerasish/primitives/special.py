"""The error function and its relatives, written with an array module's own operations.

Float64 results are right to a few units of the last place, and so are float32 ones. Sources: Cody,
"Rational Chebyshev approximations for the error function", 1969; Wichura, "The percentage points
of the normal distribution", 1988 (algorithm AS 241).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kerasish.primitives.arithmetic import multiply, negative, square
from kerasish.primitives.primitive import Floating
from kerasish.primitives.transcendental import exp

BLOCK = 16384  # elements: what a formula keeps then fits the second cache


def in_blocks(xp: Any, formula: Callable[..., Any], x: Any, out: Any, dtype: str) -> Any:
    """Evaluate `formula(xp, values)` piece by piece in `dtype`; return the array it fills.

    A formula of forty passes over memory is twice as fast on pieces that fit the cache.
    A GPU takes everything as one piece.
    """
    if out is None:
        out = xp.empty(x.shape, dtype=x.dtype)
    values = x.reshape(-1)
    results = out.reshape(-1)
    step = BLOCK if xp is np else max(values.size, 1)
    for start in range(0, values.size, step):
        piece = slice(start, start + step)
        results[piece] = formula(xp, values[piece].astype(dtype, copy=False))
    return out


def _ratio(xp: Any, x: Any, above: Sequence[float], below: Sequence[float]) -> Any:
    """Quotient of two polynomials; coefficients of the highest power first."""
    return xp.divide(_polynomial(x, above), _polynomial(x, below))


def _polynomial(x: Any, coefficients: Sequence[float]) -> Any:
    first, second, *rest = coefficients
    total = x * first
    total += second
    for coefficient in rest:
        total *= x
        total += coefficient
    return total


# Up to NEAR, erf(x) = x * ratio(x²); up to FAR, erfc(x) = exp(-x²) * ratio(x); beyond,
# erfc(x) = exp(-x²) / x * (1/√π - ratio(1/x²) / x²).
NEAR, FAR, END = 0.46875, 4.0, 30.0  # at END, erfc is 0 in float64
_NEAR_ABOVE = (
    1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2,
    3.20937758913846947e3,
)  # fmt: skip
_NEAR_BELOW = (
    1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3,
    2.84423683343917062e3,
)  # fmt: skip
_MIDDLE_ABOVE = (
    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1,
    2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
    1.23033935479799725e3,
)  # fmt: skip
_MIDDLE_BELOW = (
    1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2,
    1.62138957456669019e3, 3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3,
    1.23033935480374942e3,
)  # fmt: skip
_FAR_ABOVE = (
    1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1,
    1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4,
)  # fmt: skip
_FAR_BELOW = (
    1.0, 2.56852019228982242e0, 1.87295284992346725e0, 5.27905102951428412e-1,
    6.05183413124413191e-2, 2.33520497626869185e-3,
)  # fmt: skip


def _near_zero(xp: Any, x: Any) -> Any:
    """erf(x), right where |x| <= NEAR."""
    near = xp.clip(x, -NEAR, NEAR)
    return near * _ratio(xp, near * near, _NEAR_ABOVE, _NEAR_BELOW)


def _tail(xp: Any, size: Any) -> Any:
    """erfc of `size`, right where `size` >= NEAR."""
    short = xp.minimum(size, END)
    power = xp.exp(-short * short)
    if size.dtype != xp.float64:  # the middle ratio still serves float32 where erfc becomes 0
        return power * _ratio(xp, xp.minimum(size, 11.0), _MIDDLE_ABOVE, _MIDDLE_BELOW)
    middle = _ratio(xp, xp.minimum(size, FAR), _MIDDLE_ABOVE, _MIDDLE_BELOW)
    far = xp.clip(size, FAR, END)
    inverse = 1.0 / (far * far)
    beyond = 1.0 / math.sqrt(math.pi) - inverse * _ratio(xp, inverse, _FAR_ABOVE, _FAR_BELOW)
    return power * xp.where(size <= FAR, middle, beyond / far)


def error_function(xp: Any, x: Any) -> Any:
    """erf of float32 or float64 values, to four units of the last place."""
    size = xp.absolute(x)
    return xp.where(size <= NEAR, _near_zero(xp, x), xp.copysign(1.0 - _tail(xp, size), x))


def complementary_error_function(xp: Any, x: Any) -> Any:
    """1 - erf of float32 or float64 values; the relative error grows like x² far out."""
    size = xp.absolute(x)
    tail = _tail(xp, size)
    return xp.where(size <= NEAR, 1.0 - _near_zero(xp, x), xp.where(x > 0, tail, 2.0 - tail))


_CENTRE = 0.425  # to this distance from the median, one ratio of q²; beyond, ratios of √-log(p)
_CENTRE_ABOVE = (
    2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
    4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
    1.3314166789178437745e2, 3.3871328727963666080e0,
)  # fmt: skip
_CENTRE_BELOW = (
    5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
    2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
    4.2313330701600911252e1, 1.0,
)  # fmt: skip
_OUTER_ABOVE = (
    7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
    1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0,
    4.63033784615654529590e0, 1.42343711074968357734e0,
)  # fmt: skip
_OUTER_BELOW = (
    1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
    1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
    2.05319162663775882187e0, 1.0,
)  # fmt: skip
_EXTREME_ABOVE = (
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
    2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
    5.46378491116411436990e0, 6.65790464350110377720e0,
)  # fmt: skip
_EXTREME_BELOW = (
    2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
    7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
    5.99832206555887937690e-1, 1.0,
)  # fmt: skip


SHALLOW = 0.5 - 1e-10  # to here `normal_quantile` needs no third ratio


def normal_quantile(xp: Any, q: Any, shallow: bool = False) -> Any:
    """The number below which a standard normal one falls with probability 1/2 + q.

    Args:
        xp: the array module.
        q: float64 values between -1/2 and 1/2; at the ends the result is infinite.
        shallow: say that no value is farther than SHALLOW from 0, which saves a third of the time.
    """
    middle = xp.clip(q, -_CENTRE, _CENTRE)
    centre = middle * _ratio(xp, _CENTRE * _CENTRE - middle * middle, _CENTRE_ABOVE, _CENTRE_BELOW)
    rest = 0.5 - xp.absolute(q)
    depth = xp.sqrt(-xp.log(xp.maximum(rest, 1e-300)))
    away = _ratio(xp, xp.minimum(depth, 5.0) - 1.6, _OUTER_ABOVE, _OUTER_BELOW)
    if not shallow:
        extreme = _ratio(xp, xp.maximum(depth, 5.0) - 5.0, _EXTREME_ABOVE, _EXTREME_BELOW)
        away = xp.where(depth <= 5.0, away, xp.where(rest > 0, extreme, math.inf))
    return xp.where(xp.absolute(q) <= _CENTRE, centre, xp.copysign(away, q))


def _inverse_error_function(xp: Any, x: Any) -> Any:
    inside = xp.absolute(x) <= 1
    found = normal_quantile(xp, xp.where(inside, x, 0.0) * 0.5) * math.sqrt(0.5)
    return xp.where(inside, found, math.nan)


def _working(x: Any) -> str:
    return "float64" if x.dtype == "float64" else "float32"


class Erf(Floating):
    """The error function: 2/√π times the integral of exp(-t²) from 0 to x."""

    def forward(self, xp: Any, x: Any, out: Any = None) -> Any:
        return in_blocks(xp, error_function, x, out, _working(x))

    def grad_x(self, g: Any, x: Any) -> Any:
        return multiply(g, _slope(x))


class Erfc(Floating):
    """1 - erf(x), without the loss of digits where erf is near 1."""

    def forward(self, xp: Any, x: Any, out: Any = None) -> Any:
        return in_blocks(xp, complementary_error_function, x, out, _working(x))

    def grad_x(self, g: Any, x: Any) -> Any:
        return negative(multiply(g, _slope(x)))


class Erfinv(Floating):
    """The number whose erf is x; NaN beyond -1 and 1."""

    def forward(self, xp: Any, x: Any, out: Any = None) -> Any:
        return in_blocks(xp, _inverse_error_function, x, out, "float64")

    def grad_x(self, g: Any, out: Any) -> Any:
        return multiply(g, multiply(exp(square(out)), math.sqrt(math.pi) / 2))


def _slope(x: Any) -> Any:
    return multiply(exp(negative(square(x))), 2 / math.sqrt(math.pi))


erf = Erf()
erfc = Erfc()
erfinv = Erfinv()
