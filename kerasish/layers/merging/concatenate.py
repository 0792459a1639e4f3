"""Concatenate: inputs one after another along an axis."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.errors import explain
from kerasish.layers.merging.base_merge import Merge, check_masks


class Concatenate(Merge):
    """The inputs one after another along an axis.

    Args:
        axis: the axis, the last by default.

    Raises:
        ValueError: when the inputs' other sizes differ.
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def build(self, input_shape: Any) -> None:
        """Check that all sizes but that of the axis agree."""
        self._joined(input_shape)

    def call(self, inputs: Any) -> Any:
        """Concatenate."""
        return ops.concatenate(list(inputs), axis=self.axis)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the inputs' shape, their sizes along the axis added."""
        return self._joined(input_shape)

    def _joined(self, shapes: Any) -> tuple[Any, ...]:
        is_list = isinstance(shapes, (list, tuple)) and all(
            isinstance(s, (list, tuple)) for s in shapes
        )
        if not is_list or not shapes:
            raise ValueError(explain("Concatenate takes a list of inputs", input_shape=shapes))
        first = list(shapes[0])
        ndim = len(first)
        if not -ndim <= self.axis < ndim:
            raise ValueError(explain("Concatenate: no such axis", axis=self.axis, shapes=shapes))
        axis = self.axis % ndim
        total: Any = 0
        for shape in shapes:
            agree = len(shape) == ndim and all(
                a == axis or i == j or None in (i, j)
                for a, (i, j) in enumerate(zip(shape, first, strict=True))
            )
            if not agree:
                raise ValueError(
                    explain(
                        f"Layer {self.name!r}: inputs must agree but for axis {axis}",
                        shapes=list(shapes),
                    )
                )
            total = None if total is None or shape[axis] is None else total + shape[axis]
        first[axis] = total
        return tuple(first)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the inputs' masks, concatenated; true for a step where any feature counts."""
        if mask is None:
            return None
        check_masks(inputs, mask)
        if all(m is None for m in mask):
            return None
        masks = []
        for x, m in zip(inputs, mask, strict=True):
            if m is None:
                masks.append(ops.ones_like(x, dtype="bool"))
            else:
                masks.append(_spread(m, x))
        return ops.any(ops.concatenate(masks, axis=self.axis), axis=-1)


def _spread(mask: Any, x: Any) -> Any:
    """A mask of the first axes in the shape of x, whose sizes need not be known."""
    if len(mask.shape) == len(x.shape):
        return mask
    while len(mask.shape) < len(x.shape):
        mask = ops.expand_dims(mask, -1)
    return ops.logical_and(mask, ops.ones_like(x, dtype="bool"))


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """The inputs one after another along an axis. The function of the layer `Concatenate`."""
    return Concatenate(axis=axis, **kwargs)(inputs)
