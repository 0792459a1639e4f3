"""True and false positives and negatives at one or many thresholds: what is counted, and how."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kerasish import ops
from kerasish.arrays.dtype import epsilon, floatx
from kerasish.backend.variable import Variable
from kerasish.errors import ShapeError, explain
from kerasish.losses.shapes import along_samples, squeeze_or_expand_to_same_rank
from kerasish.primitives.cumulative import cumsum
from kerasish.primitives.indexing import scatter_add

LOWEST = -1e10  # below every prediction


class Counter:
    """How predictions are compared with targets, the same for each batch.

    Args:
        thresholds: a prediction above one of them counts as positive there.
        top_k: only the k highest predictions of a sample count; None for all.
        class_id: only this class counts; None for all.
        by_label: whether labels (columns) are counted apart.
    """

    def __init__(
        self, thresholds: Any, top_k: int | None = None, class_id: int | None = None,
        by_label: bool = False,
    ) -> None:  # fmt: skip
        self.thresholds = [float(t) for t in thresholds]
        self.top_k = top_k
        self.class_id = class_id
        self.by_label = by_label
        self.is_even = is_even(self.thresholds)

    def add(
        self, variables: dict[str, Variable], y_true: Any, y_pred: Any, sample_weight: Any = None,
        label_weights: Any = None,
    ) -> None:  # fmt: skip
        """Add a batch's counts to variables.

        Args:
            variables: those to add to, under `"tp"`, `"fp"`, `"tn"`, `"fn"`.
            y_true: targets, 0 or not.
            y_pred: predictions from 0 to 1.
            sample_weight: how much each sample counts.
            label_weights: how much each label counts.
        """
        dtype, wide = floatx(), next(iter(variables.values())).dtype
        y_pred, y_true = squeeze_or_expand_to_same_rank(
            ops.cast(y_pred, dtype), ops.cast(y_true, dtype)
        )
        if sample_weight is not None:
            sample_weight = along_samples(ops.cast(sample_weight, wide), y_true.shape)
        shape = y_pred.shape
        weight: Any = None  # in the dtype of the counts, so that no batch is too large for it
        for factor in (sample_weight, label_weights):
            if factor is not None:
                factor = ops.broadcast_to(ops.cast(factor, wide), shape)
                weight = factor if weight is None else ops.multiply(weight, factor)
        y_true, y_pred, weight = self._selected(y_true, y_pred, weight)
        shape = y_pred.shape
        if not self.by_label:
            flat = (math.prod(shape),)
            y_true, y_pred = ops.reshape(y_true, flat), ops.reshape(y_pred, flat)
            weight = None if weight is None else ops.reshape(weight, flat)
        is_true = ops.not_equal(y_true, 0)
        count = self._count_by_bucket if self.is_even else self._count_by_threshold
        weight = ops.cast(1.0, wide) if weight is None else weight
        for name, counts in count(variables, is_true, y_pred, weight).items():
            variables[name].assign_add(counts)

    def _selected(self, y_true: Any, y_pred: Any, weight: Any) -> tuple[Any, Any, Any]:
        if self.top_k is not None:
            _, highest = ops.top_k(y_pred, self.top_k)
            kept = ops.any(ops.one_hot(highest, y_pred.shape[-1], dtype="bool"), axis=-2)
            y_pred = ops.where(kept, y_pred, LOWEST)
        if self.class_id is not None:
            if len(y_pred.shape) == 1:
                raise ShapeError(
                    "When class_id is provided, y_pred must be a 2D array",
                    expected="shape (num_samples, num_classes)",
                    y_pred=y_pred.shape,
                )
            y_true, y_pred, weight = (
                None if y is None else y[..., self.class_id, None] for y in (y_true, y_pred, weight)
            )
        return y_true, y_pred, weight

    def _count_by_threshold(
        self, wanted: Any, is_true: Any, y_pred: Any, weight: Any
    ) -> dict[str, Any]:
        """Compare each prediction with each threshold."""
        column = (len(self.thresholds),) + (1,) * len(y_pred.shape)
        limits = np.asarray(self.thresholds, dtype=y_pred.dtype).reshape(column)
        is_positive = ops.greater(y_pred, limits)
        members = {
            "tp": lambda: ops.logical_and(is_true, is_positive),
            "fn": lambda: ops.logical_and(is_true, ops.logical_not(is_positive)),
            "fp": lambda: ops.logical_and(ops.logical_not(is_true), is_positive),
            "tn": lambda: ops.logical_not(ops.logical_or(is_true, is_positive)),
        }
        found = {name: members[name]() for name in wanted}
        return {name: ops.sum(ops.where(there, weight, 0), axis=1) for name, there in found.items()}

    def _count_by_bucket(
        self, wanted: Any, is_true: Any, y_pred: Any, weight: Any
    ) -> dict[str, Any]:
        """Put each prediction into the interval where it lies, and sum from the end.

        With evenly spaced thresholds the interval is found by one product.
        """
        size = len(self.thresholds)
        # Interval i > 0 lies above threshold i - 1; 0 holds what lies above none.
        place = ops.ceil(ops.clip(y_pred, 0.0, 1.0) * float(size - 1))
        if self.thresholds[0] < 0:
            place = ops.maximum(place, 1.0)
        place = ops.cast(place, "int32")
        width = y_pred.shape[1] if self.by_label else 1
        if self.by_label:
            place = ops.reshape(place * width + ops.arange(width, dtype="int32"), (-1,))
        found = {}
        for truth, above, below in ((is_true, "tp", "fn"), (ops.logical_not(is_true), "fp", "tn")):
            if above not in wanted and below not in wanted:
                continue
            share = ops.where(truth, weight, 0)
            sums = scatter_add(
                ops.reshape(share, (-1,)), place, shape=((size + 1) * width,), axis=0
            )
            sums = ops.reshape(sums, (size + 1, width) if self.by_label else (size + 1,))
            found[above] = cumsum(sums, axis=0, reverse=True)[1:]
            found[below] = ops.sum(share, axis=0) - found[above]
        return {name: found[name] for name in wanted}


def parse_thresholds(thresholds: Any, default: float) -> list[float]:
    """Return thresholds as a list.

    Args:
        thresholds: a number, a list of numbers, or None.
        default: what None means.

    Raises:
        ValueError: when one is not from 0 to 1.
    """
    if thresholds is None:
        return [default]
    found = list(thresholds) if isinstance(thresholds, (list, tuple, np.ndarray)) else [thresholds]
    invalid = [t for t in found if t is None or t < 0 or t > 1]
    if invalid:
        raise ValueError(explain("Threshold values must be in [0, 1]", thresholds=invalid))
    return found


def is_even(thresholds: list[float]) -> bool:
    """Whether thresholds lie at equal distances from 0 to 1 (and are at least three)."""
    size = len(thresholds)
    if size < 3:
        return False
    even = np.arange(size, dtype=np.float32) / (size - 1)
    return bool(np.allclose(thresholds, even, atol=epsilon()))


def even_thresholds(number: int) -> list[float]:
    """Return thresholds at equal distances from 0 to 1; a single one is 1/2."""
    return [0.5] if number == 1 else [i / (number - 1) for i in range(number)]
