"""Permute: the axes of each sample in another order."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.errors import explain
from kerasish.layers.input_spec import InputSpec
from kerasish.layers.layer import Layer
from kerasish.ops.keras_tensor import KerasTensor


class Permute(Layer):
    """The axes of each sample in another order.

    Args:
        dims: the axes, counted from 1 as the batch stays first: `(2, 1)` swaps two.

    Raises:
        ValueError: when `dims` does not have each number from 1 on once.
    """

    def __init__(self, dims: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(explain("`dims` must hold each of 1, 2, … once", dims=self.dims))
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)
        self._build_at_init()

    def call(self, inputs: Any) -> Any:
        """Transpose, keeping the batch first."""
        return ops.transpose(inputs, (0, *self.dims))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        """Return the sizes in the new order."""
        return (input_shape[0], *(input_shape[d] for d in self.dims))

    def compute_output_spec(self, inputs: Any) -> Any:
        """Return what the outputs will be like; they keep the inputs' dtype."""
        return KerasTensor(self.compute_output_shape(inputs.shape), inputs.dtype)
