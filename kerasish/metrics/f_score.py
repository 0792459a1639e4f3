"""F-scores: precision and recall in one number."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.arrays.dtype import epsilon
from kerasish.errors import ShapeError, explain
from kerasish.losses.shapes import along_samples
from kerasish.metrics.metric import Metric

AVERAGES = (None, "micro", "macro", "weighted")


class FBetaScore(Metric):
    """`(1 + beta²) * precision * recall / (beta² * precision + recall)`, for one-hot targets.

    Args:
        average: `None` for one score per class; `"macro"` for their mean, `"weighted"` for the
            mean weighted by how often a class occurs; `"micro"` to count over all classes.
        beta: how many times as much recall matters as precision.
        threshold: above it a prediction counts as 1; by default only the highest counts.
        name: see `Metric`.
        dtype: see `Metric`.

    Raises:
        ValueError: for an unknown average, a beta that is no positive float, a threshold that is
            no float from 0 (excluded) to 1.

    Example:
        >>> metric = FBetaScore(beta=2.0, threshold=0.5)
        >>> metric.update_state([[1, 1], [1, 0], [1, 1]], [[0.2, 0.6], [0.6, 0.2], [0.6, 0.8]])
        >>> [round(score, 3) for score in metric.result().tolist()]
        [0.714, 1.0]
    """

    _direction = "up"

    def __init__(
        self, average: str | None = None, beta: float = 1.0, threshold: float | None = None,
        name: str = "fbeta_score", dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(name=name, dtype=dtype)
        if average not in AVERAGES:
            raise ValueError(
                explain("Invalid `average` argument value", expected=f"{AVERAGES}", average=average)
            )
        _check_float("beta", beta, "> 0", beta > 0 if isinstance(beta, float) else False)
        if threshold is not None:
            fits = isinstance(threshold, float) and 0.0 < threshold <= 1.0
            _check_float("threshold", threshold, "0 < threshold <= 1", fits)
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self.axis = None if average == "micro" else 0
        self._built = False

    def _build(self, y_true_shape: Any, y_pred_shape: Any) -> None:
        check_matrices("FBetaScore", y_true_shape, y_pred_shape)
        shape = () if self.average == "micro" else (y_pred_shape[-1],)
        for name in (
            "true_positives",
            "false_positives",
            "false_negatives",
            "intermediate_weights",
        ):
            setattr(self, name, self._add_total(shape, name, self.dtype))
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: targets, 0 or 1, of shape (samples, classes).
            y_pred: predictions of the same shape.
            sample_weight: how much each sample counts.
        """
        y_true = ops.convert_to_tensor(y_true, dtype=self.dtype)
        y_pred = ops.convert_to_tensor(y_pred, dtype=self.dtype)
        if not self._built:
            self._build(y_true.shape, y_pred.shape)
        if self.threshold is None:
            highest = ops.max(y_pred, axis=-1, keepdims=True)
            taken = ops.logical_and(y_pred >= highest, ops.abs(y_pred) > 1e-9)
        else:
            taken = y_pred > self.threshold
        taken = ops.cast(taken, self.dtype)
        weight: Any = None
        if sample_weight is not None:
            weight = along_samples(
                ops.convert_to_tensor(sample_weight, dtype=self.dtype), y_true.shape
            )

        def total(counts: Any) -> Any:
            return ops.sum(counts if weight is None else counts * weight, axis=self.axis)

        self.true_positives.assign_add(total(taken * y_true))
        self.false_positives.assign_add(total(taken * (1.0 - y_true)))
        self.false_negatives.assign_add(total((1.0 - taken) * y_true))
        self.intermediate_weights.assign_add(total(y_true))

    def result(self) -> Any:
        """Return the score, or one per class."""
        right, wrong, missed, occurrences = (
            self._read(total, self.dtype)
            for total in (
                self.true_positives, self.false_positives, self.false_negatives,
                self.intermediate_weights,
            )
        )  # fmt: skip
        little = epsilon()
        precision = right / (right + wrong + little)
        recall = right / (right + missed + little)
        square = self.beta**2
        scores = precision * recall / (square * precision + recall + little) * (1.0 + square)
        if self.average == "weighted":
            return ops.sum(scores * (occurrences / (ops.sum(occurrences) + little)))
        return scores if self.average is None else ops.mean(scores)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal metric."""
        return {
            **super().get_config(),
            "average": self.average,
            "beta": self.beta,
            "threshold": self.threshold,
        }


class F1Score(FBetaScore):
    """Harmonic mean of precision and recall, for one-hot targets.

    Args:
        average: see `FBetaScore`.
        threshold: see `FBetaScore`.
        name: see `Metric`.
        dtype: see `Metric`.
    """

    def __init__(
        self, average: str | None = None, threshold: float | None = None, name: str = "f1_score",
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal metric."""
        config = super().get_config()
        del config["beta"]
        return config


def check_matrices(metric: str, y_true_shape: Any, y_pred_shape: Any) -> None:
    """Refuse what is no pair of matrices of a known width."""
    shapes = (tuple(y_true_shape), tuple(y_pred_shape))
    if any(len(shape) != 2 or shape[-1] is None for shape in shapes):
        raise ShapeError(
            f"{metric} expects 2D inputs with shape (batch_size, output_dim)",
            y_pred=shapes[1],
            y_true=shapes[0],
        )


def _check_float(argument: str, value: Any, rule: str, fits: bool) -> None:
    if not isinstance(value, float):
        raise ValueError(
            explain(
                f"Invalid `{argument}` argument value. It should be a Python float",
                **{argument: value},
            )
        )
    if not fits:
        raise ValueError(
            explain(
                f"Invalid `{argument}` argument value. It should be {rule}", **{argument: value}
            )
        )
