"""Sums and means over batches, and the metric that is the mean of a function."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

from kerasish import losses, ops
from kerasish._registry import deserialize_keras_object, serialize_keras_object
from kerasish.arrays.dtype import is_float
from kerasish.losses.reducing import apply_mask
from kerasish.losses.shapes import squeeze_or_expand_to_same_rank
from kerasish.losses.wrapper import by_sample, without_usual
from kerasish.metrics.metric import Metric


def weigh_samples(
    values: Any, sample_weight: Any, reduce: Callable[..., Any], dtype: str
) -> tuple[Any, Any]:
    """Return weighted values and weights, one for each sample.

    Args:
        values: of shape (samples, …). A mask that they carry joins the weights.
        sample_weight: its shape is the beginning of that of the values.
        reduce: `ops.sum` or `ops.mean`: what becomes of a sample's values.
        dtype: in which to compute.
    """
    mask = getattr(values, "_keras_mask", None)
    values = ops.cast(values, dtype)
    weight = apply_mask(ops.convert_to_tensor(sample_weight, dtype), mask, dtype, "sum")
    values, weight = squeeze_or_expand_to_same_rank(values, weight)
    axes = len(weight.shape)
    if len(values.shape) > axes:
        values = reduce(values, axis=tuple(range(axes, len(values.shape))))
    weight = ops.broadcast_to(weight, values.shape)
    return _per_sample(ops.multiply(values, weight), reduce), _per_sample(weight, reduce)


def _per_sample(values: Any, reduce: Callable[..., Any]) -> Any:
    axes = tuple(range(1, len(values.shape)))
    return reduce(values, axis=axes) if axes else values


class Sum(Metric):
    """The sum of all values.

    Example:
        >>> metric = Sum()
        >>> metric.update_state([1.0, 3.0])
        >>> metric.update_state([5.0])
        >>> float(metric.result())
        9.0
    """

    def __init__(self, name: str = "sum", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self._add_total((), "total", self.dtype)

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values.

        Args:
            values: of shape (samples, …).
            sample_weight: what each is multiplied by.
        """
        if sample_weight is None:
            values = ops.cast(values, self.dtype)
        else:
            values, _ = weigh_samples(values, sample_weight, ops.sum, self.dtype)
        self.total.assign_add(ops.sum(values))

    def reset_state(self) -> None:
        """Start again from 0."""
        self.total.assign(0)

    def result(self) -> Any:
        """Return the sum."""
        return self._read(self.total, self.dtype)


class Mean(Metric):
    """The mean of all values, weighted if weights are given.

    Example:
        >>> metric = Mean()
        >>> metric.update_state([1.0, 3.0])
        >>> metric.update_state([5.0], sample_weight=[2.0])
        >>> float(metric.result())
        3.5
    """

    def __init__(self, name: str = "mean", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self._add_total((), "total", self.dtype)
        self.count = self._add_total((), "count", self.dtype)

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take values into account.

        Args:
            values: of shape (samples, …); a sample's several values count as their mean.
            sample_weight: how much each counts.
        """
        if sample_weight is not None:
            values, weight = weigh_samples(values, sample_weight, ops.mean, self.dtype)
            self.total.assign_add(ops.sum(values))
            self.count.assign_add(ops.sum(weight))
            return
        values = ops.cast(values, self.dtype)
        total, of_each = ops.sum(values), math.prod(values.shape[1:])
        if of_each > 1:
            total = ops.divide(total, float(of_each))
        self.total.assign_add(total)
        self.count.assign_add(float(values.shape[0] if values.shape else 1))

    def reset_state(self) -> None:
        """Start again from nothing."""
        self.total.assign(0)
        self.count.assign(0)

    def result(self) -> Any:
        """Return the mean; 0 of nothing."""
        mean = ops.divide_no_nan(self.total, self.count)
        return self._read(mean, self.dtype if is_float(self.dtype) else None)


class MeanMetricWrapper(Mean):
    """The mean of what a function computes.

    Args:
        fn: a function of targets and predictions that returns a value per sample.
        name: see `Metric`.
        dtype: see `Metric`.
        **kwargs: further arguments of the function.

    Example:
        >>> metric = MeanMetricWrapper(lambda y_true, y_pred: abs(ops.array(y_true) - y_pred))
        >>> float(metric([1.0, 2.0], ops.array([1.0, 3.0])))
        0.5
    """

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(name=name, dtype=dtype)  # type: ignore[arg-type]
        self._fn = fn
        self._fn_kwargs = kwargs
        if _is_a_loss(fn):
            self._direction = "down"

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: targets.
            y_pred: predictions. A mask that they carry is respected.
            sample_weight: how much each sample counts.
        """
        mask = getattr(y_pred, "_keras_mask", None)
        y_true, y_pred = by_sample(self._fn, y_true, y_pred, sample_weight)
        values = self._fn(y_true, y_pred, **self._fn_kwargs)
        super().update_state(values, apply_mask(sample_weight, mask, self.dtype, "sum"))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal metric."""
        return {
            **super().get_config(),
            "fn": serialize_keras_object(self._fn),
            **serialize_keras_object(self._fn_kwargs),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return a metric made from a config."""
        return cls(**(deserialize_keras_object(config) if "fn" in config else config))


class FormulaMetric(MeanMetricWrapper):
    """A mean of a formula whose arguments are its attributes and its config.

    Attributes:
        usual: arguments that Keras leaves out of the config, with the values they have then;
            only other values are written.
    """

    usual: ClassVar[dict[str, Any]] = {}

    def __init__(
        self, fn: Callable[..., Any], name: str | None, dtype: Any, **arguments: Any
    ) -> None:
        super().__init__(fn, name=name, dtype=dtype, **arguments)
        vars(self).update(arguments)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal metric."""
        return {**Metric.get_config(self), **without_usual(self._fn_kwargs, self.usual)}


def _is_a_loss(fn: Any) -> bool:
    if isinstance(fn, losses.Loss):
        return type(fn).__module__.startswith(losses.__name__)
    return fn is getattr(losses, getattr(fn, "__name__", ""), None)
