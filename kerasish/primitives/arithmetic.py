"""Arithmetic, element by element."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish.arrays.dtype import limits, result_type, smallest
from kerasish.arrays.spec import Spec, broadcast
from kerasish.errors import DTypeError, explain
from kerasish.primitives.casting import cast
from kerasish.primitives.comparison import equal, greater, less, logical_and
from kerasish.primitives.movement import broadcast_to
from kerasish.primitives.primitive import Elementwise, Floating

_MODULUS = {"complex64": "float32", "complex128": "float64"}


class Add(Elementwise):
    """Sum."""

    inputs, function, scalar = ("a", "b"), "add", "a + b"
    beyond = "wrap"

    def grad_a(self, g: Any) -> Any:
        return g

    def grad_b(self, g: Any) -> Any:
        return g


class _Signed(Elementwise):
    """What truths have no meaning for."""

    def check(self, dtype: str) -> None:
        if dtype == "bool":
            raise DTypeError(explain(f"{self.name} needs numbers", dtype=dtype))


class Subtract(_Signed):
    """Difference."""

    inputs, function, scalar = ("a", "b"), "subtract", "a - b"
    beyond = "wrap"

    def grad_a(self, g: Any) -> Any:
        return g

    def grad_b(self, g: Any) -> Any:
        return negative(g)


class Multiply(Elementwise):
    """Product."""

    inputs, function, scalar = ("a", "b"), "multiply", "a * b"
    beyond = "wrap"

    def grad_a(self, g: Any, b: Any) -> Any:
        return multiply(g, b)

    def grad_b(self, g: Any, a: Any) -> Any:
        return multiply(g, a)


class Divide(Floating):
    """True quotient: whole numbers give floats."""

    inputs, function, scalar = ("a", "b"), "true_divide", "a / b"
    name = "divide"

    def grad_a(self, g: Any, b: Any) -> Any:
        return divide(g, b)

    def grad_b(self, g: Any, out: Any, b: Any) -> Any:
        return negative(divide(multiply(g, out), b))


def _flat(self: Any, g: Any) -> Any:
    """The gradient of a step function: zero, whatever arrives."""
    return broadcast_to(cast(0, dtype=g.dtype), shape=g.shape)


class FloorDivide(Elementwise):
    """Quotient rounded down. Its gradient is zero."""

    promotion = "number"
    inputs, function = ("a", "b"), "floor_divide"
    grad_a = grad_b = _flat


class Remainder(Elementwise):
    """What floor division leaves; it has the divisor's sign."""

    promotion = "number"
    inputs, function = ("a", "b"), "remainder"

    def grad_a(self, g: Any) -> Any:
        return g

    def grad_b(self, g: Any, a: Any, b: Any) -> Any:
        return negative(multiply(g, floor_divide(a, b)))


class Power(Elementwise):
    """`a` to the power of `b`."""

    promotion = "number"
    inputs, function = ("a", "b"), "power"

    def grad_a(self, g: Any, a: Any, b: Any) -> Any:
        base = a
        if _may_hold_zero(b):
            # x**0 is 1 everywhere: 0, not 0 * inf, in the second derivative as well
            constant = logical_and(less(absolute(a), 1e-18), equal(b, 0))
            base = select(constant, 1, a)
        return multiply(g, multiply(b, power(base, subtract(b, 1))))

    def grad_b(self, g: Any, a: Any, out: Any) -> Any:
        # `out` times the logarithm tends to 0 where either is 0, and a negative base has powers
        # at whole exponents alone: the slope is 0 there, not 0 * -inf or NaN.
        base = select(greater(minimum(a, out), 0), a, 1)
        return multiply(g, multiply(out, log(base)))


def _may_hold_zero(x: Any) -> bool:
    """Whether it is not known that a tensor holds no 0: most exponents are plain numbers."""
    return x.is_symbolic or not isinstance(x.value, np.ndarray) or not x.value.all()


