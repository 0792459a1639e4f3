"""Activations that are put together from other functions and seldom used."""

from __future__ import annotations

from typing import Any

from kerasish.arrays.dtype import floatx, is_float, result_type
from kerasish.arrays.spec import normalize_axis
from kerasish.backend.convert import as_tensor
from kerasish.errors import ShapeError
from kerasish.ops.core import cast
from kerasish.ops.nn import hard_sigmoid, softplus
from kerasish.ops.numpy.creation import arange
from kerasish.ops.numpy.elementwise import clip
from kerasish.ops.numpy.movement import flip, reshape, split
from kerasish.ops.numpy.reduction import cumsum, sum
from kerasish.ops.operation import op
from kerasish.ops.ranking import sort
from kerasish.primitives import arithmetic, transcendental
from kerasish.primitives.arithmetic import add, divide, multiply, select, subtract
from kerasish.primitives.comparison import logical_not


def _float(x: Any) -> Any:
    x = as_tensor(x)
    return x if is_float(x.dtype) else cast(x, floatx())


@op
def celu(x: Any, alpha: float = 1.0) -> Any:
    """x where it is positive, `alpha * (exp(x / alpha) - 1)` elsewhere."""
    x = _float(x)
    powers = transcendental.expm1(divide(arithmetic.minus_absolute(x), alpha))
    return select(x > 0, x, multiply(powers, alpha))


@op
def glu(x: Any, axis: int = -1) -> Any:
    """The first half of an axis times the sigmoid of the second.

    Raises:
        ShapeError: when the axis cannot be halved.
    """
    x = _float(x)
    place = normalize_axis(axis, x.ndim)
    if x.shape[place] % 2:
        raise ShapeError("`glu` halves an axis", expected="an even size", x=x.spec, axis=axis)
    values, gates = split(x, 2, place)
    return multiply(values, transcendental.sigmoid(gates))


@op
def hard_tanh(x: Any) -> Any:
    """x, limited to -1 and 1."""
    return clip(x, -1, 1)


@op
def hard_silu(x: Any) -> Any:
    """x * hard_sigmoid(x)."""
    x = arithmetic.limited_below(_float(x))  # so that -inf gives 0
    return multiply(x, hard_sigmoid(x))


hard_swish = hard_silu


@op
def mish(x: Any) -> Any:
    """x * tanh(softplus(x))."""
    x = arithmetic.limited_below(_float(x))  # so that -inf gives 0
    return multiply(x, transcendental.tanh(softplus(x)))


@op
def hard_shrink(x: Any, threshold: float = 0.5) -> Any:
    """x where its size is over the threshold, 0 elsewhere."""
    x = _float(x)
    return select(arithmetic.absolute(x) <= threshold, 0, x)  # NaN stays


@op
def soft_shrink(x: Any, threshold: float = 0.5) -> Any:
    """x moved by the threshold towards 0, and 0 where it is nearer than that."""
    x = _float(x)
    moved = select(x > 0, subtract(x, threshold), add(x, threshold))
    return select(arithmetic.absolute(x) <= threshold, 0, moved)  # NaN stays


@op
def tanh_shrink(x: Any) -> Any:
    """x - tanh(x)."""
    x = _float(x)
    return subtract(x, transcendental.tanh(x))


@op
def threshold(x: Any, threshold: float, default_value: float) -> Any:
    """x where it is over the threshold, the default value elsewhere."""
    x = as_tensor(x)
    return select(x > threshold, x, default_value)


@op
def squareplus(x: Any, b: float = 4) -> Any:
    """(x + sqrt(x² + b)) / 2, without loss of digits where x is negative.

    It is max(x, 0) + b / 2 / (sqrt(x² + b) + |x|). Half precision is computed in float32.
    """
    x = _float(x)
    wide = cast(x, result_type(x.dtype, "float32"))
    near = select(wide < -1e18, -1e18, wide)  # the square stays finite, the quotient is 0
    root = arithmetic.sqrt(add(arithmetic.square(near), b))
    rest = divide(b * 0.5, subtract(root, arithmetic.minus_absolute(near)))
    return cast(add(arithmetic.relu(near), rest), x.dtype)


@op
def sparse_plus(x: Any) -> Any:
    """0 up to -1, x from 1 on, and (x + 1)² / 4 between them."""
    x = _float(x)
    right = select(x <= -1, -1, x)  # far to the left a slope would be 0 * inf
    between = multiply(arithmetic.square(add(right, 1)), 0.25)
    return select(x <= -1, 0, select(x < 1, between, x))


@op
def sparse_sigmoid(x: Any) -> Any:
    """(x + 1) / 2, limited to 0 and 1."""
    return clip(multiply(add(_float(x), 1), 0.5), 0, 1)


@op
def sparsemax(x: Any, axis: int = -1) -> Any:
    """The nearest probabilities to x, many of them 0 (Martins and Astudillo, 2016)."""
    x = _float(x)
    place = normalize_axis(axis, x.ndim)
    if x.shape[place] == 0:
        return x
    descending = flip(sort(x, place), place)
    sizes = tuple(-1 if a == place else 1 for a in range(x.ndim))
    ranks = reshape(arange(1, x.shape[place] + 1, dtype=x.dtype), sizes)
    totals = cumsum(descending, place)
    chosen = logical_not(add(multiply(ranks, descending), 1) <= totals)  # NaN is, and stays
    count = sum(cast(chosen, x.dtype), place, keepdims=True)
    total = sum(select(chosen, descending, 0), place, keepdims=True)
    return arithmetic.relu(subtract(x, divide(subtract(total, 1), count)))
