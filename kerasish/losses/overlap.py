"""How little two regions of an image overlap: losses for segmentation."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.arrays.dtype import epsilon
from kerasish.losses.shapes import as_pair
from kerasish.losses.wrapper import FormulaLoss


def dice(y_true: Any, y_pred: Any, axis: Any = None) -> Any:
    """1 minus twice the common area divided by the sum of both areas (Dice, 1945)."""
    y_true, y_pred = as_pair(y_true, y_pred)
    common = ops.sum(y_true * y_pred, axis=axis)
    areas = ops.sum(y_true, axis=axis) + ops.sum(y_pred, axis=axis)
    return 1.0 - 2.0 * common / (areas + epsilon())


def tversky(
    y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None
) -> Any:
    """1 minus the common area, divided by itself and the weighted rests of both.

    Args:
        y_true: targets, 0 or 1.
        y_pred: probabilities.
        alpha: weight of what the targets have alone.
        beta: weight of what the predictions have alone.
        axis: over which areas are summed; all by default.
    """
    y_true, y_pred = as_pair(y_true, y_pred)
    common = ops.sum(y_true * y_pred, axis=axis)
    only_true = ops.sum((1.0 - y_pred) * y_true, axis=axis)
    only_predicted = ops.sum(y_pred * (1.0 - y_true), axis=axis)
    return 1.0 - common / (common + only_true * alpha + only_predicted * beta + epsilon())


class Dice(FormulaLoss):
    """1 minus the Dice coefficient of two regions.

    Args:
        reduction: see `Loss`.
        name: see `Loss`.
        axis: over which areas are summed; all by default.
        dtype: see `Loss`.

    Example:
        >>> round(float(Dice()([[1.0, 1.0, 0.0]], [[1.0, 0.0, 0.0]])), 4)
        0.3333
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "dice",
        axis: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(dice, reduction, name, dtype, axis=axis)


class Tversky(FormulaLoss):
    """1 minus the Tversky index of two regions: Dice's with the two kinds of error weighed.

    Args:
        alpha: weight of what the targets have alone.
        beta: weight of what the predictions have alone.
        reduction: see `Loss`.
        name: see `Loss`.
        axis: over which areas are summed; all by default.
        dtype: see `Loss`.
    """

    def __init__(
        self, alpha: float = 0.5, beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size", name: str = "tversky", axis: Any = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)
