"""Functions that work element by element."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from kerasish.arrays.dtype import floatx, is_float
from kerasish.backend.convert import as_tensor
from kerasish.ops.operation import op
from kerasish.primitives import arithmetic, comparison, transcendental
from kerasish.primitives.casting import cast


def _float(x: Any) -> Any:
    x = as_tensor(x)
    return x if is_float(x.dtype) else cast(x, dtype=floatx())


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
arctan2 = _binary(transcendental.arctan2)
equal = _binary(comparison.equal)
not_equal = _binary(comparison.not_equal)
less = _binary(comparison.less)
less_equal = _binary(comparison.less_equal)
greater = _binary(comparison.greater)
greater_equal = _binary(comparison.greater_equal)
bitwise_and = _binary(comparison.bitwise_and)
bitwise_or = _binary(comparison.bitwise_or)
bitwise_xor = _binary(comparison.bitwise_xor)
bitwise_left_shift = _binary(comparison.left_shift, "bitwise_left_shift")
bitwise_right_shift = _binary(comparison.right_shift, "bitwise_right_shift")
left_shift = _binary(comparison.left_shift)
right_shift = _binary(comparison.right_shift)

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
    """Rounded to `decimals` digits after the point, ties to the even digit."""
    x = as_tensor(x)
    if not is_float(x.dtype):
        return x
    if decimals == 0:
        return arithmetic.rint(x)
    factor = 10.0**decimals
    return arithmetic.divide(arithmetic.rint(arithmetic.multiply(x, factor)), factor)


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
    x1, x2 = _float(x1), _float(x2)
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
    import numpy as np

    from kerasish.arrays.dtype import numpy_dtype

    x = as_tensor(x)
    if not is_float(x.dtype):
        return x
    largest = float(np.finfo(numpy_dtype(x.dtype)).max)
    x = arithmetic.select(comparison.isnan(x), nan, x)
    x = arithmetic.select(comparison.equal(x, math.inf), largest if posinf is None else posinf, x)
    return arithmetic.select(
        comparison.equal(x, -math.inf), -largest if neginf is None else neginf, x
    )


@op
def isclose(
    x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Any:
    """Whether two numbers agree within `atol + rtol * |x2|`."""
    near = arithmetic.absolute(arithmetic.subtract(x1, x2)) <= (
        arithmetic.absolute(as_tensor(x2)) * rtol + atol
    )
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
    x2 = as_tensor(x2)
    zero = comparison.equal(x2, 0)
    quotient = arithmetic.divide(x1, arithmetic.select(zero, 1, x2))
    return arithmetic.select(zero, 0, quotient)
