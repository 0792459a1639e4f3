"""Distances between numbers."""

from __future__ import annotations

from typing import Any, ClassVar

from kerasish import ops
from kerasish.arrays.dtype import epsilon
from kerasish.losses.shapes import aligned_pair
from kerasish.losses.wrapper import FormulaLoss, mean_of
from kerasish.primitives.arithmetic import minus_absolute


def _squared_errors(y_true: Any, y_pred: Any) -> Any:
    y_true, y_pred = aligned_pair(y_true, y_pred)
    return ops.square(y_pred - y_true)  # this way round the gradient needs no change of sign


def _absolute_errors(y_true: Any, y_pred: Any) -> Any:
    y_true, y_pred = aligned_pair(y_true, y_pred)
    return ops.abs(y_pred - y_true)


def _logarithmic_errors(y_true: Any, y_pred: Any) -> Any:
    y_true, y_pred = aligned_pair(y_true, y_pred)
    logs = [ops.log(ops.maximum(y, epsilon()) + 1.0) for y in (y_pred, y_true)]
    return ops.square(logs[0] - logs[1])


def _huber_errors(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    y_true, y_pred = aligned_pair(y_true, y_pred)
    error = y_pred - y_true
    size = ops.abs(error)
    return ops.where(size <= delta, 0.5 * ops.square(error), delta * size - 0.5 * delta * delta)


def _log_cosh_errors(y_true: Any, y_pred: Any) -> Any:
    y_true, y_pred = aligned_pair(y_true, y_pred)
    minus = minus_absolute(y_pred - y_true)  # -|error|
    return ops.log1p(ops.expm1(minus * 2.0) * 0.5) - minus  # exact near 0, no overflow far away


@mean_of(_squared_errors)
def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """`mean((y_true - y_pred)**2, axis=-1)`.

    Example:
        >>> mean_squared_error([[0.0, 1.0]], [[2.0, 1.0]]).tolist()
        [2.0]
    """
    return ops.mean(_squared_errors(y_true, y_pred), axis=-1)


@mean_of(_absolute_errors)
def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """`mean(abs(y_true - y_pred), axis=-1)`."""
    return ops.mean(_absolute_errors(y_true, y_pred), axis=-1)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Any:
    """`100 * mean(abs((y_true - y_pred) / y_true), axis=-1)`, no divisor below `epsilon()`."""
    y_true, y_pred = aligned_pair(y_true, y_pred)
    share = ops.abs((y_true - y_pred) / ops.maximum(ops.abs(y_true), epsilon()))
    return 100.0 * ops.mean(share, axis=-1)


@mean_of(_logarithmic_errors)
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Any:
    """`mean((log(y_true + 1) - log(y_pred + 1))**2, axis=-1)`; negative numbers count as 0."""
    return ops.mean(_logarithmic_errors(y_true, y_pred), axis=-1)


@mean_of(_huber_errors)
def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    """Half the squared error where it is at most `delta`, beyond that a straight line; its mean."""
    return ops.mean(_huber_errors(y_true, y_pred, delta), axis=-1)


@mean_of(_log_cosh_errors)
def log_cosh(y_true: Any, y_pred: Any) -> Any:
    """`mean(log(cosh(y_pred - y_true)), axis=-1)`, without overflow."""
    return ops.mean(_log_cosh_errors(y_true, y_pred), axis=-1)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Minus the cosine of the angle between targets and predictions: -1 when they agree."""
    y_true, y_pred = aligned_pair(y_true, y_pred)
    return -ops.sum(ops.normalize(y_true, axis) * ops.normalize(y_pred, axis), axis=axis)


class MeanSquaredError(FormulaLoss):
    """Mean of the squared errors.

    Example:
        >>> float(MeanSquaredError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]]))
        0.5
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "mean_squared_error",
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(mean_squared_error, reduction, name, dtype)


class MeanAbsoluteError(FormulaLoss):
    """Mean of the sizes of the errors."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "mean_absolute_error",
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(mean_absolute_error, reduction, name, dtype)


class MeanAbsolutePercentageError(FormulaLoss):
    """Mean of the errors in percent of the targets."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size",
        name: str = "mean_absolute_percentage_error", dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


class MeanSquaredLogarithmicError(FormulaLoss):
    """Mean of the squared differences of the logarithms."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size",
        name: str = "mean_squared_logarithmic_error", dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)


class CosineSimilarity(FormulaLoss):
    """Minus the cosine of the angle between targets and predictions.

    Args:
        axis: along which the vectors lie.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.
    """

    usual: ClassVar[dict[str, Any]] = {"axis": -1}

    def __init__(
        self, axis: int = -1, reduction: str | None = "sum_over_batch_size",
        name: str = "cosine_similarity", dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)


class Huber(FormulaLoss):
    """Quadratic for small errors, linear for large ones, which so pull less (Huber, 1964).

    Args:
        delta: where the parabola ends and the line begins.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.
    """

    usual: ClassVar[dict[str, Any]] = {"delta": 1.0}

    def __init__(
        self, delta: float = 1.0, reduction: str | None = "sum_over_batch_size",
        name: str = "huber_loss", dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(huber, reduction, name, dtype, delta=delta)


class LogCosh(FormulaLoss):
    """Mean of `log(cosh(error))`: near 0 a parabola, far away a line."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "log_cosh",
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(log_cosh, reduction, name, dtype)
