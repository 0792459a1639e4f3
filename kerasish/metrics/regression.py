"""Distances between numbers, as metrics."""

from __future__ import annotations

from typing import Any, ClassVar

from kerasish import losses, ops
from kerasish.losses.shapes import squeeze_or_expand_to_same_rank
from kerasish.metrics.reduction import FormulaMetric, Mean


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """The cosine of the angle between targets and predictions: 1 when they agree."""
    return -losses.cosine_similarity(y_true, y_pred, axis)


class MeanSquaredError(FormulaMetric):
    """Mean of the squared errors.

    Example:
        >>> float(MeanSquaredError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]]))
        0.5
    """

    def __init__(self, name: str = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_squared_error, name, dtype)


class MeanAbsoluteError(FormulaMetric):
    """Mean of the sizes of the errors."""

    def __init__(self, name: str = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(FormulaMetric):
    """Mean of the errors in percent of the targets."""

    def __init__(self, name: str = "mean_absolute_percentage_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(FormulaMetric):
    """Mean of the squared differences of the logarithms."""

    def __init__(self, name: str = "mean_squared_logarithmic_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_squared_logarithmic_error, name, dtype)


class RootMeanSquaredError(Mean):
    """Square root of the mean of the squared errors, over all batches."""

    _direction = "down"

    def __init__(self, name: str = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype=dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: targets.
            y_pred: predictions.
            sample_weight: how much each sample counts.
        """
        y_true = ops.convert_to_tensor(y_true, self.dtype)
        y_pred = ops.convert_to_tensor(y_pred, self.dtype)
        y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        super().update_state(ops.square(y_pred - y_true), sample_weight)

    def result(self) -> Any:
        """Return the root of the mean."""
        return ops.sqrt(super().result())


class CosineSimilarity(FormulaMetric):
    """Mean cosine of the angle between targets and predictions.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        axis: along which the vectors lie.
    """

    _direction = "up"

    usual: ClassVar[dict[str, Any]] = {"axis": -1}

    def __init__(self, name: str = "cosine_similarity", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(cosine_similarity, name, dtype, axis=axis)


class LogCoshError(FormulaMetric):
    """Mean of `log(cosh(error))`."""

    def __init__(self, name: str = "logcosh", dtype: Any = None) -> None:
        super().__init__(losses.log_cosh, name, dtype)
