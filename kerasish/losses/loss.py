"""Loss: what a model is trained to make small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasish import dtype_policies, ops, tree
from kerasish._names import auto_name
from kerasish._registry import is_ours
from kerasish.arrays.dtype import floatx
from kerasish.backend.tensor import Tensor
from kerasish.losses.reducing import reduce_weighted_values, standardize_reduction


class Loss:
    """Base of all losses: a number for each sample, and how those become one.

    Subclasses define `call(y_true, y_pred)`, which returns one value per sample (and per step,
    pixel, …).

    Args:
        name: by default the class name in snake case, with a number from its second use on.
        reduction: `"sum_over_batch_size"` or `"mean"` divide the sum by the number of values,
            `"mean_with_sample_weight"` by the sum of the weights; `"sum"` does not divide;
            `None` or `"none"` keep the values apart.
        dtype: name or policy of the dtype to compute in; `floatx()` by default.

    Raises:
        ValueError: for a reduction that there is not.

    Example:
        >>> class Cubic(Loss):
        ...     def call(self, y_true, y_pred):
        ...         return ops.mean(ops.abs(y_pred - y_true) ** 3, axis=-1)
        >>> float(Cubic()([[0.0, 0.0], [0.0, 0.0]], [[1.0, 1.0], [2.0, 2.0]]))
        4.5
    """

    def __init__(
        self, name: str | None = None, reduction: str | None = "sum_over_batch_size",
        dtype: Any = None,
    ) -> None:  # fmt: skip
        self.name = name or auto_name(type(self).__name__)
        self.reduction = standardize_reduction(reduction)
        self._dtype_policy = dtype_policies.get(dtype or floatx())
        self._dtype = self._dtype_policy.compute_dtype

    @property
    def dtype(self) -> str:
        """Name of the dtype that the loss is computed in."""
        return self._dtype  # type: ignore[no-any-return]

    @property
    def is_built_in(self) -> bool:
        """Whether nothing that a user wrote is a part of it."""
        return is_ours(type(self))

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Return the loss of predictions.

        Args:
            y_true: targets, a tensor or what holds tensors.
            y_pred: predictions, likewise. A mask that they carry is respected.
            sample_weight: how much each sample counts; its shape is the beginning of that of
                the values, with a last axis of size 1 if you like.
        """
        mask = getattr(y_pred, "_keras_mask", None)
        y_pred = _each(self._prediction, y_pred)
        y_true = _each(self._target, y_true)
        if mask is None and sample_weight is None:
            whole = self.mean_at_once(y_true, y_pred)
            if whole is not None:
                return whole
        if sample_weight is None:
            values = self.call(y_true, y_pred)
        else:
            values = self.values_to_weigh(y_true, y_pred, sample_weight)
        own = getattr(values, "_keras_mask", None)
        if own is not None:
            mask = own if mask is None else ops.logical_and(mask, own)
        return reduce_weighted_values(values, sample_weight, mask, self.reduction, self.dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return a loss per sample."""
        raise NotImplementedError(f"{type(self).__name__} must define `call(y_true, y_pred)`.")

    def values_to_weigh(self, y_true: Any, y_pred: Any, sample_weight: Any) -> Any:
        """Return a loss per sample where each sample has a weight."""
        return self.call(y_true, y_pred)

    def mean_at_once(self, y_true: Any, y_pred: Any) -> Any:
        """Return the mean over everything, if one sum over all elements gives it; else None."""
        return None

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal loss."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return a loss made from a config."""
        return cls(**config)

    def _prediction(self, x: Any) -> Any:
        return ops.convert_to_tensor(x, dtype=self.dtype)

    def _target(self, x: Any) -> Any:
        return ops.convert_to_tensor(x, dtype=self.dtype)


def _each(convert: Callable[[Any], Any], x: Any) -> Any:
    """Convert each leaf, but a nested list of Python's numbers as a whole: it is one tensor."""
    if type(x) is Tensor:
        return convert(x)
    if isinstance(x, (list, tuple)) and all(
        isinstance(leaf, (int, float)) for leaf in tree.flatten(x)
    ):
        return convert(x)
    return tree.map_structure(convert, x)
