"""BatchNormalization: each feature centred and scaled over the batch."""

from __future__ import annotations

from typing import Any

from kerasish import constraints, initializers, ops, regularizers
from kerasish.layers.input_spec import InputSpec
from kerasish.layers.layer import Layer


class BatchNormalization(Layer):
    """`gamma * (x - mean) / sqrt(variance + epsilon) + beta`, for each feature.

    While training, mean and variance are the batch's, and running means of them are kept;
    otherwise the running means are used.

    Args:
        axis: the axis of the features.
        momentum: how much of the running means stays at each step.
        epsilon: added to the variance.
        center, scale: whether `beta` and `gamma` are there.
        beta_initializer, gamma_initializer, moving_mean_initializer,
        moving_variance_initializer: how the weights begin.
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: as for Dense.
        synchronized: kept for Keras.

    Source: Ioffe and Szegedy, 2015.
    """

    def __init__(
        self, axis: int = -1, momentum: float = 0.99, epsilon: float = 1e-3, center: bool = True,
        scale: bool = True, beta_initializer: Any = "zeros", gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros", moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None, gamma_regularizer: Any = None, beta_constraint: Any = None,
        gamma_constraint: Any = None, synchronized: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.axis = int(axis)
        self.momentum, self.epsilon = momentum, epsilon
        self.center, self.scale = center, scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.synchronized = synchronized
        self.supports_masking = True
        self.gamma = self.beta = None

    def build(self, input_shape: Any) -> None:
        """Make the weights: one number for each feature."""
        size = input_shape[self.axis]
        if self.scale:
            self.gamma = self.add_weight(
                name="gamma", shape=(size,), initializer=self.gamma_initializer, autocast=False,
                regularizer=self.gamma_regularizer, constraint=self.gamma_constraint,
            )  # fmt: skip
        if self.center:
            self.beta = self.add_weight(
                name="beta", shape=(size,), initializer=self.beta_initializer, autocast=False,
                regularizer=self.beta_regularizer, constraint=self.beta_constraint,
            )  # fmt: skip
        self.moving_mean = self.add_weight(
            name="moving_mean", shape=(size,), initializer=self.moving_mean_initializer,
            trainable=False, autocast=False,
        )  # fmt: skip
        self.moving_variance = self.add_weight(
            name="moving_variance", shape=(size,), initializer=self.moving_variance_initializer,
            trainable=False, autocast=False,
        )  # fmt: skip
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: size})

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Normalize, and move the running means if training."""
        dtype = inputs.dtype
        wide = ops.cast(inputs, "float32") if dtype in ("float16", "bfloat16") else inputs
        if training and self.trainable:
            mean, variance = self._moments(wide, mask)
            keep = self.momentum
            self.moving_mean.assign(self.moving_mean * keep + mean * (1.0 - keep))
            self.moving_variance.assign(self.moving_variance * keep + variance * (1.0 - keep))
        else:
            mean, variance = self.moving_mean, self.moving_variance
        outputs = ops.batch_normalization(
            wide, mean, variance, self.axis, offset=self.beta, scale=self.gamma,
            epsilon=self.epsilon,
        )  # fmt: skip
        return ops.cast(outputs, dtype)

    def _moments(self, inputs: Any, mask: Any) -> tuple[Any, Any]:
        ndim = len(inputs.shape)
        axes = tuple(a for a in range(ndim) if a != self.axis % ndim)
        if mask is None:
            return ops.moments(inputs, axes)  # type: ignore[no-any-return]
        weights = ops.cast(mask, inputs.dtype)
        while len(weights.shape) < ndim:
            weights = ops.expand_dims(weights, -1)
        weights = ops.broadcast_to(weights, inputs.shape)
        count = ops.maximum(ops.sum(weights, axes, keepdims=True), 1e-7)
        mean = ops.sum(inputs * weights, axes, keepdims=True) / count
        variance = ops.sum(ops.square(inputs - mean) * weights, axes, keepdims=True) / count
        return ops.squeeze(mean, axes), ops.squeeze(variance, axes)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the inputs' shape, after checking the axis."""
        ndim = len(input_shape)
        if not -ndim <= self.axis < ndim:
            raise ValueError(
                f"axis {self.axis} is out of bounds for inputs of shape {input_shape}."
            )
        return input_shape
