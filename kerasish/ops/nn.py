"""Functions of neural networks: activations, one-hot codes, moments, crossentropies."""

from __future__ import annotations

import math
from typing import Any

from kerasish.arrays.dtype import epsilon, floatx, is_float, is_integer, result_type
from kerasish.arrays.dtype import epsilon as default_epsilon
from kerasish.arrays.spec import normalize_axes, normalize_axis
from kerasish.backend.convert import as_tensor
from kerasish.errors import ShapeError, explain
from kerasish.ops.core import cast
from kerasish.ops.numpy.elementwise import clip
from kerasish.ops.numpy.movement import expand_dims, squeeze
from kerasish.ops.numpy.reduction import max, mean, sum
from kerasish.ops.operation import op
from kerasish.primitives import arithmetic, special, transcendental
from kerasish.primitives.arithmetic import add, divide, multiply, select, subtract
from kerasish.primitives.casting import stop_gradient
from kerasish.primitives.comparison import equal, greater_equal, isinf, logical_or
from kerasish.primitives.indexing import within


def _float(x: Any) -> Any:
    x = as_tensor(x)
    return x if is_float(x.dtype) else cast(x, floatx())


@op
def relu(x: Any) -> Any:
    """max(x, 0)."""
    return arithmetic.relu(x)


@op
def relu6(x: Any) -> Any:
    """max(x, 0), and not more than 6; whole numbers become floats."""
    x = _float(x)
    return select(greater_equal(x, 6), 6, arithmetic.relu(x))  # the slope at both corners is 0


@op
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """x where it is positive, `negative_slope * x` elsewhere."""
    x = _float(x)
    return select(x > 0, x, multiply(x, negative_slope))


