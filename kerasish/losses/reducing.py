"""From a loss per sample to the number that is minimised: weights, masks and reductions."""

from __future__ import annotations

import math
from typing import Any

from kerasish import ops
from kerasish.errors import explain
from kerasish.losses.shapes import along_samples, squeeze_or_expand_to_same_rank

MEANS = ("sum_over_batch_size", "mean", "mean_with_sample_weight")
REDUCTIONS = (*MEANS, "sum", "none", None)


def standardize_reduction(reduction: Any) -> str | None:
    """Return the reduction if it is one that there is.

    Raises:
        ValueError: for any other.
    """
    if reduction not in REDUCTIONS:
        raise ValueError(
            explain(
                "Invalid value for argument `reduction`",
                expected=f"one of {REDUCTIONS}",
                reduction=reduction,
            )
        )
    return reduction  # type: ignore[no-any-return]


def reduce_weighted_values(
    values: Any,
    sample_weight: Any = None,
    mask: Any = None,
    reduction: str | None = "sum_over_batch_size",
    dtype: Any = None,
) -> Any:
    """Weigh values and reduce them.

    Args:
        values: losses, one for each sample (and step).
        sample_weight: what each is multiplied by. Where its shape is the beginning of that of
            the values, it weighs the leading axes; else it broadcasts as in NumPy.
        mask: which of them count. Means are taken over those alone.
        reduction: see `Loss`.
        dtype: in which to compute.

    Returns:
        A number, or the weighted values when the reduction is None.
    """
    values = ops.convert_to_tensor(values, dtype)
    if sample_weight is not None:
        sample_weight = ops.convert_to_tensor(sample_weight, values.dtype)
    weight = apply_mask(sample_weight, mask, values.dtype, reduction)
    if weight is not None:
        values, weight = squeeze_or_expand_to_same_rank(values, weight)
        if len(weight.shape) < len(values.shape) and weight.size > 1:
            weight = ops.broadcast_to(along_samples(weight, values.shape), values.shape)
        values = ops.multiply(values, weight)
    return reduce_values(values, weight, reduction)


def reduce_values(values: Any, sample_weight: Any, reduction: str | None) -> Any:
    """Reduce values that are weighted already: one sum, and for a mean one division."""
    if reduction in (None, "none") or tuple(values.shape) in ((), (0,)):
        return values
    if reduction == "sum":
        return ops.sum(values)
    if reduction == "mean_with_sample_weight" and sample_weight is not None:
        return ops.divide_no_nan(ops.sum(values), ops.sum(sample_weight))
    return ops.mean(values) if 0 not in values.shape else ops.sum(values)


def apply_mask(sample_weight: Any, mask: Any, dtype: str, reduction: str | None) -> Any:
    """Merge a mask into the weights.

    For a mean, what counts weighs as much more as there is less of it: dividing by the number
    of all values then gives the mean over those that count.

    Returns:
        The weights, or None when there are neither weights nor a mask.
    """
    if mask is None:
        return sample_weight
    if reduction in ("mean", "sum_over_batch_size"):
        counting = ops.sum(ops.cast(mask, dtype))
        share = ops.divide_no_nan(float(math.prod(mask.shape)), counting)
        weight = ops.where(mask, share, 0)
    else:
        weight = ops.cast(mask, dtype)
    if sample_weight is None:
        return weight
    sample_weight = ops.convert_to_tensor(sample_weight, dtype)
    weight, sample_weight = squeeze_or_expand_to_same_rank(weight, sample_weight)
    if len(sample_weight.shape) < len(weight.shape):
        sample_weight = along_samples(sample_weight, weight.shape)
    else:
        weight = along_samples(weight, sample_weight.shape)
    return ops.multiply(sample_weight, weight)
