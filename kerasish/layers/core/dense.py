"""Dense: every output sees every input."""

from __future__ import annotations

import functools
from typing import Any

from kerasish import activations, constraints, initializers, ops, regularizers
from kerasish.backend.composite import Composite
from kerasish.layers._arguments import positive_int
from kerasish.layers.formula import formula, is_formula
from kerasish.layers.input_spec import InputSpec
from kerasish.layers.layer import Layer


class Dense(Layer):
    """`activation(inputs @ kernel + bias)` over the last axis.

    Args:
        units: size of the last axis of the outputs.
        activation: a function or its name; None leaves the values as they are.
        use_bias: whether a bias is added.
        kernel_initializer, bias_initializer: how the weights begin.
        kernel_regularizer, bias_regularizer, activity_regularizer: what is added to the loss.
        kernel_constraint, bias_constraint: applied to the weights after each update.

    Raises:
        ValueError: when `units` is no positive whole number.

    Example:
        >>> import kerasish as keras
        >>> keras.layers.Dense(4, activation="relu")(keras.ops.ones((2, 3))).shape
        (2, 4)
    """

    def __init__(
        self, units: int, activation: Any = None, use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None, bias_regularizer: Any = None,
        activity_regularizer: Any = None, kernel_constraint: Any = None,
        bias_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = positive_int(units=units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.input_spec = InputSpec(min_ndim=2)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Make kernel and bias for inputs whose last axis has a known size."""
        size = input_shape[-1]
        self.kernel = self.add_weight(
            name="kernel", shape=(size, self.units), initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint,
        )  # fmt: skip
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(self.units,), initializer=self.bias_initializer,
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip
        self.input_spec = InputSpec(min_ndim=2, axes={-1: size})

    def call(self, inputs: Any, training: Any = None) -> Any:
        """Compute the formula."""
        step = _one_step(self.activation) or functools.partial(_dense, activation=self.activation)
        return step(inputs, *self._own_weights())

    def _own_weights(self) -> tuple[Any, ...]:
        return (self.kernel,) if self.bias is None else (self.kernel, self.bias)

    def _formula(self) -> Any:
        step = _one_step(self.activation)
        return None if step is None else (step, self._own_weights())

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        """Return the inputs' shape with `units` as its last size."""
        return (*input_shape[:-1], self.units)


def _dense(inputs: Any, kernel: Any, bias: Any = None, *, activation: Any = None) -> Any:
    outputs = ops.matmul(inputs, kernel)
    if bias is not None:
        outputs = ops.add(outputs, bias)
    return outputs if activation is None else activation(outputs)


def _one_step(activation: Any) -> Composite | None:
    """The formula as one step, with an activation from here; with anyone else's there is none."""
    return formula(_dense, activation=activation) if is_formula(activation) else None
