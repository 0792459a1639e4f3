"""Exponentials, logarithms, and the circular and hyperbolic functions.

None has a `scalar` formula: each library rounds them its own way, so every engine must call
the array module's loop.
"""

from __future__ import annotations

from typing import Any

from kerasish.primitives.arithmetic import (
    add,
    divide,
    multiply,
    negative,
    reciprocal,
    sqrt,
    square,
    subtract,
)
from kerasish.primitives.primitive import Floating


class Exp(Floating):
    """e to the power of x."""

    function = "exp"

    def grad_x(self, g: Any, out: Any) -> Any:
        return multiply(g, out)


class Expm1(Floating):
    """exp(x) - 1, exact near 0."""

    function = "expm1"

    def grad_x(self, g: Any, out: Any) -> Any:
        return multiply(g, add(out, 1))


class Log1p(Floating):
    """log(1 + x), exact near 0."""

    function = "log1p"

    def grad_x(self, g: Any, x: Any) -> Any:
        return divide(g, add(x, 1))


class Tanh(Floating):
    """Hyperbolic tangent."""

    function = "tanh"

    def grad_x(self, g: Any, out: Any) -> Any:
        return multiply(g, subtract(1, square(out)))


class Sigmoid(Floating):
    """1 / (1 + exp(-x)), without overflow: e = exp(-|x|); (1 or e) / (1 + e)."""

    def forward(self, xp: Any, x: Any, out: Any = None) -> Any:
        small = xp.asarray(xp.exp(xp.negative(xp.absolute(x))))  # NumPy makes 0-d arrays scalars
        numerator = xp.where(x >= 0, x.dtype.type(1), small)
        return xp.true_divide(numerator, xp.add(small, x.dtype.type(1), out=small), out=out)

    def grad_x(self, g: Any, out: Any) -> Any:
        return multiply(g, multiply(out, subtract(1, out)))


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
        return divide(g, sqrt(subtract(1, square(x))))


class Arccos(Floating):
    """The angle whose cosine is x."""

    function = "arccos"

    def grad_x(self, g: Any, x: Any) -> Any:
        return negative(divide(g, sqrt(subtract(1, square(x)))))


class Arctan(Floating):
    """The angle whose tangent is x."""

    function = "arctan"

    def grad_x(self, g: Any, x: Any) -> Any:
        return divide(g, add(square(x), 1))


class Arctan2(Floating):
    """The angle of the point (b, a)."""

    inputs, function = ("a", "b"), "arctan2"

    def grad_a(self, g: Any, a: Any, b: Any) -> Any:
        return multiply(g, multiply(b, reciprocal(add(square(a), square(b)))))

    def grad_b(self, g: Any, a: Any, b: Any) -> Any:
        return negative(multiply(g, multiply(a, reciprocal(add(square(a), square(b))))))


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
