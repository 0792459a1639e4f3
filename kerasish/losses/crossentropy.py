"""Crossentropies as losses: the formulas are those of `ops`, with label smoothing and masks."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

from kerasish import ops
from kerasish.arrays.spec import normalize_axis
from kerasish.errors import explain
from kerasish.losses.shapes import as_pair
from kerasish.losses.wrapper import FormulaLoss, mean_of, takes_class_numbers


def smooth_binary(y_true: Any, label_smoothing: float) -> Any:
    """Move targets of 0 and 1 towards 1/2, by a fraction `label_smoothing` of the way."""
    if not label_smoothing:
        return y_true
    return y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing


def smooth_categories(y_true: Any, label_smoothing: float) -> Any:
    """Move one-hot targets towards an equal share for each class."""
    if not label_smoothing:
        return y_true
    return y_true * (1.0 - label_smoothing) + label_smoothing / y_true.shape[-1]


def check_categories(loss: str, y_pred: Any, axis: Any) -> None:
    """Refuse an axis that is no number; warn of predictions for a single class."""
    if isinstance(axis, bool):
        raise ValueError(explain("`axis` must be of type `int`", axis=axis))
    if y_pred.shape[-1] == 1:
        warnings.warn(
            f"{loss} needs predictions of shape (batch, classes) with at least 2 classes: for a "
            f"single one it is always 0. Received: y_pred.shape={tuple(y_pred.shape)}. Two "
            "classes in one number are a case for binary_crossentropy.",
            SyntaxWarning,
            stacklevel=3,
        )


def _binary_errors(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:  # fmt: skip
    y_true, y_pred = as_pair(y_true, y_pred)
    y_true = smooth_binary(y_true, label_smoothing)
    return ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits)


@mean_of(_binary_errors)
def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:  # fmt: skip
    """`-mean(y_true * log(y_pred) + (1 - y_true) * log(1 - y_pred), axis)`.

    Args:
        y_true: targets, 0 or 1 or between.
        y_pred: probabilities, or logits.
        from_logits: whether `y_pred` are logits.
        label_smoothing: how far the targets are moved towards 1/2, from 0 to 1.
        axis: over which the mean is taken.

    Example:
        >>> loss = binary_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])
        >>> round(loss.tolist()[0], 4)
        0.6931
    """
    return ops.mean(_binary_errors(y_true, y_pred, from_logits, label_smoothing), axis=axis)


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:  # fmt: skip
    """`-sum(y_true * log(y_pred), axis)`.

    Args:
        y_true: targets, one-hot or shares.
        y_pred: probabilities, or logits.
        from_logits: whether `y_pred` are logits.
        label_smoothing: how far the targets are moved towards equal shares, from 0 to 1.
        axis: along which the classes lie.

    Raises:
        ValueError: when `axis` is a bool, or the shapes differ.
    """
    y_true, y_pred = as_pair(y_true, y_pred)
    check_categories("categorical_crossentropy", y_pred, axis)
    y_true = smooth_categories(y_true, label_smoothing)
    return ops.categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)


@takes_class_numbers
def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None,
    axis: int = -1,
) -> Any:  # fmt: skip
    """`-log(y_pred[y_true])`: the categorical crossentropy for class numbers.

    Args:
        y_true: class numbers, with or without a last axis of size 1.
        y_pred: probabilities, or logits.
        from_logits: whether `y_pred` are logits.
        ignore_class: targets of this number do not count: their loss is 0, and a mask on the
            result keeps them out of means.
        axis: along which the classes lie.
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[axis] == 1:
        y_true = ops.squeeze(y_true, axis)
    if y_true.dtype not in ("int32", "int64"):
        y_true = ops.cast(y_true, "int32")
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits, axis)
    counts = ops.not_equal(y_true, ignore_class)
    y_true = ops.where(counts, y_true, 0)
    columns = ops.expand_dims(counts, normalize_axis(axis, len(y_pred.shape)))
    y_pred = ops.where(columns, y_pred, 1)  # equal for all classes, so without 0 / 0
    values = ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits, axis)
    values = ops.where(counts, values, 0.0)
    values._keras_mask = counts
    return values


class BinaryCrossentropy(FormulaLoss):
    """Crossentropy of yes-or-no targets.

    Args:
        from_logits: whether predictions are logits; if not, probabilities.
        label_smoothing: how far targets are moved towards 1/2, from 0 to 1.
        axis: over which each sample's mean is taken.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> loss = BinaryCrossentropy(from_logits=True)
        >>> round(float(loss([[0.0, 1.0]], [[0.0, 0.0]])), 4)
        0.6931
    """

    def __init__(
        self, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1,
        reduction: str | None = "sum_over_batch_size", name: str = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            binary_crossentropy, reduction, name, dtype,
            from_logits=from_logits, label_smoothing=label_smoothing, axis=axis,
        )  # fmt: skip


class CategoricalCrossentropy(FormulaLoss):
    """Crossentropy of one-hot targets.

    Args:
        from_logits: whether predictions are logits; if not, probabilities.
        label_smoothing: how far targets are moved towards equal shares, from 0 to 1.
        axis: along which the classes lie.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> loss = CategoricalCrossentropy()
        >>> round(float(loss([[0.0, 1.0]], [[0.75, 0.25]])), 4)
        1.3863
    """

    def __init__(
        self, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1,
        reduction: str | None = "sum_over_batch_size", name: str = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            categorical_crossentropy, reduction, name, dtype,
            from_logits=from_logits, label_smoothing=label_smoothing, axis=axis,
        )  # fmt: skip


class SparseCategoricalCrossentropy(FormulaLoss):
    """Crossentropy of targets that are class numbers.

    Args:
        from_logits: whether predictions are logits; if not, probabilities.
        ignore_class: targets of this number do not count.
        reduction: see `Loss`.
        axis: along which the classes lie.
        name: see `Loss`.
        dtype: see `Loss`.

    Example:
        >>> loss = SparseCategoricalCrossentropy()
        >>> round(float(loss([1], [[0.75, 0.25]])), 4)
        1.3863
    """

    usual: ClassVar[dict[str, Any]] = {"axis": -1}

    def __init__(
        self, from_logits: bool = False, ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size", axis: int = -1,
        name: str = "sparse_categorical_crossentropy", dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            sparse_categorical_crossentropy, reduction, name, dtype,
            from_logits=from_logits, ignore_class=ignore_class, axis=axis,
        )  # fmt: skip
