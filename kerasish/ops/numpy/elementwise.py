"""Functions that work element by element."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from kerasish.arrays.dtype import floatx, is_float, limits, result_type
from kerasish.backend.convert import as_tensor
from kerasish.ops.operation import op
from kerasish.primitives import arithmetic, comparison, transcendental
from kerasish.primitives.casting import cast


def _float(x: Any) -> Any:
    x = as_tensor(x)
    return x if is_float(x.dtype) else cast(x, dtype=floatx())


def _floats(x1: Any, x2: Any) -> tuple[Any, Any]:
    """Both in the dtype that they meet in, which is one of floats."""
    x1, x2 = as_tensor(x1), as_tensor(x2)
    common = result_type(x1.dtype, x2.dtype)
    common = common if is_float(common) else floatx()
    return cast(x1, dtype=common), cast(x2, dtype=common)


def _unary(primitive: Any, name: str | None = None) -> Callable[[Any], Any]:
    """Make a primitive of one input a public function."""

    def function(x: Any) -> Any:
        return primitive(x)

    return _named(function, primitive, name)


def _binary(primitive: Any, name: str | None = None) -> Callable[[Any, Any], Any]:
    """Make a primitive of two inputs a public function."""

    def function(x1: Any, x2: Any) -> Any:
        return primitive(x1, x2)

    return _named(function, primitive, name)


def _bitwise(primitive: Any, name: str | None = None) -> Callable[[Any, Any], Any]:
    """The same for functions whose arguments have other names."""

    def function(x: Any, y: Any) -> Any:
        return primitive(x, y)

    return _named(function, primitive, name)


def _named(function: Any, primitive: Any, name: str | None) -> Callable[..., Any]:
    function.__name__ = function.__qualname__ = name or primitive.name
    function.__doc__ = primitive.__doc__
    return op(function)


add = _binary(arithmetic.add)
subtract = _binary(arithmetic.subtract)
multiply = _binary(arithmetic.multiply)
divide = _binary(arithmetic.divide, "divide")
true_divide = _binary(arithmetic.divide, "true_divide")
floor_divide = _binary(arithmetic.floor_divide)
mod = _binary(arithmetic.remainder, "mod")
power = _binary(arithmetic.power)
maximum = _binary(arithmetic.maximum)
minimum = _binary(arithmetic.minimum)
equal = _binary(comparison.equal)
not_equal = _binary(comparison.not_equal)
less = _binary(comparison.less)
less_equal = _binary(comparison.less_equal)
greater = _binary(comparison.greater)
greater_equal = _binary(comparison.greater_equal)
bitwise_and = _bitwise(comparison.bitwise_and)
bitwise_or = _bitwise(comparison.bitwise_or)
bitwise_xor = _bitwise(comparison.bitwise_xor)
bitwise_left_shift = _bitwise(comparison.left_shift, "bitwise_left_shift")
bitwise_right_shift = _bitwise(comparison.right_shift, "bitwise_right_shift")
left_shift = _bitwise(comparison.left_shift)
right_shift = _bitwise(comparison.right_shift)

negative = _unary(arithmetic.negative)
absolute = _unary(arithmetic.absolute)
abs = _unary(arithmetic.absolute, "abs")
sign = _unary(arithmetic.sign)
square = _unary(arithmetic.square)
sqrt = _unary(arithmetic.sqrt)
reciprocal = _unary(arithmetic.reciprocal)
exp = _unary(transcendental.exp)
expm1 = _unary(transcendental.expm1)
log = _unary(arithmetic.log)
log1p = _unary(transcendental.log1p)
tanh = _unary(transcendental.tanh)
sin = _unary(transcendental.sin)
cos = _unary(transcendental.cos)
tan = _unary(transcendental.tan)
sinh = _unary(transcendental.sinh)
cosh = _unary(transcendental.cosh)
arcsin = _unary(transcendental.arcsin)
arccos = _unary(transcendental.arccos)
arctan = _unary(transcendental.arctan)
bitwise_not = _unary(comparison.bitwise_not)
bitwise_invert = _unary(comparison.bitwise_not, "bitwise_invert")
isfinite = _unary(comparison.isfinite)
isnan = _unary(comparison.isnan)
isinf = _unary(comparison.isinf)


@op
def arctan2(x1: Any, x2: Any) -> Any:
    """The angle of the point (x2, x1). A Python float counts as `floatx()`."""
    return transcendental.arctan2(as_tensor(x1), as_tensor(x2))


def _logical(primitive: Any) -> Callable[..., Any]:
    def function(*values: Any) -> Any:
        return primitive(*(as_tensor(x, "bool") for x in values))

    return function


@op
def logical_and(x1: Any, x2: Any) -> Any:
    """Whether both are true (not zero)."""
    return _logical(comparison.logical_and)(x1, x2)


@op
def logical_or(x1: Any, x2: Any) -> Any:
    """Whether one of them is true (not zero)."""
    return _logical(comparison.logical_or)(x1, x2)


@op
def logical_xor(x1: Any, x2: Any) -> Any:
    """Whether exactly one of them is true (not zero)."""
    return _logical(comparison.logical_xor)(x1, x2)


@op
def logical_not(x: Any) -> Any:
    """Whether it is false (zero)."""
    return _logical(comparison.logical_not)(x)


def _rounded(primitive: Any) -> Callable[[Any], Any]:
    def function(x: Any) -> Any:
        return primitive(x)

    return _named(function, primitive, None)


floor = _rounded(arithmetic.floor)
ceil = _rounded(arithmetic.ceil)


@op
def trunc(x: Any) -> Any:
    """Rounded towards zero; whole numbers stay as they are."""
    x = as_tensor(x)
    return arithmetic.trunc(x) if is_float(x.dtype) else x


@op
def round(x: Any, decimals: int = 0) -> Any:
    """Rounded to `decimals` digits after the point, ties to the even digit.

    A negative number of decimals rounds before the point: tens, hundreds, …
    """
    x = as_tensor(x)
    if not is_float(x.dtype):
        return _round_whole(x, 10**-decimals) if decimals < 0 and x.dtype != "bool" else x
    if decimals == 0:
        return arithmetic.rint(x)
    factor = 10.0**decimals
    return arithmetic.divide(arithmetic.rint(arithmetic.multiply(x, factor)), factor)


def _round_whole(x: Any, unit: int) -> Any:
    """Whole numbers rounded to multiples of a unit, ties to the even multiple.

    A multiple beyond what the dtype holds becomes the largest or smallest number that it holds.
    """
    wide = x if x.dtype == "uint64" else cast(x, dtype="int64")
    if unit > limits(wide.dtype)[1]:
        return arithmetic.multiply(x, 0)
    count = arithmetic.floor_divide(wide, unit)
    rest = arithmetic.subtract(wide, arithmetic.multiply(count, unit))
    half, is_odd = unit // 2, comparison.equal(arithmetic.remainder(count, 2), 1)
    up = comparison.logical_or(
        comparison.greater(rest, half), comparison.logical_and(comparison.equal(rest, half), is_odd)
    )
    count = arithmetic.add(count, up)
    smallest, largest = limits(x.dtype)
    over = comparison.greater(count, largest // unit)
    under = comparison.less(count, -(-smallest // unit))
    held = arithmetic.select(under, smallest, arithmetic.multiply(count, unit))
    return cast(arithmetic.select(over, largest, held), dtype=x.dtype)


@op
def clip(x: Any, x_min: Any, x_max: Any) -> Any:
    """Limited from below and from above."""
    return arithmetic.minimum(arithmetic.maximum(x, x_min), x_max)


@op
def log2(x: Any) -> Any:
    """Logarithm to base 2."""
    return arithmetic.multiply(arithmetic.log(x), 1.0 / math.log(2.0))


@op
def log10(x: Any) -> Any:
    """Logarithm to base 10."""
    return arithmetic.multiply(arithmetic.log(x), 1.0 / math.log(10.0))


@op
def exp2(x: Any) -> Any:
    """2 to the power of x."""
    return transcendental.exp(arithmetic.multiply(x, math.log(2.0)))


@op
def logaddexp(x1: Any, x2: Any) -> Any:
    """log(exp(x1) + exp(x2)), without overflow; whole numbers and bool become floats first."""
    x1, x2 = _floats(x1, x2)
    same = comparison.logical_and(comparison.equal(x1, x2), comparison.isinf(x1))
    larger = arithmetic.select(x1 > x2, x1, x2)
    larger = arithmetic.select(same, arithmetic.maximum(x1, x2), larger)  # gradients in halves
    distance = arithmetic.select(same, 0, arithmetic.subtract(x1, x2))  # inf - inf is 0
    small = transcendental.log1p(transcendental.exp(arithmetic.minus_absolute(distance)))
    return arithmetic.add(larger, small)


@op
def rsqrt(x: Any) -> Any:
    """One divided by the square root."""
    return arithmetic.reciprocal(arithmetic.sqrt(x))


@op
def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """`x1` where the condition holds, `x2` elsewhere; both must be given."""
    if x1 is None or x2 is None:
        raise ValueError("`where` needs both x1 and x2: the places alone have no fixed shape.")
    return arithmetic.select(condition, x1, x2)


@op
def nan_to_num(x: Any, nan: float = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """NaN and the infinities replaced by numbers, by default 0 and the largest there are."""
    x = as_tensor(x)
    if not is_float(x.dtype):
        return x
    _, largest = limits(x.dtype)
    x = arithmetic.select(comparison.isnan(x), nan, x)
    x = arithmetic.select(comparison.equal(x, math.inf), largest if posinf is None else posinf, x)
    return arithmetic.select(
        comparison.equal(x, -math.inf), -largest if neginf is None else neginf, x
    )


@op
def isclose(
    x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Any:
    """Whether two numbers agree within `atol + rtol * |x2|`.

    Whole numbers and booleans are compared as floats. An infinity agrees with itself alone.
    """
    plain = [v if type(v) in (bool, int, float) else as_tensor(v) for v in (x1, x2)]
    kinds: list[Any] = [getattr(v, "dtype", type(v)) for v in plain]
    dtype = result_type(*kinds, float)
    x1, x2 = (as_tensor(float(v) if type(v) is int else v, dtype) for v in plain)
    finite = comparison.logical_and(comparison.isfinite(x1), comparison.isfinite(x2))
    a, b = (arithmetic.select(finite, v, 0) for v in (x1, x2))
    tolerance = arithmetic.add(arithmetic.multiply(arithmetic.absolute(b), rtol), atol)
    near = comparison.less_equal(arithmetic.absolute(arithmetic.subtract(a, b)), tolerance)
    near = comparison.logical_and(near, finite)
    same = comparison.logical_or(near, comparison.equal(x1, x2))
    if equal_nan:
        both = comparison.logical_and(comparison.isnan(x1), comparison.isnan(x2))
        same = comparison.logical_or(same, both)
    return same


@op
def real(x: Any) -> Any:
    """The real part."""
    x = as_tensor(x)
    return cast(x, dtype={"complex64": "float32", "complex128": "float64"}.get(x.dtype, x.dtype))


@op
def divide_no_nan(x1: Any, x2: Any) -> Any:
    """The quotient, and 0 wherever the divisor is 0."""
    if type(x2) in (bool, int, float):
        quotient = arithmetic.divide(x1, x2 or 1)
        return quotient if x2 else arithmetic.select(True, 0, quotient)
    x2 = as_tensor(x2)
    zero = comparison.equal(x2, 0)
    quotient = arithmetic.divide(x1, arithmetic.select(zero, 1, x2))
    return arithmetic.select(zero, 0, quotient)
