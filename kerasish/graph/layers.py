"""Layers as functions, in TensorFlow 1's words: each call makes variables of its own."""

from __future__ import annotations

from typing import Any

from kerasish import activations, initializers, ops
from kerasish.errors import explain
from kerasish.graph.tensor import GraphTensor, deferred
from kerasish.graph.variable import Variable


def dense(
    inputs: GraphTensor, units: int, activation: Any = None, use_bias: bool = True,
    kernel_initializer: Any = None, bias_initializer: Any = "zeros", name: str | None = None,
) -> Any:  # fmt: skip
    """Return `activation(inputs @ kernel + bias)` over the last axis.

    Args:
        inputs: its last size must be known.
        units: size of the last axis of the result.
        activation: a name, or a function of a tensor; None for none.
        use_bias: whether there is a bias.
        kernel_initializer: a name, or a callable `(shape, dtype)`; Glorot's uniform by default.
        bias_initializer: likewise.
        name: of the variables: `name/kernel`, `name/bias`.

    Raises:
        ValueError: when the last size of `inputs` is unknown.
    """
    if not inputs.shape or inputs.shape[-1] is None:
        raise ValueError(explain("dense needs to know the last size of its inputs", inputs=inputs))
    name = name or "dense"
    kernel_shape = (int(inputs.shape[-1]), int(units))
    kernel = _weight(kernel_initializer or "glorot_uniform", kernel_shape, f"{name}/kernel")
    outputs = ops.matmul(inputs, kernel)
    if use_bias:
        outputs = ops.add(outputs, _weight(bias_initializer, (int(units),), f"{name}/bias"))
    if activation is None:
        return outputs
    return deferred(activations.get(activation), (outputs,), {}, name)


def _weight(initializer: Any, shape: tuple[int, ...], name: str) -> Variable:
    make = initializers.get(initializer)

    def first() -> Any:
        return ops.convert_to_tensor(make(shape, dtype="float32"), "float32")

    return Variable(GraphTensor(first, (), None, shape, "float32", "initial_value"), name=name)
