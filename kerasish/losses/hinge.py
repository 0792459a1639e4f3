"""Margins: losses that are zero once a sample is on the right side by far enough."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.losses.shapes import as_pair
from kerasish.losses.wrapper import FormulaLoss, mean_of


def _signs(y_true: Any) -> Any:
    """Targets of 0 and 1 become -1 and 1; if any other is among them, all stay."""
    binary = ops.all(ops.logical_or(ops.equal(y_true, 0), ops.equal(y_true, 1)))
    return ops.where(binary, 2.0 * y_true - 1.0, y_true)


def _missing_margins(y_true: Any, y_pred: Any) -> Any:
    y_true, y_pred = as_pair(y_true, y_pred)
    return ops.maximum(1.0 - _signs(y_true) * y_pred, 0.0)


def _squared_missing_margins(y_true: Any, y_pred: Any) -> Any:
    return ops.square(_missing_margins(y_true, y_pred))


@mean_of(_missing_margins)
def hinge(y_true: Any, y_pred: Any) -> Any:
    """`mean(max(1 - y_true * y_pred, 0), axis=-1)`, targets -1 or 1 (0 is taken for -1)."""
    return ops.mean(_missing_margins(y_true, y_pred), axis=-1)


@mean_of(_squared_missing_margins)
def squared_hinge(y_true: Any, y_pred: Any) -> Any:
    """`mean(max(1 - y_true * y_pred, 0)**2, axis=-1)`, targets as for `hinge`."""
    return ops.mean(_squared_missing_margins(y_true, y_pred), axis=-1)


def categorical_hinge(y_true: Any, y_pred: Any) -> Any:
    """`max(1 + the highest wrong score - the right score, 0)`, targets one-hot."""
    y_true, y_pred = as_pair(y_true, y_pred)
    right = ops.sum(y_true * y_pred, axis=-1)
    wrong = ops.max((1.0 - y_true) * y_pred, axis=-1)
    return ops.maximum(wrong - right + 1.0, 0.0)


class Hinge(FormulaLoss):
    """How much is missing to a margin of 1, on average.

    Example:
        >>> float(Hinge()([[1.0, -1.0]], [[0.5, -2.0]]))
        0.25
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "hinge",
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(hinge, reduction, name, dtype)


class SquaredHinge(FormulaLoss):
    """The square of what is missing to a margin of 1, on average."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "squared_hinge",
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(squared_hinge, reduction, name, dtype)


class CategoricalHinge(FormulaLoss):
    """How much is missing to a margin of 1 between the right class and the best wrong one."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "categorical_hinge",
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(categorical_hinge, reduction, name, dtype)
