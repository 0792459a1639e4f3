"""UnitNormalization: each sample scaled to length 1."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.layers._arguments import axes_of
from kerasish.layers.layer import Layer


class UnitNormalization(Layer):
    """The inputs divided by their Euclidean norm.

    Args:
        axis: the axis, or axes, over which the norm is taken.

    Example:
        >>> import kerasish as keras
        >>> keras.layers.UnitNormalization()(keras.ops.array([[3.0, 4.0]]))
        <Tensor f32[1,2]: [[0.6, 0.8]]>
    """

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis if isinstance(axis, int) else list(axes_of(axis=axis))
        self.supports_masking = True
        self._build_at_init()

    def call(self, inputs: Any) -> Any:
        """Divide by the norm."""
        return ops.normalize(inputs, axis=axes_of(axis=self.axis), order=2, epsilon=1e-12)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the inputs' shape, after checking the axes."""
        axes_of(len(input_shape), axis=self.axis)
        return input_shape
