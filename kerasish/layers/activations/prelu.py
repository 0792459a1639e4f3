"""PReLU: a rectifier whose slope below zero is trained."""

from __future__ import annotations

from typing import Any

from kerasish import constraints, initializers, ops, regularizers
from kerasish.layers.input_spec import InputSpec
from kerasish.layers.layer import Layer


class PReLU(Layer):
    """x where it is positive, `alpha * x` elsewhere, with an `alpha` for each feature.

    Args:
        alpha_initializer: how the slopes begin.
        alpha_regularizer: what is added to the loss.
        alpha_constraint: applied to the slopes after each update.
        shared_axes: axes along which one slope serves all; `[1, 2]` gives an image's channels
            one each.

    Source: He et al., 2015.
    """

    def __init__(
        self, alpha_initializer: Any = "Zeros", alpha_regularizer: Any = None,
        alpha_constraint: Any = None, shared_axes: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        if shared_axes is not None:
            shared_axes = [shared_axes] if isinstance(shared_axes, int) else list(shared_axes)
        self.shared_axes = shared_axes
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Make the slopes, of the shape of a sample but for the shared axes."""
        shared = self.shared_axes or ()
        axes = {a: size for a, size in enumerate(input_shape) if a > 0 and a not in shared}
        self.alpha = self.add_weight(
            name="alpha", shape=tuple(axes.get(a, 1) for a in range(1, len(input_shape))),
            initializer=self.alpha_initializer, regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )  # fmt: skip
        self.input_spec = InputSpec(ndim=len(input_shape), axes=axes if shared else None)

    def call(self, inputs: Any) -> Any:
        """Compute the formula."""
        return ops.where(inputs > 0, inputs, self.alpha * inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the inputs' shape."""
        return input_shape
