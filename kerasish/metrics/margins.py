"""The hinge losses, as metrics."""

from __future__ import annotations

from typing import Any

from kerasish.losses import categorical_hinge, hinge, squared_hinge
from kerasish.metrics.reduction import FormulaMetric


class Hinge(FormulaMetric):
    """How much is missing to a margin of 1, on average."""

    def __init__(self, name: str = "hinge", dtype: Any = None) -> None:
        super().__init__(hinge, name, dtype)


class SquaredHinge(FormulaMetric):
    """The square of what is missing to a margin of 1, on average."""

    def __init__(self, name: str = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(squared_hinge, name, dtype)


class CategoricalHinge(FormulaMetric):
    """How much is missing to a margin of 1 between the right class and the best wrong one."""

    def __init__(self, name: str = "categorical_hinge", dtype: Any = None) -> None:
        super().__init__(categorical_hinge, name, dtype)
