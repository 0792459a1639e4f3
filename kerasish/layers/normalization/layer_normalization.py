"""LayerNormalization: each sample centred and scaled over its features."""

from __future__ import annotations

import warnings
from typing import Any

from kerasish import constraints, initializers, ops, regularizers
from kerasish.layers._arguments import axes_of
from kerasish.layers.layer import Layer


class LayerNormalization(Layer):
    """`gamma * (x - mean) / sqrt(variance + epsilon) + beta`, for each sample.

    Args:
        axis: the axis, or axes, over which mean and variance are taken.
        epsilon: added to the variance.
        center, scale: whether `beta` and `gamma` are there.
        beta_initializer, gamma_initializer: how the weights begin.
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: as for Dense.
        **kwargs: as for Layer; and `rms_scaling`, deprecated, which divides by the root of the
            variance without centring.

    Source: Ba, Kiros and Hinton, 2016.
    """

    def __init__(
        self, axis: Any = -1, epsilon: float = 1e-3, center: bool = True, scale: bool = True,
        beta_initializer: Any = "zeros", gamma_initializer: Any = "ones",
        beta_regularizer: Any = None, gamma_regularizer: Any = None, beta_constraint: Any = None,
        gamma_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        self.rms_scaling = bool(kwargs.pop("rms_scaling", False))
        if self.rms_scaling:
            warnings.warn(
                "`rms_scaling=True` is deprecated: it divides by the root of the variance, and "
                "not by the root mean square.",
                stacklevel=2,
            )
        super().__init__(**kwargs)
        self.axis = axis if isinstance(axis, int) else list(axes_of(axis=axis))
        self.epsilon = epsilon
        self.center, self.scale = center, scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.supports_masking = True
        self.autocast = False
        self.gamma = self.beta = None

    def build(self, input_shape: Any) -> None:
        """Make the weights, of the sizes of the axes."""
        self.axis = sorted([self.axis] if isinstance(self.axis, int) else self.axis)
        shape = tuple(input_shape[a] for a in self.axis)
        if self.scale or self.rms_scaling:
            self.gamma = self.add_weight(
                name="gamma", shape=shape, initializer=self.gamma_initializer, autocast=False,
                regularizer=self.gamma_regularizer, constraint=self.gamma_constraint,
            )  # fmt: skip
        if self.center and not self.rms_scaling:
            self.beta = self.add_weight(
                name="beta", shape=shape, initializer=self.beta_initializer, autocast=False,
                regularizer=self.beta_regularizer, constraint=self.beta_constraint,
            )  # fmt: skip

    def call(self, inputs: Any) -> Any:
        """Normalize, in float32 at least."""
        outputs = ops.layer_normalization(
            inputs, self.gamma, self.beta, self.axis, self.epsilon, rms_scaling=self.rms_scaling
        )
        return ops.cast(outputs, self.compute_dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the inputs' shape, after checking the axes."""
        axes_of(len(input_shape), axis=self.axis)
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "rms_scaling": self.rms_scaling}
