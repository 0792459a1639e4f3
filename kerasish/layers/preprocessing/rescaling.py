"""Rescaling: `inputs * scale + offset`."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.layers.layer import Layer


class Rescaling(Layer):
    """`inputs * scale + offset`, as floats.

    Args:
        scale, offset: numbers, or one for each channel (the last axis).
    """

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale, self.offset = scale, offset
        self.supports_masking = True
        self._build_at_init()

    def call(self, inputs: Any) -> Any:
        """Compute the formula."""
        dtype = self.compute_dtype
        scale, offset = (
            ops.convert_to_tensor(v, dtype) if isinstance(v, (list, tuple)) else v
            for v in (self.scale, self.offset)
        )
        return ops.add(ops.multiply(ops.cast(inputs, dtype), scale), offset)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the inputs' shape."""
        return input_shape
