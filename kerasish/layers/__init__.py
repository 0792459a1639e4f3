"""The layers, under Keras's names."""

from __future__ import annotations

from typing import Any

from kerasish._absent import public
from kerasish._registry import deserialize_keras_object, serialize_keras_object
from kerasish.layers.activations.activation import ELU, Activation, LeakyReLU, ReLU, Softmax
from kerasish.layers.activations.prelu import PReLU
from kerasish.layers.core.dense import Dense
from kerasish.layers.core.embedding import Embedding
from kerasish.layers.core.identity import Identity
from kerasish.layers.core.input_layer import Input, InputLayer
from kerasish.layers.core.lambda_layer import Lambda
from kerasish.layers.core.masking import Masking
from kerasish.layers.core.wrapper import Wrapper
from kerasish.layers.input_spec import InputSpec
from kerasish.layers.layer import Layer
from kerasish.layers.merging.concatenate import Concatenate, concatenate
from kerasish.layers.merging.elementwise import (
    Add,
    Average,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    maximum,
    minimum,
    multiply,
    subtract,
)
from kerasish.layers.normalization.batch_normalization import BatchNormalization
from kerasish.layers.normalization.layer_normalization import LayerNormalization
from kerasish.layers.normalization.unit_normalization import UnitNormalization
from kerasish.layers.preprocessing.rescaling import Rescaling
from kerasish.layers.regularization.activity_regularization import ActivityRegularization
from kerasish.layers.regularization.dropout import Dropout
from kerasish.layers.regularization.gaussian_dropout import GaussianDropout
from kerasish.layers.regularization.gaussian_noise import GaussianNoise
from kerasish.layers.reshaping.flatten import Flatten
from kerasish.layers.reshaping.permute import Permute
from kerasish.layers.reshaping.repeat_vector import RepeatVector
from kerasish.layers.reshaping.reshape import Reshape
from kerasish.layers.rnn.time_distributed import TimeDistributed

__all__ = [
    "ELU", "Activation", "ActivityRegularization", "Add", "Average", "BatchNormalization",
    "Concatenate", "Dense", "Dropout", "Embedding", "Flatten", "GaussianDropout", "GaussianNoise",
    "Identity", "Input", "InputLayer", "InputSpec", "Lambda", "Layer", "LayerNormalization",
    "LeakyReLU", "Masking", "Maximum", "Minimum", "Multiply", "PReLU", "Permute", "ReLU",
    "RepeatVector", "Rescaling", "Reshape", "Softmax", "Subtract", "TimeDistributed",
    "UnitNormalization", "Wrapper", "add", "average", "concatenate", "deserialize", "maximum",
    "minimum", "multiply", "serialize", "subtract",
]  # fmt: skip

__getattr__, __dir__ = public(__name__, __all__)


def serialize(layer: Any) -> Any:
    """Return a layer as a config that `deserialize` reads."""
    return serialize_keras_object(layer)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """Return the layer that a config describes.

    Raises:
        ValueError: when the config is of something else.
    """
    found = deserialize_keras_object(config, custom_objects)
    if not isinstance(found, Layer):
        raise ValueError(f"The config describes no layer, but {found!r}.")
    return found