class Log(Floating):
    """Natural logarithm. It stands here since `power` needs it."""

    function = "log"

    def grad_x(self, g: Any, x: Any) -> Any:
        return divide(g, x)


class Negative(_Signed):
    """The number of opposite sign."""

    function, scalar = "negative", "-x"

    def grad_x(self, g: Any) -> Any:
        return negative(g)


class Absolute(Elementwise):
    """The size without the sign; for a complex number, its modulus."""

    function, scalar = "absolute", "abs(x)"

    def infer(self, *specs: Spec) -> Spec:
        spec = super().infer(*specs)
        return Spec(spec.shape, _MODULUS.get(spec.dtype, spec.dtype))

    def grad_x(self, g: Any, x: Any) -> Any:
        return multiply(g, sign(x))


class MinusAbsolute(_Signed):
    """-|x|, whose slope at 0 is 1: the slope on the left, as for `relu`.

    A smooth function is often put together from |x| and `max(x, 0)`, whose kinks cancel. With
    these two they also cancel at 0, in derivatives of every order.
    """

    scalar = "-abs(x)"

    def forward(self, xp: Any, x: Any, out: Any = None) -> Any:
        size = xp.asarray(xp.absolute(x, out=out))  # NumPy makes 0-d arrays scalars
        return xp.negative(size, out=size)

    def grad_x(self, g: Any, x: Any) -> Any:
        return select(greater(x, 0), negative(g), g)


class _Limited(Floating):
    """x within limits, with the gradient of x everywhere.

    For products `x * f(x)` where f is 0 to the last bit, and so is its slope, beyond the limits:
    there infinity times 0 would be NaN, and a limited x gives what is right.
    """

    def grad_x(self, g: Any) -> Any:
        return g


class LimitedBelow(_Limited):
    """x, but not less than -1000: exp(-1000) is 0 in every dtype."""

    function, operand, name = "maximum", -1000.0, "limited_below"
    scalar = "-1000 if x < -1000 else x"

    def forward(self, xp: Any, x: Any, out: Any = None) -> Any:
        return xp.maximum(x, x.dtype.type(-1000), out=out)


class Limited(_Limited):
    """x between -30 and 30, whose cubes every dtype holds."""

    scalar = "-30 if x < -30 else 30 if x > 30 else x"

    def forward(self, xp: Any, x: Any, out: Any = None) -> Any:
        above = xp.asarray(xp.maximum(x, x.dtype.type(-30), out=out))  # NumPy makes 0-d scalars
        return xp.minimum(above, x.dtype.type(30), out=above)


class Softsign(Floating):
    """x / (|x| + 1), -1 and 1 at the infinities. Its slope keeps its digits far out."""

    scalar = "x / (abs(x) + 1) if x - x == 0 else 1 if x > 0 else -1 if x < 0 else x"

    def forward(self, xp: Any, x: Any, out: Any = None) -> Any:
        largest = x.dtype.type(limits(str(x.dtype))[1])  # an infinity counts as that
        finite = xp.asarray(xp.minimum(x, largest))
        finite = xp.maximum(finite, -largest, out=finite)
        size = xp.asarray(xp.absolute(finite))
        return xp.true_divide(finite, xp.add(size, x.dtype.type(1), out=size), out=out)

    def grad_x(self, g: Any, x: Any) -> Any:
        return multiply(g, square(reciprocal(add(absolute(x), 1))))


class Sign(_Signed):
    """-1, 0 or 1. Its gradient is zero."""

    function = "sign"
    grad_x = _flat


class Square(Elementwise):
    """The number times itself."""

    promotion = "number"
    function, scalar = "square", "x * x"

    def grad_x(self, g: Any, x: Any) -> Any:
        return multiply(g, multiply(x, 2))


