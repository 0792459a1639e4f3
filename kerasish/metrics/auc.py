"""Areas under the curves that a moving threshold draws."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish import ops
from kerasish.arrays.dtype import epsilon
from kerasish.errors import ShapeError, explain
from kerasish.metrics.counting import Counter, even_thresholds
from kerasish.metrics.trade_off import AllCounts

CURVES = {name: name.upper() for name in ("ROC", "roc", "PR", "pr", "PRGAIN", "prgain")}
METHODS = {
    spelling: name
    for name in ("interpolation", "majoring", "minoring")
    for spelling in (name, name.capitalize())
}


class AUC(AllCounts):
    """The area under a curve of rates, approximated with many thresholds.

    Args:
        num_thresholds: how many thresholds, evenly spaced from 0 to 1.
        curve: `"ROC"` (recall over the rate of false positives), `"PR"` (precision over
            recall), or `"PRGAIN"` (their gains, Flach and Kull, 2015).
        summation_method: how an interval's height is taken: `"interpolation"`, `"minoring"` or
            `"majoring"`.
        name: see `Metric`.
        dtype: see `Metric`.
        thresholds: the thresholds between 0 and 1, instead of `num_thresholds`.
        multi_label: whether each label (column) has its curve; the result is their mean.
        num_labels: how many labels; by default found out from the first batch.
        label_weights: how much each label counts.
        from_logits: whether predictions are logits; if not, probabilities.

    Raises:
        ValueError: for an unknown curve or method, too few thresholds, or labels that are not
            counted apart.

    Example:
        >>> metric = AUC(num_thresholds=3)
        >>> float(metric([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
        0.75
    """

    def __init__(
        self, num_thresholds: int = 200, curve: str = "ROC",
        summation_method: str = "interpolation", name: str | None = None, dtype: Any = None,
        thresholds: Any = None, multi_label: bool = False, num_labels: int | None = None,
        label_weights: Any = None, from_logits: bool = False,
    ) -> None:  # fmt: skip
        self.curve = _one_of(CURVES, "curve", curve)
        self.summation_method = _one_of(METHODS, "summation_method", summation_method)
        if thresholds is None and num_thresholds <= 1:
            raise ValueError(
                explain(
                    "Argument `num_thresholds` must be an integer > 1",
                    num_thresholds=num_thresholds,
                )
            )
        if num_labels and not multi_label:
            raise ValueError(
                explain("`num_labels` is needed only with multi_label=True", num_labels=num_labels)
            )
        super().__init__(name=name, dtype=dtype)
        self._given_thresholds = None if thresholds is None else sorted(thresholds)
        inner = self._given_thresholds
        if inner is None:
            inner = even_thresholds(num_thresholds)[1:-1]
        # A little beyond 0 and 1, so that no prediction lies on the border.
        self.thresholds = [-epsilon(), *inner, 1.0 + epsilon()]
        self.num_thresholds = len(self.thresholds)
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = (
            None if label_weights is None else np.asarray(label_weights, self.dtype)
        )
        self.from_logits = from_logits
        self._counter = Counter(self.thresholds, by_label=multi_label)
        self._built = False
        if not multi_label:
            self._build(None)
        elif num_labels:
            self._build((None, num_labels))

    def _build(self, shape: Any) -> None:
        if not self.multi_label:
            self._add_counts((self.num_thresholds,))
        elif len(shape) == 2:
            self._add_counts((self.num_thresholds, shape[1]))
        else:
            raise ShapeError("`y_pred` must have rank 2 when `multi_label=True`", y_pred=shape)
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: targets, 0 or not.
            y_pred: predictions from 0 to 1, or logits.
            sample_weight: how much each sample counts.
        """
        y_pred = ops.convert_to_tensor(y_pred)
        if not self._built:
            self._build(y_pred.shape)
        if self.from_logits:
            y_pred = ops.sigmoid(y_pred)
        label_weights = None if self.multi_label else self.label_weights
        self._counter.add(self._counts, y_true, y_pred, sample_weight, label_weights)

    def result(self) -> Any:
        """Return the area; of several labels, the mean of their areas."""
        if self.curve == "PR" and self.summation_method == "interpolation":
            areas = self._interpolated_precision()
        else:
            x, y = {"ROC": self._roc, "PR": self._pr, "PRGAIN": self._gains}[self.curve]()
            heights = {
                "interpolation": lambda a, b: (a + b) / 2.0,
                "minoring": ops.minimum,
                "majoring": ops.maximum,
            }[self.summation_method](y[:-1], y[1:])
            areas = (x[:-1] - x[1:]) * heights
        if not self.multi_label:
            return ops.sum(areas)
        by_label = ops.sum(areas, axis=0)
        if self.label_weights is None:
            return ops.mean(by_label)
        weighted = ops.sum(by_label * self.label_weights)
        return ops.divide_no_nan(weighted, float(self.label_weights.sum()))

    def _read_counts(self) -> tuple[Any, ...]:
        """True positives, false negatives, false positives and true negatives."""
        counts = (
            self.true_positives, self.false_negatives, self.false_positives, self.true_negatives,
        )  # fmt: skip
        return tuple(self._read(total) for total in counts)

    def _roc(self) -> tuple[Any, Any]:
        return self._share(self.false_positives, self.true_negatives), self._recall()

    def _pr(self) -> tuple[Any, Any]:
        return self._recall(), self._precision()

    def _gains(self) -> tuple[Any, Any]:
        """Recall gain and precision gain: errors measured against taking everything for 1."""
        right, missed, wrong, rest = self._read_counts()
        odds = ops.divide_no_nan(right + missed, rest + wrong)
        recall = 1.0 - odds * ops.divide_no_nan(missed, right)
        precision = 1.0 - odds * ops.divide_no_nan(wrong, right)
        nothing = ops.equal(right, 0.0)
        recall = ops.maximum(ops.where(nothing, 0.0, recall), 0.0)
        return recall, ops.where(nothing, 1.0, precision)

    def _interpolated_precision(self) -> Any:
        """Areas under precision over recall, true positives taken as linear in what is found.

        Between two thresholds `tp = intercept + slope * found`, so the precision `tp / found`
        is integrated exactly (Davis and Goadrich, 2006).
        """
        right, missed, wrong, _ = self._read_counts()
        found = right + wrong
        more_right = right[:-1] - right[1:]
        slope = ops.divide_no_nan(more_right, ops.maximum(found[:-1] - found[1:], 0.0))
        intercept = right[1:] - slope * found[1:]
        both = ops.logical_and(found[:-1] > 0, found[1:] > 0)
        ratio = ops.where(both, ops.divide_no_nan(found[:-1], found[1:]), 1.0)
        areas = slope * (more_right + intercept * ops.log(ratio))
        return ops.divide_no_nan(areas, right[1:] + missed[1:])

    def reset_state(self) -> None:
        """Start again from nothing."""
        if self._built:
            super().reset_state()

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal metric."""
        weights = self.label_weights
        config = {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None if weights is None else weights.tolist(),
            "from_logits": self.from_logits,
        }
        if self._given_thresholds is not None:
            config["thresholds"] = self._given_thresholds
        return config


def _one_of(spellings: dict[str, str], argument: str, value: Any) -> str:
    found = spellings.get(getattr(value, "value", value))
    if found is None:
        raise ValueError(
            explain(
                f"Invalid {argument} of AUC",
                expected=f"one of {sorted(set(spellings.values()))}",
                **{argument: value},
            )
        )
    return found
