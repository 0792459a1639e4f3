"""The circle loss: embeddings of one class together, those of others apart."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.losses.wrapper import FormulaLoss, takes_class_numbers

NOTHING = -1e30  # exponent of a pair that is left out; minus infinity would be log(0) if all are


@takes_class_numbers
def circle(
    y_true: Any, y_pred: Any, ref_labels: Any = None, ref_embeddings: Any = None,
    remove_diagonal: bool = True, gamma: float = 80, margin: float = 0.4,
) -> Any:  # fmt: skip
    """Return the circle loss of each embedding (Sun et al., 2020).

    Args:
        y_true: class numbers.
        y_pred: embeddings of length 1, a row each.
        ref_labels: class numbers of what they are compared with; the same by default.
        ref_embeddings: the embeddings of those.
        remove_diagonal: whether an embedding is not compared with itself.
        gamma: scale.
        margin: how far apart classes should be.
    """
    y_pred, y_true = ops.convert_to_tensor(y_pred), ops.cast(y_true, "int32")
    others = y_pred if ref_embeddings is None else ops.convert_to_tensor(ref_embeddings)
    labels = y_true if ref_labels is None else ops.cast(ref_labels, "int32")
    distance = ops.maximum(1.0 - ops.matmul(y_pred, ops.transpose(others)), 0.0)
    alike = ops.equal(ops.reshape(y_true, (-1, 1)), ops.reshape(labels, (1, -1)))
    unlike = ops.logical_not(alike)
    if remove_diagonal:
        itself = ops.eye(alike.shape[0], alike.shape[1], dtype="bool")
        alike = ops.logical_and(alike, ops.logical_not(itself))
    pull = -gamma * (margin + distance) * (margin - distance)
    push = gamma * ops.maximum(1.0 + margin - distance, 0.0) * (1.0 - margin - distance)
    values = ops.softplus(_total(alike, pull) + _total(unlike, push))
    values._keras_mask = ops.greater(values, 0)
    return values


def _total(among: Any, exponents: Any) -> Any:
    return ops.logsumexp(ops.where(among, exponents, NOTHING), axis=1)


class Circle(FormulaLoss):
    """Embeddings of one class are pulled together, those of different classes apart.

    Samples whose loss is 0 do not count in means.

    Args:
        gamma: scale.
        margin: how far apart classes should be.
        remove_diagonal: whether an embedding is not compared with itself.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.
    """

    def __init__(
        self, gamma: float = 80.0, margin: float = 0.4, remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size", name: str = "circle", dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            circle, reduction, name, dtype,
            gamma=gamma, margin=margin, remove_diagonal=remove_diagonal,
        )  # fmt: skip
