"""Counts of right and wrong decisions, and the shares precision and recall."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.metrics.counting import LOWEST, Counter, parse_thresholds
from kerasish.metrics.metric import Metric


class _Count(Metric):
    """One of the four counts.

    Args:
        thresholds: a number or several from 0 to 1 (1/2 by default): predictions above count as
            positive. The result has one number for each.
        name: see `Metric`.
        dtype: see `Metric`.
    """

    counted = ""

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.thresholds = parse_thresholds(thresholds, default=0.5)
        self._counter = Counter(self.thresholds)
        self.accumulator = self._add_total((len(self.thresholds),), "accumulator")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: targets, 0 or not.
            y_pred: predictions from 0 to 1.
            sample_weight: how much each sample counts.
        """
        self._counter.add({self.counted: self.accumulator}, y_true, y_pred, sample_weight)

    def result(self) -> Any:
        """Return the count, or one for each of several thresholds."""
        counts = self._read(self.accumulator)
        return counts[0] if len(self.thresholds) == 1 else counts

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal metric."""
        return {**super().get_config(), "thresholds": self.init_thresholds}


class FalsePositives(_Count):
    """How many targets of 0 are taken for 1. Arguments: `thresholds`, `name`, `dtype`.

    Example:
        >>> float(FalsePositives()([0, 1, 0, 0], [0.1, 0.9, 0.8, 0.7]))
        2.0
    """

    counted = "fp"


class FalseNegatives(_Count):
    """How many targets of 1 are taken for 0. Arguments: `thresholds`, `name`, `dtype`."""

    counted = "fn"


class TrueNegatives(_Count):
    """How many targets of 0 are taken for 0. Arguments: `thresholds`, `name`, `dtype`."""

    counted = "tn"


class TruePositives(_Count):
    """How many targets of 1 are taken for 1. Arguments: `thresholds`, `name`, `dtype`."""

    counted = "tp"


class _Share(Metric):
    """True positives as a share of themselves and of one kind of error."""

    _direction = "up"
    error, error_name = "", ""

    def __init__(
        self, thresholds: Any = None, top_k: int | None = None, class_id: int | None = None,
        name: str | None = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.top_k = top_k
        self.class_id = class_id
        self.thresholds = parse_thresholds(thresholds, default=0.5 if top_k is None else LOWEST)
        self._counter = Counter(self.thresholds, top_k, class_id)
        shape = (len(self.thresholds),)
        self.true_positives = self._add_total(shape, "true_positives")
        setattr(self, self.error_name, self._add_total(shape, self.error_name))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: targets, 0 or not.
            y_pred: predictions from 0 to 1.
            sample_weight: how much each sample counts.
        """
        variables = {"tp": self.true_positives, self.error: getattr(self, self.error_name)}
        self._counter.add(variables, y_true, y_pred, sample_weight)

    def result(self) -> Any:
        """Return the share, or one for each of several thresholds; 0 of nothing."""
        errors = getattr(self, self.error_name)
        hits = self.true_positives
        share = self._read(ops.divide_no_nan(hits, hits + errors))
        return share[0] if len(self.thresholds) == 1 else share

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal metric."""
        return {
            **super().get_config(),
            "thresholds": self.init_thresholds,
            "top_k": self.top_k,
            "class_id": self.class_id,
        }


class Precision(_Share):
    """Which share of what is taken for 1 is 1.

    Args:
        thresholds: a number or several from 0 to 1: predictions above count as positive. By
            default 1/2, or with `top_k` no threshold.
        top_k: only the k highest predictions of a sample may count as positive.
        class_id: only this class is looked at.
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> round(float(Precision()([0, 1, 1, 1], [0.9, 0.1, 0.8, 0.7])), 4)
        0.6667
    """

    error, error_name = "fp", "false_positives"


class Recall(_Share):
    """Which share of what is 1 is taken for 1.

    Args:
        thresholds: a number or several from 0 to 1: predictions above count as positive. By
            default 1/2, or with `top_k` no threshold.
        top_k: only the k highest predictions of a sample may count as positive.
        class_id: only this class is looked at.
        name: see `Metric`.
        dtype: see `Metric`.

    Example:
        >>> float(Recall()([0, 1, 1, 1, 1], [0.9, 0.1, 0.8, 0.3, 0.9]))
        0.5
    """

    error, error_name = "fn", "false_negatives"
