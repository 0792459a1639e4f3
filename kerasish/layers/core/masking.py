"""Masking: steps of a sequence that later layers shall skip."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish._registry import deserialize_keras_object
from kerasish.layers.layer import Layer


class Masking(Layer):
    """Give the inputs a mask: false at each step whose features all are `mask_value`.

    Such steps become 0, and layers that take a mask skip them.

    Args:
        mask_value: the number that marks a step as missing.

    Example:
        >>> import kerasish as keras
        >>> x = keras.ops.array([[[0.0, 0.0], [1.0, 0.0]]])
        >>> keras.layers.Masking().compute_mask(x).tolist()
        [[False, True]]
    """

    def __init__(self, mask_value: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(mask_value, dict):  # a tensor, as a config has it
            mask_value = deserialize_keras_object(mask_value)
        self.mask_value = mask_value
        self.supports_masking = True
        self._build_at_init()

    def call(self, inputs: Any) -> Any:
        """Return the inputs, with zeros and a mask where steps are missing."""
        is_there = ops.any(ops.not_equal(inputs, self.mask_value), axis=-1, keepdims=True)
        outputs = ops.where(is_there, inputs, 0)
        outputs._keras_mask = ops.squeeze(is_there, axis=-1)
        return outputs

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return true for each step that is not missing."""
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the inputs' shape."""
        return input_shape
