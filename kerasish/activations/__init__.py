"""Activation functions, and how their names and configs are found."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from kerasish._absent import public
from kerasish._registry import (
    deserialize_keras_object,
    name_table,
    resolve,
    serialize_keras_object,
)
from kerasish.activations.activations import (
    celu,
    elu,
    exponential,
    gelu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    leaky_relu,
    linear,
    log_sigmoid,
    log_softmax,
    mish,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    tanh,
    tanh_shrink,
    threshold,
)

swish, hard_swish = silu, hard_silu

_TABLE = name_table(
    celu, elu, exponential, gelu, glu, hard_shrink, hard_sigmoid, hard_silu, hard_tanh,
    leaky_relu, linear, log_sigmoid, log_softmax, mish, relu, relu6, selu, sigmoid, silu,
    soft_shrink, softmax, softplus, softsign, sparse_plus, sparse_sigmoid, sparsemax, squareplus,
    tanh, tanh_shrink, threshold, swish=silu, hard_swish=hard_silu,
)  # fmt: skip


def get(identifier: Any) -> Callable[..., Any]:
    """Return the activation that an identifier stands for.

    Args:
        identifier: a name, a config, or a callable; None means `linear`.

    Raises:
        ValueError: when it stands for none.

    Example:
        >>> get("relu") is relu, get(None) is linear
        (True, True)
    """
    return linear if identifier is None else resolve(identifier, "activation", _TABLE)


def serialize(activation: Any) -> Any:
    """Return an activation's name, or the config of one that is not Keras's."""
    config = serialize_keras_object(activation)
    if not isinstance(activation, types.FunctionType):
        return config
    ours = activation.__module__.startswith(f"{__name__.split('.')[0]}.")
    return config["config"] if ours and config["config"] in _TABLE else config


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """Return the activation that a name or a config stands for."""
    return deserialize_keras_object(config, custom_objects, module_objects=_TABLE)


__all__ = [
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]

__getattr__, __dir__ = public(__name__, __all__)
