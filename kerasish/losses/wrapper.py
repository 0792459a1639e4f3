"""Losses made of a function: any user's, and the base of all those that have a formula here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from kerasish import ops, tree
from kerasish._registry import deserialize_keras_object, is_ours, serialize_keras_object
from kerasish.losses.loss import Loss
from kerasish.losses.reducing import MEANS
from kerasish.losses.shapes import squeeze_or_expand_to_same_rank

_Function = TypeVar("_Function", bound=Callable[..., Any])


def mean_of(errors: Callable[..., Any]) -> Callable[[_Function], _Function]:
    """Say that a loss function is the mean over one axis of `errors`, which takes the same.

    The mean over a batch is then one sum and one division, not two of each.
    """

    def note(function: _Function) -> _Function:
        function.errors = errors  # type: ignore[attr-defined]
        return function

    return note


def takes_class_numbers(function: _Function) -> _Function:
    """Say that the targets of a loss function are class numbers, which need no cast to floats."""
    function.takes_class_numbers = True  # type: ignore[attr-defined]
    return function


class LossFunctionWrapper(Loss):
    """The loss that a function computes.

    Args:
        fn: a function of targets and predictions that returns one value per sample.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.
        **kwargs: further arguments of the function.

    Example:
        >>> loss = LossFunctionWrapper(lambda y_true, y_pred, factor: factor * abs(y_true - y_pred),
        ...                            factor=10.0)
        >>> float(loss([1.0, 2.0], [1.0, 3.0]))
        5.0
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    @property
    def is_built_in(self) -> bool:
        """Whether neither the class nor the function is a user's."""
        return super().is_built_in and is_ours(self.fn)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the function's values."""
        return self.fn(*_aligned(y_true, y_pred), **self._fn_kwargs)

    def values_to_weigh(self, y_true: Any, y_pred: Any, sample_weight: Any) -> Any:
        """Return a loss per sample, also of outputs without an axis beside that of the samples."""
        return self.call(*by_sample(self.fn, y_true, y_pred, sample_weight))

    def mean_at_once(self, y_true: Any, y_pred: Any) -> Any:
        """Return the mean of the errors, for functions that are a mean of errors themselves."""
        errors = getattr(self.fn, "errors", None)
        if (
            errors is None
            or self.reduction not in MEANS
            or type(self).call is not LossFunctionWrapper.call
            or tree.is_nested(y_pred)
        ):
            return None
        found = errors(*_aligned(y_true, y_pred), **self._fn_kwargs)
        return None if 0 in found.shape else ops.mean(found)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal loss."""
        return {
            **super().get_config(),
            "fn": serialize_keras_object(self.fn),
            **serialize_keras_object(self._fn_kwargs),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return a loss made from a config."""
        return cls(**(deserialize_keras_object(config) if "fn" in config else config))

    def _target(self, x: Any) -> Any:
        if getattr(self.fn, "takes_class_numbers", False):
            return ops.convert_to_tensor(x)
        return super()._target(x)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}({self.fn}, kwargs={self._fn_kwargs})>"


class FormulaLoss(LossFunctionWrapper):
    """A loss whose arguments are its attributes and its config.

    Attributes:
        usual: arguments that Keras leaves out of the config, with the values they have then;
            only other values are written.
    """

    usual: ClassVar[dict[str, Any]] = {}

    def __init__(
        self, fn: Callable[..., Any], reduction: str | None, name: str | None, dtype: Any,
        **arguments: Any,
    ) -> None:  # fmt: skip
        super().__init__(fn, reduction=reduction, name=name, dtype=dtype, **arguments)
        vars(self).update(arguments)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal loss."""
        return {**Loss.get_config(self), **without_usual(self._fn_kwargs, self.usual)}


def without_usual(arguments: dict[str, Any], usual: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments but those that have their usual value."""
    return {k: v for k, v in arguments.items() if k not in usual or v != usual[k]}


def by_sample(function: Any, y_true: Any, y_pred: Any, sample_weight: Any) -> tuple[Any, Any]:
    """Give vectors a last axis if their elements have weights and `function` means over that axis.

    Without it, the mean would be that of the samples, before anyone could weigh them.
    """
    if sample_weight is None or getattr(function, "errors", None) is None:
        return y_true, y_pred
    if tree.is_nested(y_true) or tree.is_nested(y_pred):
        return y_true, y_pred
    weight = ops.convert_to_tensor(sample_weight)
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) == len(y_pred.shape) == 1 and weight.size > 1:
        return ops.expand_dims(y_true, -1), ops.expand_dims(y_pred, -1)
    return y_true, y_pred


def _aligned(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Bring each target to the rank of its prediction."""
    if not tree.is_nested(y_pred) and not tree.is_nested(y_true):
        return squeeze_or_expand_to_same_rank(y_true, y_pred)
    tree.assert_same_structure(y_true, y_pred)
    pairs = [
        squeeze_or_expand_to_same_rank(a, b)
        for a, b in zip(tree.flatten(y_true), tree.flatten(y_pred), strict=True)
    ]
    return (
        tree.pack_sequence_as(y_true, [a for a, _ in pairs]),
        tree.pack_sequence_as(y_pred, [b for _, b in pairs]),
    )
