"""Normalization of each sample over its features."""

from __future__ import annotations

from typing import Any

from kerasish.arrays.dtype import epsilon as default_epsilon
from kerasish.arrays.dtype import result_type
from kerasish.arrays.spec import normalize_axis
from kerasish.backend.convert import as_tensor
from kerasish.ops.core import cast
from kerasish.ops.numpy.movement import reshape
from kerasish.ops.numpy.reduction import mean
from kerasish.ops.operation import op
from kerasish.primitives.arithmetic import add, multiply, reciprocal, sqrt, square, subtract


@op
def layer_normalization(
    x: Any, gamma: Any = None, beta: Any = None, axis: Any = -1, epsilon: float | None = None,
    rms_scaling: bool = False,
) -> Any:  # fmt: skip
    """`(x - mean) / sqrt(variance + epsilon) * gamma + beta`, mean and variance over `axis`.

    Computed in float32 at least. The deprecated `rms_scaling` neither centres nor adds `beta`.
    """
    x, wide, axes, shape = _prepared(x, axis)
    centred = subtract(wide, mean(wide, axes, keepdims=True))
    factor = _factor(mean(square(centred), axes, keepdims=True), epsilon)
    if gamma is not None:
        factor = multiply(factor, reshape(gamma, shape))
    out = multiply(wide if rms_scaling else centred, factor)
    if beta is not None and not rms_scaling:
        out = add(out, reshape(beta, shape))
    return cast(out, x.dtype)


@op
def rms_normalization(
    x: Any, scale: Any = None, axis: Any = -1, epsilon: float | None = None
) -> Any:
    """`x / sqrt(mean(x²) + epsilon) * scale`, the mean over `axis`, in float32 at least."""
    x, wide, axes, shape = _prepared(x, axis)
    factor = _factor(mean(square(wide), axes, keepdims=True), epsilon)
    out = multiply(wide, factor)
    return cast(out if scale is None else multiply(out, reshape(scale, shape)), x.dtype)


def _prepared(x: Any, axis: Any) -> tuple[Any, Any, tuple[int, ...], tuple[int, ...]]:
    """Return x, x in float32 at least, the axes, and the shape that weights broadcast from."""
    x = as_tensor(x)
    axes = [axis] if isinstance(axis, int) else list(axis)
    places = tuple(sorted(normalize_axis(a, x.ndim) for a in axes))
    shape = tuple(s if a in places else 1 for a, s in enumerate(x.shape))
    return x, cast(x, result_type(x.dtype, "float32")), places, shape


def _factor(spread: Any, epsilon: float | None) -> Any:
    return reciprocal(sqrt(add(spread, default_epsilon() if epsilon is None else epsilon)))
