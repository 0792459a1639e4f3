"""The best of one rate while another stays at least at a given value, over many thresholds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasish import ops
from kerasish.errors import explain
from kerasish.metrics.counting import Counter, even_thresholds
from kerasish.metrics.metric import Metric


class AllCounts(Metric):
    """All four counts at many thresholds, and the rates that follow from them."""

    _direction = "up"

    def _add_counts(self, shape: tuple[int, ...]) -> None:
        self.true_positives = self._add_total(shape, "true_positives")
        self.false_positives = self._add_total(shape, "false_positives")
        self.true_negatives = self._add_total(shape, "true_negatives")
        self.false_negatives = self._add_total(shape, "false_negatives")

    @property
    def _counts(self) -> dict[str, Any]:
        return {
            "tp": self.true_positives,
            "fp": self.false_positives,
            "tn": self.true_negatives,
            "fn": self.false_negatives,
        }

    def _share(self, part: Any, rest: Any) -> Any:
        return self._read(ops.divide_no_nan(part, part + rest))

    def _recall(self) -> Any:
        """Of what is 1, how much is taken for 1 (also called sensitivity)."""
        return self._share(self.true_positives, self.false_negatives)

    def _specificity(self) -> Any:
        """Of what is 0, how much is taken for 0."""
        return self._share(self.true_negatives, self.false_positives)

    def _precision(self) -> Any:
        """Of what is taken for 1, how much is 1."""
        return self._share(self.true_positives, self.false_positives)


class _BestUnderConstraint(AllCounts):
    """The largest `_best()` among the thresholds where `_constrained()` is large enough."""

    given: str  # name of the argument that says what is enough
    _constrained: Callable[..., Any]
    _best: Callable[..., Any]

    def __init__(
        self, value: float, num_thresholds: int, class_id: int | None, name: str | None, dtype: Any
    ) -> None:
        if value < 0 or value > 1:
            raise ValueError(
                explain(
                    f"Argument `{self.given}` must be in the range [0, 1]", **{self.given: value}
                )
            )
        if num_thresholds <= 0:
            raise ValueError(
                explain(
                    "Argument `num_thresholds` must be an integer > 0",
                    num_thresholds=num_thresholds,
                )
            )
        super().__init__(name=name, dtype=dtype)
        setattr(self, self.given, value)
        self.value = value
        self.num_thresholds = num_thresholds
        self.class_id = class_id
        self.thresholds = even_thresholds(num_thresholds)
        self._counter = Counter(self.thresholds, class_id=class_id)
        self._add_counts((num_thresholds,))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: targets, 0 or not.
            y_pred: predictions from 0 to 1.
            sample_weight: how much each sample counts.
        """
        self._counter.add(self._counts, y_true, y_pred, sample_weight)

    def result(self) -> Any:
        """Return the best rate, or 0 when no threshold gives enough of the other."""
        enough = ops.greater_equal(self._constrained(), self.value)
        return ops.max(ops.where(enough, self._best(), 0), initial=0)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal metric."""
        return {
            **super().get_config(),
            "class_id": self.class_id,
            "num_thresholds": self.num_thresholds,
            self.given: self.value,
        }


class SensitivityAtSpecificity(_BestUnderConstraint):
    """The best sensitivity (recall) where the specificity is at least a given one.

    Args:
        specificity: from 0 to 1.
        num_thresholds: how many thresholds are tried.
        class_id: only this class is looked at.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: when the specificity is not from 0 to 1, or there are no thresholds.

    Example:
        >>> metric = SensitivityAtSpecificity(0.5)
        >>> float(metric([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    given = "specificity"

    def __init__(
        self, specificity: float, num_thresholds: int = 200, class_id: int | None = None,
        name: str | None = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(specificity, num_thresholds, class_id, name, dtype)

    _constrained, _best = AllCounts._specificity, AllCounts._recall


class SpecificityAtSensitivity(_BestUnderConstraint):
    """The best specificity where the sensitivity (recall) is at least a given one.

    Args:
        sensitivity: from 0 to 1.
        num_thresholds: how many thresholds are tried.
        class_id: only this class is looked at.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: when the sensitivity is not from 0 to 1, or there are no thresholds.
    """

    given = "sensitivity"

    def __init__(
        self, sensitivity: float, num_thresholds: int = 200, class_id: int | None = None,
        name: str | None = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)

    _constrained, _best = AllCounts._recall, AllCounts._specificity


class PrecisionAtRecall(_BestUnderConstraint):
    """The best precision where the recall is at least a given one.

    Args:
        recall: from 0 to 1.
        num_thresholds: how many thresholds are tried.
        class_id: only this class is looked at.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: when the recall is not from 0 to 1, or there are no thresholds.
    """

    given = "recall"

    def __init__(
        self, recall: float, num_thresholds: int = 200, class_id: int | None = None,
        name: str | None = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(recall, num_thresholds, class_id, name, dtype)

    _constrained, _best = AllCounts._recall, AllCounts._precision


class RecallAtPrecision(_BestUnderConstraint):
    """The best recall where the precision is at least a given one.

    Args:
        precision: from 0 to 1.
        num_thresholds: how many thresholds are tried.
        class_id: only this class is looked at.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: when the precision is not from 0 to 1, or there are no thresholds.
    """

    given = "precision"

    def __init__(
        self, precision: float, num_thresholds: int = 200, class_id: int | None = None,
        name: str | None = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(precision, num_thresholds, class_id, name, dtype)

    _constrained, _best = AllCounts._precision, AllCounts._recall
