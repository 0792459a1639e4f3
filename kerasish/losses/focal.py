"""Focal crossentropies: what is classified well already counts less (Lin et al., 2017)."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.arrays.dtype import epsilon
from kerasish.losses.crossentropy import check_categories, smooth_binary, smooth_categories
from kerasish.losses.shapes import as_pair
from kerasish.losses.wrapper import FormulaLoss, mean_of

TINY = 1e-30  # for a gamma below 1: the slope of a power at 0 is infinite


def _binary_errors(
    y_true: Any, y_pred: Any, apply_class_balancing: bool = False, alpha: float = 0.25,
    gamma: float = 2.0, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1,
) -> Any:  # fmt: skip
    y_true, y_pred = as_pair(y_true, y_pred)
    y_true = smooth_binary(y_true, label_smoothing)
    crossentropy = ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits)
    # The probability that is not given to the target; from logits without loss of digits.
    yes, no = (ops.sigmoid(y_pred), ops.sigmoid(-y_pred)) if from_logits else (y_pred, 1.0 - y_pred)
    wrong = y_true * no + (1.0 - y_true) * yes
    errors = ops.power(ops.maximum(wrong, TINY), gamma) * crossentropy
    if apply_class_balancing:
        errors = (y_true * alpha + (1.0 - y_true) * (1.0 - alpha)) * errors
    return errors


@mean_of(_binary_errors)
def binary_focal_crossentropy(
    y_true: Any, y_pred: Any, apply_class_balancing: bool = False, alpha: float = 0.25,
    gamma: float = 2.0, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1,
) -> Any:  # fmt: skip
    """The binary crossentropy times `(1 - p)**gamma`, p the probability given to the target.

    Args:
        y_true: targets, 0 or 1.
        y_pred: probabilities, or logits.
        apply_class_balancing: whether class 1 is weighed by `alpha` and class 0 by `1 - alpha`.
        alpha: see `apply_class_balancing`.
        gamma: how much less counts what is classified well.
        from_logits: whether `y_pred` are logits.
        label_smoothing: how far the targets are moved towards 1/2, from 0 to 1.
        axis: over which the mean is taken.
    """
    errors = _binary_errors(
        y_true, y_pred, apply_class_balancing, alpha, gamma, from_logits, label_smoothing
    )
    return ops.mean(errors, axis=axis)


def categorical_focal_crossentropy(
    y_true: Any, y_pred: Any, alpha: Any = 0.25, gamma: float = 2.0, from_logits: bool = False,
    label_smoothing: float = 0.0, axis: int = -1,
) -> Any:  # fmt: skip
    """`-sum(alpha * (1 - y_pred)**gamma * y_true * log(y_pred), axis)`.

    Args:
        y_true: targets, one-hot.
        y_pred: probabilities, or logits.
        alpha: a weight, or one for each class.
        gamma: how much less counts what is classified well.
        from_logits: whether `y_pred` are logits.
        label_smoothing: how far the targets are moved towards equal shares, from 0 to 1.
        axis: along which the classes lie.

    Raises:
        ValueError: when `axis` is a bool.
    """
    y_true, y_pred = as_pair(y_true, y_pred)
    check_categories("categorical_focal_crossentropy", y_pred, axis)
    y_true = smooth_categories(y_true, label_smoothing)
    if from_logits:
        y_pred = ops.softmax(y_pred, axis=axis)
    shares = y_pred / ops.sum(y_pred, axis=axis, keepdims=True)
    shares = ops.clip(shares, epsilon(), 1.0 - epsilon())
    weights = ops.multiply(ops.power(1.0 - shares, gamma), alpha)
    return -ops.sum(weights * (y_true * ops.log(shares)), axis=axis)


class BinaryFocalCrossentropy(FormulaLoss):
    """Crossentropy of yes-or-no targets, where what is classified well counts less.

    Args:
        apply_class_balancing: whether class 1 is weighed by `alpha` and class 0 by `1 - alpha`.
        alpha: see `apply_class_balancing`.
        gamma: how much less counts what is classified well.
        from_logits: whether predictions are logits; if not, probabilities.
        label_smoothing: how far targets are moved towards 1/2, from 0 to 1.
        axis: over which each sample's mean is taken.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.
    """

    def __init__(
        self, apply_class_balancing: bool = False, alpha: float = 0.25, gamma: float = 2.0,
        from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1,
        reduction: str | None = "sum_over_batch_size", name: str = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            binary_focal_crossentropy, reduction, name, dtype,
            apply_class_balancing=apply_class_balancing, alpha=alpha, gamma=gamma,
            from_logits=from_logits, label_smoothing=label_smoothing, axis=axis,
        )  # fmt: skip


class CategoricalFocalCrossentropy(FormulaLoss):
    """Crossentropy of one-hot targets, where what is classified well counts less.

    Args:
        alpha: a weight, or one for each class.
        gamma: how much less counts what is classified well.
        from_logits: whether predictions are logits; if not, probabilities.
        label_smoothing: how far targets are moved towards equal shares, from 0 to 1.
        axis: along which the classes lie.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.
    """

    def __init__(
        self, alpha: Any = 0.25, gamma: float = 2.0, from_logits: bool = False,
        label_smoothing: float = 0.0, axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_focal_crossentropy", dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            categorical_focal_crossentropy, reduction, name, dtype,
            alpha=alpha, gamma=gamma, from_logits=from_logits,
            label_smoothing=label_smoothing, axis=axis,
        )  # fmt: skip
