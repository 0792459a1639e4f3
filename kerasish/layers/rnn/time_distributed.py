"""TimeDistributed: one layer for each step of a sequence."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.errors import ShapeError
from kerasish.layers.core.wrapper import Wrapper


class TimeDistributed(Wrapper):
    """Apply a layer to each step of a sequence: axis 1 of the inputs.

    Args:
        layer: the layer; its weights serve all steps.

    Call arguments:
        inputs: of shape (batch, time, …).
        mask: of shape (batch, time, …); each step's part goes to the layer, if it takes one.

    Example:
        >>> import kerasish as keras
        >>> layer = keras.layers.TimeDistributed(keras.layers.Dense(8))
        >>> layer(keras.ops.ones((2, 5, 3))).shape
        (2, 5, 8)
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Build the layer within for one step."""
        super().build(self._step_shape(input_shape))

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Apply the layer to each step, the first one first."""
        self._check_mask(mask, inputs.shape)
        steps = []
        for i in range(inputs.shape[1]):
            given: dict[str, Any] = {}
            if self.layer._takes_training:
                given["training"] = training
            if self.layer._takes_mask and mask is not None:
                given["mask"] = mask[:, i]
            steps.append(self.layer.call(inputs[:, i], **given))
        return ops.cast(ops.stack(steps, axis=1), self.compute_dtype)

    def _step_shape(self, shape: Any) -> tuple[Any, ...]:
        if not isinstance(shape, (list, tuple)) or len(shape) < 3:
            raise ShapeError(
                f"Layer {self.name!r} needs inputs with a time axis",
                expected="3 axes at least: (batch, time, …)",
                input_shape=shape,
            )
        return (shape[0], *shape[2:])

    def _check_mask(self, mask: Any, shape: Any) -> None:
        if mask is not None and tuple(mask.shape[:2]) != tuple(shape[:2]):
            raise ShapeError(
                f"Layer {self.name!r}: the mask must begin with the inputs' batch and time",
                expected=f"shape {tuple(shape[:2])}",
                mask=tuple(mask.shape),
            )

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        """Return the shape that the layer gives for a step, with the time put in."""
        batch, *rest = self.layer.compute_output_shape(self._step_shape(input_shape))
        return (batch, input_shape[1], *rest)
