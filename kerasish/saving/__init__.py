"""Saving: weights in files, and the registry of what configs may name."""

from kerasish._absent import public
from kerasish._registry import (
    CustomObjectScope,
    custom_object_scope,
    deserialize_keras_object,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
    serialize_keras_object,
)
from kerasish.saving.weights_h5 import load_weights, save_weights

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_weights",
    "register_keras_serializable",
    "save_weights",
    "serialize_keras_object",
]

__getattr__, __dir__ = public(__name__, __all__)
