"""Flatten: one row of values for each sample."""

from __future__ import annotations

import math
from typing import Any

from kerasish import ops
from kerasish.layers.input_spec import InputSpec
from kerasish.layers.layer import Layer


class Flatten(Layer):
    """The axes after the batch, put into one.

    Args:
        data_format: `"channels_last"` or `"channels_first"`, as the values lie.
    """

    def __init__(self, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        from kerasish.backend import image_data_format

        self.data_format = data_format or image_data_format()
        self.input_spec = InputSpec(min_ndim=1)
        self._channels_first = self.data_format == "channels_first"
        self._build_at_init()

    def call(self, inputs: Any) -> Any:
        """Reshape to (batch, everything else)."""
        if self._channels_first and len(inputs.shape) > 2:
            inputs = ops.moveaxis(inputs, 1, -1)
        return ops.reshape(inputs, (inputs.shape[0], math.prod(inputs.shape[1:])))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        """Return `(batch, product of the other sizes)`."""
        rest = input_shape[1:]
        return (input_shape[0], None if None in rest else math.prod(rest))
