"""How far predictions rise and fall with targets."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.arrays.dtype import epsilon
from kerasish.losses.shapes import aligned_pair
from kerasish.metrics.reduction import FormulaMetric


def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """The covariance along an axis divided by both standard deviations: from -1 to 1."""
    y_true, y_pred = (
        y - ops.mean(y, axis=axis, keepdims=True) for y in aligned_pair(y_true, y_pred)
    )
    y_true, y_pred = (y / ops.std(y, axis=axis, keepdims=True) for y in (y_true, y_pred))
    return ops.mean(y_true * y_pred, axis=axis)


def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Lin's coefficient (1989): correlation that also falls with a difference of the means."""
    y_true, y_pred = aligned_pair(y_true, y_pred)
    centres = [ops.mean(y, axis=axis, keepdims=True) for y in (y_true, y_pred)]
    spreads = [
        ops.mean(ops.square(y - centre), axis=axis, keepdims=True)
        for y, centre in zip((y_true, y_pred), centres, strict=True)
    ]
    together = (y_true - centres[0]) * (y_pred - centres[1])
    apart = spreads[0] + spreads[1] + ops.square(centres[0] - centres[1])
    return ops.mean(2.0 * together / (apart + epsilon()), axis=axis)


class PearsonCorrelation(FormulaMetric):
    """Mean of Pearson's correlation coefficient.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        axis: along which values are compared.
    """

    _direction = "up"

    def __init__(
        self, name: str = "pearson_correlation", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(pearson_correlation, name, dtype, axis=axis)


class ConcordanceCorrelation(FormulaMetric):
    """Mean of Lin's concordance correlation coefficient.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        axis: along which values are compared.
    """

    _direction = "up"

    def __init__(
        self, name: str = "concordance_correlation", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(concordance_correlation, name, dtype, axis=axis)
