"""How often predictions agree with targets."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from kerasish import ops
from kerasish.arrays.dtype import floatx
from kerasish.losses.shapes import aligned_pair, squeeze_or_expand_to_same_rank
from kerasish.metrics.class_numbers import class_numbers
from kerasish.metrics.reduction import FormulaMetric


def accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where prediction and target are equal, 0 elsewhere."""
    return ops.cast(ops.equal(*aligned_pair(y_true, y_pred)), floatx())


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """1 where the prediction, above a threshold or not, is the target, 0 elsewhere.

    Example:
        >>> binary_accuracy([1, 1, 0, 0], [0.9, 0.2, 0.1, 0.6]).tolist()
        [1.0, 0.0, 1.0, 0.0]
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
    found = ops.cast(ops.greater(y_pred, threshold), y_true.dtype)
    return ops.cast(ops.equal(y_true, found), floatx())


def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where the highest prediction is for the class of a one-hot target, 0 elsewhere.

    Example:
        >>> categorical_accuracy([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]]).tolist()
        [1.0, 0.0]
    """
    return ops.cast(ops.equal(ops.argmax(y_true, -1), ops.argmax(y_pred, -1)), floatx())


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where the highest prediction is for the target, a class number, 0 elsewhere.

    Example:
        >>> sparse_categorical_accuracy([1, 0], [[0.2, 0.8], [0.4, 0.6]]).tolist()
        [1.0, 0.0]

    Raises:
        IndexRangeError: on the CPU, for a class that there is no prediction for. A negative
            number is no class, and never right.
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    y_true = class_numbers(y_true, y_pred.shape[-1], "sparse_categorical_accuracy")
    shape = y_true.shape
    if len(shape) == len(y_pred.shape) and shape[-1] == 1:
        y_true = ops.squeeze(y_true, -1)
    found = ops.cast(ops.equal(y_true, ops.argmax(y_pred, -1)), floatx())
    if len(found.shape) > 1 and found.shape[-1] == 1:
        found = ops.squeeze(found, -1)
    return ops.reshape(found, shape) if len(shape) == 1 else found


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """1 where the class of a one-hot target is among the k highest predictions, 0 elsewhere."""
    return _among_the_highest(ops.argmax(y_true, -1), ops.convert_to_tensor(y_pred), k)


def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> Any:
    """1 where the target, a class number, is among the k highest predictions, 0 elsewhere.

    Args:
        y_true: class numbers.
        y_pred: a prediction for each class.
        k: how many count.
        from_sorted_ids: whether `y_pred` are class numbers instead, the likeliest first.
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if not from_sorted_ids:
        classes = y_pred.shape[-1]
        y_true = class_numbers(y_true, classes, "sparse_top_k_categorical_accuracy")
        return _among_the_highest(y_true, y_pred, k)
    shape, rows = y_true.shape, ops.reshape(y_pred, (-1, y_pred.shape[-1]))[:, :k]
    found = ops.any(ops.equal(ops.reshape(y_true, (-1, 1)), rows), axis=1)
    return ops.reshape(ops.cast(found, floatx()), shape)


def _among_the_highest(classes: Any, y_pred: Any, k: int) -> Any:
    """Rows of predictions and their classes may lie in different shapes, if they are as many."""
    rows = ops.reshape(y_pred, (-1, y_pred.shape[-1])) if len(y_pred.shape) > 2 else y_pred
    shape = classes.shape
    if len(shape) > 1:
        classes = ops.reshape(classes, (math.prod(shape),))
    return ops.reshape(ops.cast(ops.in_top_k(classes, rows, k), floatx()), shape)


class Accuracy(FormulaMetric):
    """How often predictions equal targets.

    Example:
        >>> float(Accuracy()([1, 2, 3, 4], [0, 2, 3, 4]))
        0.75
    """

    _direction = "up"

    def __init__(self, name: str = "accuracy", dtype: Any = None) -> None:
        super().__init__(accuracy, name, dtype)


class BinaryAccuracy(FormulaMetric):
    """How often predictions are on the target's side of a threshold.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        threshold: above it a prediction counts as 1.
    """

    _direction = "up"

    def __init__(
        self, name: str = "binary_accuracy", dtype: Any = None, threshold: float = 0.5
    ) -> None:
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)


class CategoricalAccuracy(FormulaMetric):
    """How often the highest prediction is for the class of a one-hot target."""

    _direction = "up"

    def __init__(self, name: str = "categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(FormulaMetric):
    """How often the highest prediction is for the target, a class number."""

    _direction = "up"

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(sparse_categorical_accuracy, name, dtype)


class TopKCategoricalAccuracy(FormulaMetric):
    """How often the class of a one-hot target is among the k highest predictions.

    Args:
        k: how many count.
        name: see `Metric`.
        dtype: see `Metric`.
    """

    _direction = "up"

    def __init__(
        self, k: int = 5, name: str = "top_k_categorical_accuracy", dtype: Any = None
    ) -> None:
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)


class SparseTopKCategoricalAccuracy(FormulaMetric):
    """How often the target, a class number, is among the k highest predictions.

    Args:
        k: how many count.
        name: see `Metric`.
        dtype: see `Metric`.
        from_sorted_ids: whether predictions are class numbers, the likeliest first.
    """

    _direction = "up"

    usual: ClassVar[dict[str, Any]] = {"from_sorted_ids": False}

    def __init__(
        self, k: int = 5, name: str = "sparse_top_k_categorical_accuracy", dtype: Any = None,
        from_sorted_ids: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            sparse_top_k_categorical_accuracy, name, dtype, k=k, from_sorted_ids=from_sorted_ids
        )
