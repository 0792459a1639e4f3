"""Targets, predictions and weights brought to one rank before a formula sees them."""

from __future__ import annotations

from typing import Any

from kerasish import ops


def as_pair(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Return both as tensors, the targets in the dtype of the predictions."""
    y_pred = ops.convert_to_tensor(y_pred)
    return ops.convert_to_tensor(y_true, dtype=y_pred.dtype), y_pred


def aligned_pair(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Return both as tensors of one dtype and, if a last axis of size 1 allows, of one rank."""
    return squeeze_or_expand_to_same_rank(*as_pair(y_true, y_pred))


def squeeze_or_expand_to_same_rank(x1: Any, x2: Any, expand_rank_1: bool = True) -> tuple[Any, Any]:
    """Give two tensors one rank, if one of them has a last axis of size 1 more than the other.

    A vector gains that axis; from a tensor beside anything larger it is taken away. Other
    differences of rank are left alone.

    Args:
        x1: a tensor.
        x2: another.
        expand_rank_1: whether a vector gains an axis; if not, the other tensor loses its own.

    Returns:
        Both, in the same order.

    Example:
        >>> pair = squeeze_or_expand_to_same_rank(ops.ones((4,)), ops.ones((4, 1)))
        >>> [x.shape for x in pair]
        [(4, 1), (4, 1)]
    """
    if len(x1.shape) == len(x2.shape) + 1:
        x1, x2 = _joined(x1, x2, expand_rank_1)
    elif len(x2.shape) == len(x1.shape) + 1:
        x2, x1 = _joined(x2, x1, expand_rank_1)
    return x1, x2


def along_samples(weight: Any, shape: Any) -> Any:
    """Give weights the rank of what they weigh, where their shape is the beginning of its shape.

    So one weight for each sample weighs samples, and one for each step of each sample weighs those,
    whatever the sizes of the axes that follow. Any other shape is left to NumPy's broadcasting.

    Args:
        weight: a tensor. Last axes of size 1 say nothing.
        shape: of the values.

    Example:
        >>> along_samples(ops.ones((2,)), (2, 2, 5)).shape
        (2, 1, 1)
        >>> along_samples(ops.ones((2, 3)), (2, 3)).shape
        (2, 3)
    """
    own, shape = tuple(weight.shape), tuple(shape)
    while own and own[-1] == 1 and own != shape:
        own = own[:-1]
    if own != shape[: len(own)]:
        return weight
    wanted = own + (1,) * (len(shape) - len(own))
    return weight if wanted == tuple(weight.shape) else ops.reshape(weight, wanted)


def _joined(larger: Any, smaller: Any, expand_rank_1: bool) -> tuple[Any, Any]:
    if larger.shape[-1] != 1:
        return larger, smaller
    if len(smaller.shape) == 1 and expand_rank_1:
        return larger, ops.expand_dims(smaller, -1)
    return ops.squeeze(larger, -1), smaller
