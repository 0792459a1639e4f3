"""Reshape: the values of each sample in another shape."""

from __future__ import annotations

import math
from typing import Any

from kerasish import ops
from kerasish.errors import ShapeError
from kerasish.layers.layer import Layer


class Reshape(Layer):
    """The values of each sample in another shape.

    Args:
        target_shape: sizes without the batch; one may be -1.
    """

    def __init__(self, target_shape: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target_shape = (
            (target_shape,) if isinstance(target_shape, int) else tuple(target_shape)
        )
        self._build_at_init()

    def call(self, inputs: Any) -> Any:
        """Reshape, keeping the batch."""
        return ops.reshape(inputs, (inputs.shape[0], *self._sizes(inputs.shape)))

    def _sizes(self, shape: Any) -> tuple[int, ...]:
        total = math.prod(shape[1:])
        known = math.prod(s for s in self.target_shape if s != -1)
        if -1 not in self.target_shape and known == total:
            return self.target_shape
        if -1 in self.target_shape and known and total % known == 0:
            return tuple(total // known if s == -1 else s for s in self.target_shape)
        raise ShapeError(
            f"Layer {self.name!r} cannot reshape a sample",
            target_shape=self.target_shape,
            shape=tuple(shape[1:]),
        )

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        """Return the batch and the target shape."""
        if None in input_shape[1:]:
            return (input_shape[0], *(None if s == -1 else s for s in self.target_shape))
        return (input_shape[0], *self._sizes(input_shape))
