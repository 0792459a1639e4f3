"""Flatten: one row of values for each sample."""

from __future__ import annotations

import math
from typing import Any

from kerasish import ops
from kerasish.layers.formula import formula
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
        return _flatten(inputs, channels_first=self._channels_first)

    def _formula(self) -> Any:
        return formula(_flatten, channels_first=self._channels_first), ()

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        """Return `(batch, product of the other sizes)`."""
        rest = input_shape[1:]
        return (input_shape[0], None if None in rest else math.prod(rest))


def _flatten(inputs: Any, *, channels_first: bool) -> Any:
    if channels_first and len(inputs.shape) > 2:
        inputs = ops.moveaxis(inputs, 1, -1)
    return ops.reshape(inputs, (inputs.shape[0], math.prod(inputs.shape[1:])))
