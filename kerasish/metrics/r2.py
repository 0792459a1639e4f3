"""R², the coefficient of determination."""

from __future__ import annotations

import warnings
from typing import Any

from kerasish import ops
from kerasish.errors import explain
from kerasish.losses.shapes import along_samples, squeeze_or_expand_to_same_rank
from kerasish.metrics.f_score import check_matrices
from kerasish.metrics.metric import Metric

ROUNDING = 2.0**-80  # what is left of the mean's square where every target is the mean
AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")


class R2Score(Metric):
    """Which share of the targets' variance the predictions explain: 1 for all of it.

    Args:
        class_aggregation: `None` for one score per output; `"uniform_average"` for their mean,
            `"variance_weighted_average"` for the mean weighted by the outputs' variance.
        num_regressors: how many independent inputs there are, for the adjusted score; 0 for the
            plain one.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: for an unknown aggregation or a negative number.

    Example:
        >>> metric = R2Score()
        >>> round(float(metric([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])), 4)
        0.5714
    """

    _direction = "up"

    def __init__(
        self, class_aggregation: str | None = "uniform_average", num_regressors: int = 0,
        name: str = "r2_score", dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(name=name, dtype=dtype)
        if class_aggregation not in AGGREGATIONS:
            raise ValueError(
                explain(
                    "Invalid value for argument `class_aggregation`",
                    expected=f"one of {AGGREGATIONS}",
                    class_aggregation=class_aggregation,
                )
            )
        if num_regressors < 0:
            raise ValueError(
                explain(
                    "Invalid value for argument `num_regressors`",
                    expected="a value >= 0",
                    num_regressors=num_regressors,
                )
            )
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self._add_total((), "num_samples")
        self._built = False

    def _build(self, y_true_shape: Any, y_pred_shape: Any) -> None:
        check_matrices("R2Score", y_true_shape, y_pred_shape)
        shape = (y_pred_shape[-1],)
        self.squared_sum = self._add_total(shape, "squared_sum")
        self.sum = self._add_total(shape, "sum")
        self.total_mse = self._add_total(shape, "residual")
        self.count = self._add_total(shape, "count")
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: targets of shape (samples, outputs).
            y_pred: predictions of the same shape.
            sample_weight: how much each sample counts.
        """
        y_true = ops.convert_to_tensor(y_true, dtype=self.dtype)
        y_pred = ops.convert_to_tensor(y_pred, dtype=self.dtype)
        y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        if not self._built:
            self._build(y_true.shape, y_pred.shape)
        wide = self.sum.dtype
        y_true, y_pred = ops.cast(y_true, wide), ops.cast(y_pred, wide)
        weight = ops.convert_to_tensor(1 if sample_weight is None else sample_weight, wide)
        weight = ops.broadcast_to(along_samples(weight, y_true.shape), y_true.shape)
        count, total = ops.sum(weight, axis=0), ops.sum(y_true * weight, axis=0)
        # Squared distances from the mean, of the batch and between the means (Chan, Golub and
        # LeVeque, 1979). Sums of squares alone would differ by nothing but rounding errors where
        # the mean is large.
        mean = ops.divide_no_nan(total, count)
        apart = mean - ops.divide_no_nan(self.sum, self.count)
        share = ops.divide_no_nan(self.count * count, self.count + count)
        within = ops.sum(ops.square(y_true - mean) * weight, axis=0)
        self.squared_sum.assign_add(within + ops.square(apart) * share)
        self.sum.assign_add(total)
        self.total_mse.assign_add(ops.sum(ops.square(y_true - y_pred) * weight, axis=0))
        self.count.assign_add(count)
        self.num_samples.assign_add(float(ops.size(y_true)))

    def result(self) -> Any:
        """Return the score, or one per output.

        For a constant target it is 1 if all predictions are right and 0 if not, as in scikit-learn.
        """
        spread, errors = self.squared_sum.value, self.total_mse.value
        size = ops.divide_no_nan(ops.square(self.sum), self.count)
        is_constant = ops.less_equal(spread, size * ROUNDING)
        spread = ops.where(is_constant, 0.0, spread)
        scores = 1.0 - ops.divide_no_nan(errors, spread)
        scores = ops.where(ops.logical_and(is_constant, errors > 0), 0.0, scores)
        scores = ops.where(ops.equal(self.count, 0), float("nan"), scores)
        if self.class_aggregation == "uniform_average":
            scores = ops.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            weights = ops.where(ops.sum(spread) > 0, spread, 1.0)
            scores = ops.sum(weights * scores) / ops.sum(weights)
        return self._read(self._adjusted(scores) if self.num_regressors else scores)

    def _adjusted(self, scores: Any) -> Any:
        """Take away what mere chance explains with that many regressors."""
        samples = self.num_samples.value
        freedom = samples - float(self.num_regressors) - 1.0
        enough = ops.greater(freedom, 0.0)
        if not enough.is_symbolic and not bool(enough):
            what = (
                "Division by zero in Adjusted R2 score"
                if float(freedom) == 0
                else "More independent predictors than datapoints in adjusted R2 score"
            )
            warnings.warn(f"{what}. Falling back to standard R2 score.", stacklevel=3)
            return scores
        adjusted = 1.0 - (1.0 - scores) * (samples - 1.0) / ops.where(enough, freedom, 1.0)
        return ops.where(enough, adjusted, scores)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal metric."""
        return {
            **super().get_config(),
            "class_aggregation": self.class_aggregation,
            "num_regressors": self.num_regressors,
        }
