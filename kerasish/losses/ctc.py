"""Connectionist temporal classification as a loss."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.errors import ShapeError
from kerasish.losses.wrapper import FormulaLoss, takes_class_numbers


@takes_class_numbers
def ctc(y_true: Any, y_pred: Any) -> Any:
    """The loss of sequences whose labels may stand anywhere, in their order (Graves, 2006).

    Args:
        y_true: labels from 1 on, of shape (samples, labels), filled up with 0.
        y_pred: logits of shape (samples, steps, classes); class 0 is the blank.

    Raises:
        ValueError: when the shapes are others.
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) != 2:
        raise ShapeError(
            "Targets `y_true` are expected to be whole numbers",
            expected="shape (batch_size, max_length)",
            y_true=y_true.shape,
        )
    if len(y_pred.shape) != 3:
        raise ShapeError(
            "Logits `y_pred` have another shape",
            expected="(batch_size, max_length, num_classes)",
            y_pred=y_pred.shape,
        )
    steps = ops.full((y_pred.shape[0],), y_pred.shape[1], "int32")
    return ops.ctc_loss(y_true, y_pred, ops.count_nonzero(y_true, axis=-1), steps)


class CTC(FormulaLoss):
    """For sequences whose labels are known, but not where they stand (Graves, 2006).

    Targets are labels from 1 on, filled up with 0; predictions are logits for each step, whose
    class 0 stands for "no label here".
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "ctc", dtype: Any = None
    ) -> None:
        super().__init__(ctc, reduction, name, dtype)
