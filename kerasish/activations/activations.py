"""The activation functions under Keras's names, put together from `kerasish.ops`.

Nothing here needs values: on a KerasTensor, each function records the operations it is made of.
"""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.ops.activations import mish as _mish


def linear(x: Any) -> Any:
    """x itself."""
    return x


def relu(
    x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Any:
    """x where it is over the threshold, limited to `max_value`; elsewhere a line or 0.

    Args:
        x: a tensor.
        negative_slope: the slope of the line `negative_slope * (x - threshold)` below it.
        max_value: the largest result; None for no limit.
        threshold: where the line ends.

    Example:
        >>> relu([-10.0, 0.5, 3.0], negative_slope=0.1, max_value=2.0).tolist()
        [-1.0, 0.5, 2.0]
    """
    x = _tensor(x)
    if threshold == 0:
        positive = ops.relu6(x) if max_value == 6 else ops.relu(x)
    else:
        positive = ops.where(ops.greater(x, threshold), x, 0)
    if max_value is not None and (threshold != 0 or max_value != 6):
        positive = ops.clip(positive, 0, max_value)
    if negative_slope == 0:
        return positive
    if threshold == 0 and max_value is None:
        return ops.leaky_relu(x, negative_slope=negative_slope)
    below = ops.relu(ops.subtract(threshold, x))
    return ops.subtract(positive, ops.multiply(below, negative_slope))


def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """x where it is positive, `negative_slope * x` elsewhere."""
    return ops.leaky_relu(x, negative_slope=negative_slope)


def relu6(x: Any) -> Any:
    """max(x, 0), and not more than 6."""
    return ops.relu6(x)


def softmax(x: Any, axis: Any = -1) -> Any:
    """exp(x) / sum(exp(x)) along an axis, or over several together."""
    return ops.softmax(x, axis=axis)


def log_softmax(x: Any, axis: Any = -1) -> Any:
    """log(softmax(x)), without overflow."""
    return ops.log_softmax(x, axis=axis)


def sparsemax(x: Any, axis: int = -1) -> Any:
    """The probabilities nearest to x, many of them 0."""
    return ops.sparsemax(_tensor(x), axis)


def elu(x: Any, alpha: float = 1.0) -> Any:
    """x where it is positive, `alpha * (exp(x) - 1)` elsewhere."""
    return ops.elu(x, alpha=alpha)


def selu(x: Any) -> Any:
    """elu, scaled so that deep networks keep mean and variance."""
    return ops.selu(x)


def celu(x: Any, alpha: float = 1.0) -> Any:
    """x where it is positive, `alpha * (exp(x / alpha) - 1)` elsewhere."""
    return ops.celu(x, alpha=alpha)


def softplus(x: Any) -> Any:
    """log(exp(x) + 1), without overflow."""
    return ops.softplus(x)


def softsign(x: Any) -> Any:
    """x / (|x| + 1)."""
    return ops.softsign(x)


def soft_shrink(x: Any, threshold: float = 0.5) -> Any:
    """x moved by the threshold towards 0, and 0 where it is nearer than that."""
    return ops.soft_shrink(x, threshold=threshold)


def hard_shrink(x: Any, threshold: float = 0.5) -> Any:
    """x where its size is over the threshold, 0 elsewhere."""
    return ops.hard_shrink(x, threshold=threshold)


def tanh_shrink(x: Any) -> Any:
    """x - tanh(x)."""
    return ops.tanh_shrink(x)


def threshold(x: Any, threshold: float, default_value: float) -> Any:
    """x where it is over the threshold, the default value elsewhere."""
    return ops.threshold(x, threshold, default_value)


def sparse_plus(x: Any) -> Any:
    """0 up to -1, x from 1 on, and (x + 1)² / 4 between them."""
    return ops.sparse_plus(x)


def sparse_sigmoid(x: Any) -> Any:
    """(x + 1) / 2, limited to 0 and 1."""
    return ops.sparse_sigmoid(x)


def squareplus(x: Any, b: float = 4) -> Any:
    """(x + sqrt(x² + b)) / 2."""
    return ops.squareplus(x, b=b)


def silu(x: Any) -> Any:
    """x * sigmoid(x); `swish` is another name of it."""
    return ops.silu(x)


def gelu(x: Any, approximate: bool = False) -> Any:
    """x times the share of standard normal numbers below it.

    Args:
        x: a tensor.
        approximate: take the formula with tanh, which is faster and off by less than 0.0005.
    """
    return ops.gelu(x, approximate=approximate)


def glu(x: Any, axis: int = -1) -> Any:
    """The first half of an axis times the sigmoid of the second."""
    return ops.glu(x, axis=axis)


def tanh(x: Any) -> Any:
    """Hyperbolic tangent."""
    return ops.tanh(x)


def hard_tanh(x: Any) -> Any:
    """x, limited to -1 and 1."""
    return ops.hard_tanh(x)


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x))."""
    return ops.sigmoid(x)


def log_sigmoid(x: Any) -> Any:
    """log(sigmoid(x)), without overflow."""
    return ops.log_sigmoid(x)


def hard_sigmoid(x: Any) -> Any:
    """x / 6 + 1/2, limited to 0 and 1."""
    return ops.hard_sigmoid(x)


def hard_silu(x: Any) -> Any:
    """x * hard_sigmoid(x); `hard_swish` is another name of it."""
    return ops.hard_silu(x)


def exponential(x: Any) -> Any:
    """exp(x)."""
    return ops.exp(x)


def mish(x: Any) -> Any:
    """x * tanh(softplus(x))."""
    return _mish(_tensor(x))


def _tensor(x: Any) -> Any:
    return ops.convert_to_tensor(x)