class SquareRoot(Floating):
    """Square root. The slope at 0 is that at the smallest number above: large, but finite.

    So the slope of a norm, which is this times 0, is 0 there and not NaN.
    """

    function, scalar, name = "sqrt", "sqrt(x)", "sqrt"

    def grad_x(self, g: Any, out: Any) -> Any:
        root = select(equal(out, 0), smallest(out.dtype) ** 0.5, out)
        return divide(multiply(g, 0.5), root)


class Reciprocal(Floating):
    """One divided by the number."""

    function, scalar = "reciprocal", "1 / x"

    def grad_x(self, g: Any, out: Any) -> Any:
        return negative(multiply(g, square(out)))


class _Extremum(Elementwise):
    """The gradient goes to the input that was taken; a tie is shared in halves."""

    inputs: tuple[str, ...] = ("a", "b")
    beyond = "limit"

    def grad_a(self, g: Any, a: Any, out: Any, b: Any) -> Any:
        return _share(g, a, b, out)

    def grad_b(self, g: Any, b: Any, out: Any, a: Any) -> Any:
        return _share(g, b, a, out)


class Maximum(_Extremum):
    """The larger of two; NaN if either is."""

    function, scalar = "maximum", "max(a, b)"


class Minimum(_Extremum):
    """The smaller of two; NaN if either is."""

    function, scalar = "minimum", "min(a, b)"


def _share(g: Any, mine: Any, other: Any, out: Any) -> Any:
    taken = cast(equal(mine, out), dtype=g.dtype)
    tie = cast(equal(mine, other), dtype=g.dtype)
    return multiply(g, subtract(taken, multiply(tie, 0.5)))


class Relu(Elementwise):
    """The positive part. The slope at 0 is 0."""

    name, function, operand, scalar = "relu", "maximum", 0, "max(x, 0)"
    promotion = "number"

    def forward(self, xp: Any, x: Any, out: Any = None) -> Any:
        return xp.maximum(x, x.dtype.type(0), out=out)

    def grad_x(self, g: Any, out: Any) -> Any:
        return multiply(g, cast(greater(out, 0), dtype=g.dtype))


class _Rounding(Floating):
    """A step function: its gradient is zero."""

    grad_x = _flat


class Floor(_Rounding):
    """Rounded down."""

    function = "floor"


class Ceil(_Rounding):
    """Rounded up."""

    function = "ceil"


class Rint(_Rounding):
    """Rounded to the nearest whole number, ties to the even one."""

    function = "rint"


class Trunc(_Rounding):
    """Rounded towards zero."""

    function = "trunc"


class Select(Elementwise):
    """`a` where the condition holds, `b` elsewhere."""

    inputs, scalar = ("condition", "a", "b"), "a if condition else b"
    promotion = "select"

    def infer(self, *specs: Spec) -> Spec:
        condition, a, b = specs
        shape = broadcast(condition.shape, a.shape, b.shape)
        return Spec(shape, result_type(a.dtype, b.dtype))

    def forward(self, xp: Any, condition: Any, a: Any, b: Any, out: Any = None) -> Any:
        chosen = xp.where(condition, a, b)
        if out is None:
            return chosen
        out[...] = chosen
        return out

    def grad_a(self, g: Any, condition: Any) -> Any:
        return select(condition, g, 0)

    def grad_b(self, g: Any, condition: Any) -> Any:
        return select(condition, 0, g)


add = Add()
subtract = Subtract()
multiply = Multiply()
divide = Divide()
floor_divide = FloorDivide()
remainder = Remainder()
power = Power()
log = Log()
negative = Negative()
minus_absolute = MinusAbsolute()
limited_below = LimitedBelow()
limited = Limited()
softsign = Softsign()
absolute = Absolute()
sign = Sign()
square = Square()
sqrt = SquareRoot()
reciprocal = Reciprocal()
maximum = Maximum()
minimum = Minimum()
relu = Relu()
floor = Floor()
ceil = Ceil()
rint = Rint()
trunc = Trunc()
select = Select()
