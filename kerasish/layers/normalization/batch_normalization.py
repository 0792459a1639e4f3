"""BatchNormalization: each feature centred and scaled over the batch."""

from __future__ import annotations

import math
from typing import Any

from kerasish import constraints, initializers, ops, regularizers
from kerasish.arrays.dtype import result_type
from kerasish.errors import explain
from kerasish.layers._arguments import axes_of
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
        renorm: while training too, normalize as the running means would: the batch's mean and
            deviation are corrected by factors that no gradient passes (Ioffe, 2017).
        renorm_clipping: limits of the corrections, a dict that may have "rmin" and "rmax" (of the
            factor) and "dmax" (of the shift).
        renorm_momentum: how much of the means that the corrections follow stays at each step.
        synchronized: kept for Keras.

    Raises:
        ValueError: for a `renorm_clipping` with other keys, or limits that contradict.

    Source: Ioffe and Szegedy, 2015.
    """

    def __init__(
        self, axis: int = -1, momentum: float = 0.99, epsilon: float = 1e-3, center: bool = True,
        scale: bool = True, beta_initializer: Any = "zeros", gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros", moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None, gamma_regularizer: Any = None, beta_constraint: Any = None,
        gamma_constraint: Any = None, renorm: bool = False, renorm_clipping: Any = None,
        renorm_momentum: float = 0.99, synchronized: bool = False, **kwargs: Any,
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
        self.renorm = renorm
        self.renorm_clipping = _clipping(renorm_clipping) if renorm else renorm_clipping
        self.renorm_momentum = renorm_momentum
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
        self.moving_mean = self._running("moving_mean", size, self.moving_mean_initializer)
        variance = self.moving_variance_initializer
        self.moving_variance = self._running("moving_variance", size, variance)
        if self.renorm:
            mean = self.moving_mean_initializer
            self.moving_stddev = self._running("moving_stddev", size, _root_of(variance))
            self.renorm_mean = self._running("renorm_mean", size, mean)
            self.renorm_stddev = self._running("renorm_stddev", size, _root_of(variance))
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: size})

    def _running(self, name: str, size: int, initializer: Any) -> Any:
        return self.add_weight(
            name=name, shape=(size,), initializer=initializer, trainable=False, autocast=False
        )

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Normalize, in float32 at least, and move the running means if training."""
        if mask is not None and len(mask.shape) != len(inputs.shape) - 1:
            raise ValueError(
                explain(
                    f"Layer {self.name!r}: a mask has one axis less than the inputs",
                    mask=tuple(mask.shape),
                    inputs=tuple(inputs.shape),
                )
            )
        wide = ops.cast(inputs, result_type(inputs.dtype, "float32"))
        scale, offset = self.gamma, self.beta
        if training and self.trainable:
            mean, variance = self._moments(wide, mask)
            if self.renorm:
                scale, offset = self._corrected(mean, variance)
            else:
                self._follow(self.moving_mean, mean, self.momentum)
                self._follow(self.moving_variance, variance, self.momentum)
        else:
            mean, variance = self.moving_mean, self.moving_variance
        outputs = ops.batch_normalization(
            wide, mean, variance, self.axis, offset=offset, scale=scale, epsilon=self.epsilon
        )
        return ops.cast(outputs, self.compute_dtype)

    @staticmethod
    def _follow(running: Any, value: Any, momentum: float) -> Any:
        """Move a running mean towards a value; return what it becomes."""
        moved = running * momentum + value * (1.0 - momentum)
        running.assign(moved)
        return moved

    def _moments(self, inputs: Any, mask: Any) -> tuple[Any, Any]:
        ndim = len(inputs.shape)
        axes = tuple(a for a in range(ndim) if a != self.axis % ndim)
        if mask is None:
            return ops.moments(inputs, axes)  # type: ignore[no-any-return]
        is_there = ops.broadcast_to(ops.expand_dims(ops.cast(mask, "bool"), -1), inputs.shape)
        count = ops.sum(ops.cast(is_there, inputs.dtype), axes, keepdims=True)
        count = ops.maximum(count, 1e-7)
        mean = ops.sum(ops.where(is_there, inputs, 0), axes, keepdims=True) / count
        apart = ops.where(is_there, inputs - mean, 0)
        variance = ops.sum(ops.square(apart), axes, keepdims=True) / count
        return ops.squeeze(mean, axes), ops.squeeze(variance, axes)

    def _corrected(self, mean: Any, variance: Any) -> tuple[Any, Any]:
        """Move the running means; return scale and offset, with the corrections in them.

        `((x - mean) / stddev * r + d) * gamma + beta` is what the running means would give, as
        long as r and d are not limited.
        """
        stddev = ops.sqrt(variance + self.epsilon)
        known = ops.maximum(self.renorm_stddev, math.sqrt(self.epsilon))
        r, d = stddev / known, (mean - self.renorm_mean) / known
        limits = self.renorm_clipping
        if "rmin" in limits:
            r = ops.maximum(r, limits["rmin"])
        if "rmax" in limits:
            r = ops.minimum(r, limits["rmax"])
        if "dmax" in limits:
            d = ops.clip(d, -limits["dmax"], limits["dmax"])
        scale, offset = ops.stop_gradient(r), ops.stop_gradient(d)
        if self.gamma is not None:
            scale, offset = scale * self.gamma, offset * self.gamma
        if self.beta is not None:
            offset = offset + self.beta
        self._follow(self.renorm_mean, mean, self.renorm_momentum)
        self._follow(self.renorm_stddev, stddev, self.renorm_momentum)
        self._follow(self.moving_mean, mean, self.momentum)
        moving = self._follow(self.moving_stddev, stddev, self.momentum)
        self.moving_variance.assign(ops.relu(moving * moving - self.epsilon))
        return scale, offset

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the inputs' shape, after checking the axis."""
        axes_of(len(input_shape), axis=self.axis)
        return input_shape


def _clipping(limits: Any) -> dict[str, float]:
    """Check the limits of batch renormalization's corrections; leave out those that are None."""
    limits = {k: v for k, v in dict(limits or {}).items() if v is not None}
    if set(limits) - {"rmin", "rmax", "dmax"}:
        raise ValueError(
            explain(
                "Unknown keys in `renorm_clipping`",
                expected="some of 'rmin', 'rmax' and 'dmax'",
                renorm_clipping=limits,
            )
        )
    if limits.get("rmin", 0) > limits.get("rmax", math.inf) or limits.get("dmax", 0) < 0:
        raise ValueError(
            explain("`renorm_clipping`: rmax < rmin, or dmax < 0", renorm_clipping=limits)
        )
    return limits


def _root_of(initializer: Any) -> Any:
    """Return an initializer of standard deviations from one of variances."""
    return lambda shape, dtype=None: ops.sqrt(initializer(shape, dtype=dtype))
