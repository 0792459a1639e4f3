"""Exponentials, logarithms, and the circular and hyperbolic functions.

None has a `scalar` formula: each library rounds them its own way, so every engine must call
the array module's loop.
"""

from __future__ import annotations

import math
from typing import Any

from kerasish.primitives.arithmetic import (
    absolute,
    add,
    divide,
    minus_absolute,
    multiply,
    negative,
    select,
    sqrt,
    square,
    subtract,
)
from kerasish.primitives.comparison import equal, greater, isinf, logical_or
from kerasish.primitives.primitive import Floating


class Exp(Floating):
    """e to the power of x."""

    function = "exp"

    def grad_x(self, g: Any, out: Any) -> Any:
        return multiply(g, out)


class Expm1(Floating):
    """exp(x) - 1, exact near 0."""

    function = "expm1"

    def grad_x(self, g: Any, x: Any) -> Any:
        return multiply(g, exp(x))  # `out + 1` would be 0 from x = -17 on


class Log1p(Floating):
    """log(1 + x), exact near 0."""

    function = "log1p"

    def grad_x(self, g: Any, x: Any) -> Any:
        return divide(g, add(x, 1))


class Tanh(Floating):
    """Hyperbolic tangent."""

    function = "tanh"

    def grad_x(self, g: Any, x: Any) -> Any:
        small = exp(multiply(minus_absolute(x), 2))  # `1 - out²` would be 0 from x = 9 on
        return multiply(g, multiply(square(divide(2, add(small, 1))), small))


class Sigmoid(Floating):
    """1 / (1 + exp(-x)), without overflow: e = exp(-|x|); (1 or e) / (1 + e)."""

    def forward(self, xp: Any, x: Any, out: Any = None) -> Any:
        small = xp.asarray(xp.exp(xp.negative(xp.absolute(x))))  # NumPy makes 0-d arrays scalars
        numerator = xp.where(x >= 0, x.dtype.type(1), small)
        return xp.true_divide(numerator, xp.add(small, x.dtype.type(1), out=small), out=out)

    def grad_x(self, g: Any, x: Any) -> Any:
        small = exp(minus_absolute(x))  # `out * (1 - out)` would be 0 from x = 17 on
        return multiply(g, divide(small, square(add(small, 1))))


class Sin(Floating):
    """Sine."""

    function = "sin"

    def grad_x(self, g: Any, x: Any) -> Any:
        return multiply(g, cos(x))


class Cos(Floating):
    """Cosine."""

    function = "cos"

    def grad_x(self, g: Any, x: Any) -> Any:
        return negative(multiply(g, sin(x)))


class Tan(Floating):
    """Tangent."""

    function = "tan"

    def grad_x(self, g: Any, out: Any) -> Any:
        return multiply(g, add(square(out), 1))


class Sinh(Floating):
    """Hyperbolic sine."""

    function = "sinh"

    def grad_x(self, g: Any, x: Any) -> Any:
        return multiply(g, cosh(x))


class Cosh(Floating):
    """Hyperbolic cosine."""

    function = "cosh"

    def grad_x(self, g: Any, x: Any) -> Any:
        return multiply(g, sinh(x))


class Arcsin(Floating):
    """The angle whose sine is x."""

    function = "arcsin"

    def grad_x(self, g: Any, x: Any) -> Any:
        return divide(g, _away_from_one(x))


class Arccos(Floating):
    """The angle whose cosine is x."""

    function = "arccos"

    def grad_x(self, g: Any, x: Any) -> Any:
        return negative(divide(g, _away_from_one(x)))


def _away_from_one(x: Any) -> Any:
    """The root of 1 - x², to the last digits near the ends; there the slopes are infinite."""
    return sqrt(multiply(subtract(1, x), add(x, 1)))


class Arctan(Floating):
    """The angle whose tangent is x."""

    function = "arctan"

    def grad_x(self, g: Any, x: Any) -> Any:
        return divide(g, add(square(x), 1))


class Arctan2(Floating):
    """The angle of the point (b, a). The slopes at the origin, and infinitely far off, are 0."""

    inputs, function = ("a", "b"), "arctan2"

    def grad_a(self, g: Any, a: Any, b: Any) -> Any:
        is_steep, near, far = _slopes_of_angle(a, b)
        return multiply(g, select(is_steep, near, far))

    def grad_b(self, g: Any, a: Any, b: Any) -> Any:
        is_steep, near, far = _slopes_of_angle(a, b)
        return negative(multiply(g, select(is_steep, far, near)))


def _slopes_of_angle(a: Any, b: Any) -> tuple[Any, Any, Any]:
    """Return whether |a| > |b|, and smaller / (a² + b²) and larger / (a² + b²).

    Squares would overflow, so these are q / (larger * (1 + q²)) and 1 / (larger * (1 + q²)).
    """
    is_steep = greater(absolute(a), absolute(b))
    larger, smaller = select(is_steep, a, b), select(is_steep, b, a)
    is_flat = logical_or(equal(larger, 0), isinf(larger))
    larger = select(is_flat, math.inf, larger)
    ratio = divide(select(is_flat, 0, smaller), larger)
    far = divide(divide(1, add(square(ratio), 1)), larger)
    return is_steep, multiply(ratio, far), far


exp = Exp()
expm1 = Expm1()
log1p = Log1p()
tanh = Tanh()
sigmoid = Sigmoid()
sin = Sin()
cos = Cos()
tan = Tan()
sinh = Sinh()
cosh = Cosh()
arcsin = Arcsin()
arccos = Arccos()
arctan = Arctan()
arctan2 = Arctan2()