@op
def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x))."""
    return transcendental.sigmoid(x)


@op
def log_sigmoid(x: Any) -> Any:
    """log(sigmoid(x)), without overflow."""
    return arithmetic.negative(softplus(arithmetic.negative(_float(x))))


@op
def hard_sigmoid(x: Any) -> Any:
    """x / 6 + 1/2, limited to 0 and 1."""
    return divide(relu6(add(_float(x), 3)), 6)


@op
def softplus(x: Any) -> Any:
    """log(exp(x) + 1), without overflow: max(x, 0) + log1p(exp(-|x|))."""
    x = _float(x)
    small = transcendental.exp(arithmetic.minus_absolute(x))
    return add(arithmetic.relu(x), transcendental.log1p(small))


@op
def softsign(x: Any) -> Any:
    """x / (|x| + 1)."""
    return arithmetic.softsign(x)


@op
def silu(x: Any) -> Any:
    """x * sigmoid(x)."""
    x = arithmetic.limited_below(_float(x))  # so that -inf gives 0
    return multiply(x, transcendental.sigmoid(x))


swish = silu


@op
def elu(x: Any, alpha: float = 1.0) -> Any:
    """x where it is positive, `alpha * (exp(x) - 1)` elsewhere."""
    x = _float(x)
    negative = transcendental.expm1(arithmetic.minus_absolute(x))  # x itself where it is taken
    return select(x > 0, x, multiply(negative, alpha))


@op
def selu(x: Any) -> Any:
    """`scale * elu(x, alpha)` with the constants of self-normalizing networks (2017)."""
    return multiply(elu(x, 1.6732632423543772), 1.0507009873554805)


@op
def gelu(x: Any, approximate: bool = True) -> Any:
    """x times the share of standard normal numbers below x, or nearly that, by tanh."""
    x = arithmetic.limited_below(_float(x))  # so that -inf gives 0
    if not approximate:  # erfc keeps the digits that 1 + erf would lose for negative x
        return multiply(multiply(x, 0.5), special.erfc(multiply(x, -math.sqrt(0.5))))
    near = arithmetic.limited(x)  # tanh is -1 or 1 beyond, and a cube could overflow
    factor = math.sqrt(2 / math.pi)
    slope = add(multiply(arithmetic.square(near), 0.044715 * factor), factor)
    return multiply(multiply(x, 0.5), add(transcendental.tanh(multiply(near, slope)), 1))


@op
def softmax(x: Any, axis: Any = -1) -> Any:
    """exp(x) / sum(exp(x)) along an axis."""
    x = _float(x)
    if _is_empty(x, axis):
        return x
    shifted = subtract(x, stop_gradient(max(x, axis, keepdims=True)))
    powers = transcendental.exp(shifted)
    return divide(powers, sum(powers, axis, keepdims=True))


@op
def log_softmax(x: Any, axis: Any = -1) -> Any:
    """log(softmax(x)), without overflow."""
    x = _float(x)
    if _is_empty(x, axis):
        return x
    shifted = subtract(x, stop_gradient(max(x, axis, keepdims=True)))
    total = sum(transcendental.exp(shifted), axis, keepdims=True)
    return subtract(shifted, arithmetic.log(total))


def _is_empty(x: Any, axis: Any) -> bool:
    """Whether there is nothing along the axes, and so no largest element."""
    return any(x.shape[a] == 0 for a in normalize_axes(axis, x.ndim))


@op
def one_hot(
    x: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False
) -> Any:
    """1 at the place of each class number, 0 elsewhere. A negative number is no class: zeros only.

    Raises:
        IndexRangeError: on the CPU, for a number that is not below `num_classes`.
    """
    x = as_tensor(x)
    if not is_integer(x.dtype):
        x = cast(x, "int32")
    return _codes(within(x, low=None, high=num_classes, of="one_hot"), num_classes, axis, dtype)


def _codes(x: Any, num_classes: int, axis: int, dtype: Any) -> Any:
    from kerasish.ops.numpy.creation import arange
    from kerasish.ops.numpy.movement import reshape

    place = normalize_axis(axis, x.ndim + 1)
    classes = reshape(
        arange(num_classes, dtype="int32" if x.dtype != "int64" else "int64"),
        tuple(num_classes if a == place else 1 for a in range(x.ndim + 1)),
    )
    return cast(equal(expand_dims(x, place), classes), dtype or floatx())


@op
def multi_hot(
    inputs: Any,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: Any = None,
    sparse: bool = False,
) -> Any:
    """1 at the place of each class number that is among the inputs."""
    inputs = as_tensor(inputs)
    if num_classes is None:
        raise ValueError("`multi_hot` needs num_classes.")
    axis_of_numbers = 1 if inputs.ndim > 1 else 0
    return max(one_hot(inputs, num_classes, axis, dtype), axis_of_numbers)


@op
def moments(x: Any, axes: Any, keepdims: bool = False, synchronized: bool = False) -> Any:
    """Mean and variance over some axes."""
    x = _float(x)
    wide = cast(x, "float32") if x.dtype in ("float16", "bfloat16") else x
    centre = mean(wide, axes, keepdims=True)
    spread = mean(arithmetic.square(subtract(wide, centre)), axes, keepdims=True)
    results = centre, spread
    if not keepdims:
        results = squeeze(centre, axes), squeeze(spread, axes)
    return tuple(cast(r, x.dtype) for r in results)


@op
def batch_normalization(
    x: Any, mean: Any, variance: Any, axis: int, offset: Any = None, scale: Any = None,
    epsilon: float = 1e-3,
) -> Any:  # fmt: skip
    """`(x - mean) / sqrt(variance + epsilon) * scale + offset`, the vectors along `axis`."""
    from kerasish.ops.numpy.movement import reshape

    x = as_tensor(x)
    place = normalize_axis(axis, x.ndim)
    shape = tuple(s if a == place else 1 for a, s in enumerate(x.shape))
    factor = arithmetic.reciprocal(arithmetic.sqrt(add(reshape(variance, shape), epsilon)))
    if scale is not None:
        factor = multiply(factor, reshape(scale, shape))
    out = multiply(subtract(x, reshape(mean, shape)), factor)
    return out if offset is None else add(out, reshape(offset, shape))


def _target_and_output(target: Any, output: Any) -> tuple[Any, Any]:
    """Both as floats of one shape; a target of whole numbers takes the dtype of the output."""
    target, output = as_tensor(target), _float(output)
    target = target if is_float(target.dtype) else cast(target, output.dtype)
    if len(target.shape) != len(output.shape) or any(
        a != b for a, b in zip(target.shape, output.shape, strict=True)
    ):
        raise ShapeError(
            "`target` and `output` must have one shape", target=target.spec, output=output.spec
        )
    return target, output


@op
def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """-sum(target * log(output)) along an axis, of logits or of probabilities."""
    target, output = _target_and_output(target, output)
    if from_logits:
        logs = log_softmax(output, axis)
        nothing = equal(logs, select(equal(target, 0), -math.inf, 1))  # `logs` is never 1
        logs = select(nothing, 0, logs)  # 0 * -inf counts as 0
    else:
        output = divide(output, sum(output, axis, keepdims=True))
        logs = arithmetic.log(clip(output, epsilon(), 1.0 - epsilon()))
    return arithmetic.negative(sum(multiply(target, logs), axis))


@op
def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """The crossentropy for class numbers instead of one-hot codes, in float32 at least.

    Raises:
        IndexRangeError: on the CPU, for a number that is negative or that there is no class for.
    """
    target, output = as_tensor(target), _float(output)
    if output.ndim < 1:
        raise ShapeError("`output` needs an axis of classes", output=output.spec)
    if target.ndim == output.ndim and target.shape[-1] == 1:
        target = squeeze(target, -1)
    place = normalize_axis(axis, output.ndim)
    if target.shape != output.shape[:place] + output.shape[place + 1 :]:
        raise ShapeError(
            "`target` must have the shape of `output` without its axis of classes",
            target=target.spec, output=output.spec,
        )  # fmt: skip
    if not is_integer(target.dtype):
        target = cast(target, "int32")
    classes = output.shape[place]
    target = within(target, low=0, high=classes, of="sparse_categorical_crossentropy")
    if from_logits:
        logs = log_softmax(output, axis)
    else:
        output = divide(output, sum(output, axis, keepdims=True))
        logs = arithmetic.log(clip(output, epsilon(), 1.0 - epsilon()))
    logs = cast(logs, result_type(logs.dtype, "float32"))
    code = _codes(target, classes, axis, "bool")
    return arithmetic.negative(sum(select(code, logs, 0), axis))  # a product would be 0 * -inf


@op
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """-(target * log(output) + (1 - target) * log(1 - output)), of logits or of probabilities."""
    target, output = _target_and_output(target, output)
    if from_logits:
        return _crossentropy_of_logits(target, output)
    output = clip(output, epsilon(), 1.0 - epsilon())
    positive = multiply(target, arithmetic.log(output))
    negative = multiply(subtract(1, target), arithmetic.log(subtract(1, output)))
    return arithmetic.negative(add(positive, negative))


def _crossentropy_of_logits(target: Any, x: Any) -> Any:
    """(the share of the other class) * |x| + log1p(exp(-|x|)), and 0 * inf counts as 0.

    It is softplus(x) - target * x, without inf - inf where a logit is infinite.
    """
    minus = arithmetic.minus_absolute(x)
    other = select(x > 0, subtract(1, target), target)
    nothing = equal(minus, select(equal(other, 0), -math.inf, 1))  # `minus` is never 1
    costs = multiply(other, select(nothing, 0, minus))
    return subtract(transcendental.log1p(transcendental.exp(minus)), costs)


@op
def normalize(x: Any, axis: Any = -1, order: int = 2, epsilon: float | None = None) -> Any:
    """x divided by its norm along an axis, or along several.

    Args:
        x: a tensor. A zero vector stays one; its slope is that of `x / epsilon`.
        axis: along which the vectors lie.
        order: of the norm: a whole number from 1 on, or infinity for the largest size.
        epsilon: the smallest divisor, `keras.config.epsilon()` by default.

    Raises:
        ValueError: for another order.
    """
    if order != math.inf and (order != int(order) or order < 1):
        raise ValueError(explain("`order` must be a whole number from 1 on, or inf", order=order))
    x = _float(x)
    smallest = default_epsilon() if epsilon is None else epsilon
    size = arithmetic.absolute(x)
    largest = max(size, axis, keepdims=True, initial=0 if 0 in x.shape else None)
    if order != math.inf:  # the norm of x / scale, times the scale: so no power overflows
        scale = stop_gradient(largest)
        scale = select(logical_or(equal(scale, 0), isinf(scale)), 1, scale)
        # Even powers need no sizes, whose kinks would spoil the second derivative at 0.
        values = size if order % 2 else x
        largest = multiply(scale, _norm(divide(values, scale), axis, order))
    return divide(x, arithmetic.maximum(largest, smallest))


def _norm(x: Any, axis: Any, order: int) -> Any:
    """The norm of sizes, or for an even order of numbers. Its slope at 0 is 0."""
    if order == 1:
        return sum(x, axis, keepdims=True)
    if order == 2:
        return arithmetic.sqrt(sum(arithmetic.square(x), axis, keepdims=True))
    total = sum(arithmetic.power(x, order), axis, keepdims=True)
    is_zero = equal(total, 0)
    return select(is_zero, 0, arithmetic.power(select(is_zero, 1, total), 1.0 / order))
