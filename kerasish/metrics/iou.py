"""Intersection over union: how far regions of the same class overlap."""

from __future__ import annotations

import math
import warnings
from typing import Any

from kerasish import ops
from kerasish.arrays.dtype import epsilon, is_integer
from kerasish.errors import explain
from kerasish.losses.shapes import along_samples
from kerasish.metrics.metric import Metric
from kerasish.primitives.indexing import scatter_add


class _ConfusionMatrix(Metric):
    """How often each class is taken for each, in a matrix: rows are targets."""

    _direction = "up"

    def __init__(
        self, num_classes: int, name: str | None, dtype: Any, ignore_class: int | None,
        sparse_y_true: bool, sparse_y_pred: bool, axis: int,
    ) -> None:  # fmt: skip
        super().__init__(name=name, dtype=dtype or "int32")
        self.num_classes = num_classes
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        shape = (num_classes, num_classes)
        self.total_cm = self._add_total(shape, "total_confusion_matrix", self.dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account. Classes that are none of `num_classes` do not count.

        Args:
            y_true: targets: class numbers, or one-hot.
            y_pred: predictions: class numbers, or one for each class.
            sample_weight: how much each counts.
        """
        size = self.num_classes
        y_true = self._classes(y_true, self.sparse_y_true)
        y_pred = self._classes(y_pred, self.sparse_y_pred)
        weight = self._weights(sample_weight, y_true.shape)
        flat = (math.prod(y_true.shape),)
        y_true, weight = ops.reshape(y_true, flat), ops.reshape(weight, flat)
        y_pred = ops.reshape(y_pred, (math.prod(y_pred.shape),))
        counts = ops.logical_and(
            ops.logical_and(y_true >= 0, y_true < size), ops.logical_and(y_pred >= 0, y_pred < size)
        )
        if self.ignore_class is not None:
            counts = ops.logical_and(counts, ops.not_equal(y_true, self.ignore_class))
        place = ops.where(counts, y_true * size + y_pred, 0)
        matrix = scatter_add(ops.where(counts, weight, 0), place, shape=(size * size,), axis=0)
        self.total_cm.assign_add(ops.reshape(matrix, (size, size)))

    def _classes(self, y: Any, are_numbers: bool) -> Any:
        y = ops.convert_to_tensor(y) if are_numbers else ops.argmax(y, axis=self.axis)
        return ops.cast(y, "int32")

    def _weights(self, sample_weight: Any, shape: tuple[int, ...]) -> Any:
        if sample_weight is None:
            return ops.ones(shape, dtype=self.total_cm.dtype)
        kind = str(getattr(sample_weight, "dtype", ""))
        if "float" in kind and is_integer(self.dtype):
            warnings.warn(
                f"Weights of dtype {kind} are cut to whole numbers, since {self.name!r} counts in "
                f"{self.dtype}. Pass dtype='float32' to the metric, or whole weights.",
                stacklevel=4,
            )
        weight = ops.cast(ops.convert_to_tensor(sample_weight, self.dtype), self.total_cm.dtype)
        weight = along_samples(weight, shape)
        if math.prod(weight.shape) == math.prod(shape):  # a weight for each, whatever the axes
            return ops.reshape(weight, shape)
        return ops.broadcast_to(weight, shape)


class IoU(_ConfusionMatrix):
    """Mean over some classes of intersection over union.

    Args:
        num_classes: how many classes there are.
        target_class_ids: the classes that the mean is taken over.
        name: see `Metric`.
        dtype: in which to count; `"int32"` by default.
        ignore_class: targets of this number do not count.
        sparse_y_true: whether targets are class numbers; if not, one-hot.
        sparse_y_pred: whether predictions are class numbers; if not, one for each class.
        axis: along which the classes lie.

    Raises:
        ValueError: when a class of `target_class_ids` is none of `num_classes`.

    Example:
        >>> metric = IoU(num_classes=2, target_class_ids=[0])
        >>> round(float(metric([0, 0, 1, 1], [0, 1, 0, 1])), 4)
        0.3333
    """

    def __init__(
        self, num_classes: int, target_class_ids: Any, name: str | None = None, dtype: Any = None,
        ignore_class: int | None = None, sparse_y_true: bool = True, sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:  # fmt: skip
        if max(target_class_ids) >= num_classes:
            raise ValueError(
                explain(
                    f"Target class id {max(target_class_ids)} is out of range, which is "
                    f"[0, {num_classes})",
                    target_class_ids=target_class_ids,
                )
            )
        super().__init__(num_classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)
        self.target_class_ids = list(target_class_ids)

    def result(self) -> Any:
        """Return the mean over the classes that occurred."""
        matrix, size = self.total_cm.value, self.num_classes
        common = ops.reshape(matrix, (-1,))[:: size + 1]
        union = ops.sum(matrix, axis=0) + ops.sum(matrix, axis=1) - common
        common, union = (
            ops.cast(ops.take(x, self.target_class_ids), "float32") for x in (common, union)
        )
        occurred = ops.greater(union, 1e-9)
        shares = ops.where(occurred, common / (union + epsilon()), 0.0)
        return ops.sum(shares) / (ops.sum(ops.cast(occurred, "float32")) + epsilon())

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal metric."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "target_class_ids": self.target_class_ids,
            "ignore_class": self.ignore_class,
            "sparse_y_true": self.sparse_y_true,
            "sparse_y_pred": self.sparse_y_pred,
            "axis": self.axis,
        }

    def _config_without(self, *fixed: str) -> dict[str, Any]:
        """The config without the arguments that a subclass fixes."""
        return {key: value for key, value in IoU.get_config(self).items() if key not in fixed}


class BinaryIoU(IoU):
    """Intersection over union of yes-or-no predictions.

    Args:
        target_class_ids: 0, 1 or both: the classes that the mean is taken over.
        threshold: from it on a prediction counts as 1.
        name: see `Metric`.
        dtype: in which to count; `"int32"` by default.
    """

    def __init__(
        self, target_class_ids: Any = (0, 1), threshold: float = 0.5, name: str | None = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: targets, 0 or 1.
            y_pred: predictions from 0 to 1.
            sample_weight: how much each counts.
        """
        y_pred = ops.greater_equal(ops.convert_to_tensor(y_pred, "float32"), self.threshold)
        super().update_state(y_true, y_pred, sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal metric."""
        fixed = "num_classes", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis"
        return {**self._config_without(*fixed), "threshold": self.threshold}


class MeanIoU(IoU):
    """Mean over all classes of intersection over union.

    Args:
        num_classes: how many classes there are.
        name: see `Metric`.
        dtype: in which to count; `"int32"` by default.
        ignore_class: targets of this number do not count.
        sparse_y_true: whether targets are class numbers; if not, one-hot.
        sparse_y_pred: whether predictions are class numbers; if not, one for each class.
        axis: along which the classes lie.
    """

    def __init__(
        self, num_classes: int, name: str | None = None, dtype: Any = None,
        ignore_class: int | None = None, sparse_y_true: bool = True, sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:  # fmt: skip
        super().__init__(
            num_classes, range(num_classes), name, dtype,
            ignore_class, sparse_y_true, sparse_y_pred, axis,
        )  # fmt: skip

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal metric."""
        return self._config_without("target_class_ids")


class OneHotIoU(IoU):
    """Mean over some classes of intersection over union, for one-hot targets.

    Args:
        num_classes: how many classes there are.
        target_class_ids: the classes that the mean is taken over.
        name: see `Metric`.
        dtype: in which to count; `"int32"` by default.
        ignore_class: targets of this number do not count.
        sparse_y_pred: whether predictions are class numbers; if not, one for each class.
        axis: along which the classes lie.
    """

    def __init__(
        self, num_classes: int, target_class_ids: Any, name: str | None = None, dtype: Any = None,
        ignore_class: int | None = None, sparse_y_pred: bool = False, axis: int = -1,
    ) -> None:  # fmt: skip
        super().__init__(
            num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis
        )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal metric."""
        return self._config_without("sparse_y_true")


class OneHotMeanIoU(MeanIoU):
    """Mean over all classes of intersection over union, for one-hot targets.

    Args:
        num_classes: how many classes there are.
        name: see `Metric`.
        dtype: in which to count; `"int32"` by default.
        ignore_class: targets of this number do not count.
        sparse_y_pred: whether predictions are class numbers; if not, one for each class.
        axis: along which the classes lie.
    """

    def __init__(
        self, num_classes: int, name: str | None = None, dtype: Any = None,
        ignore_class: int | None = None, sparse_y_pred: bool = False, axis: int = -1,
    ) -> None:  # fmt: skip
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal metric."""
        return self._config_without("target_class_ids", "sparse_y_true")
