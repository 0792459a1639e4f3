"""Keras's utilities: what belongs to no other namespace."""

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
from kerasish.backend import clear_session
from kerasish.utils.data import DataLoader, TensorDataset
from kerasish.utils.packing import pack_x_y_sample_weight, unpack_x_y_sample_weight
from kerasish.utils.py_dataset import PyDataset
from kerasish.utils.random_seed import set_random_seed

Sequence = PyDataset  # its name in Keras 2

__all__ = [
    "CustomObjectScope", "DataLoader", "PyDataset", "Sequence", "TensorDataset", "clear_session",
    "custom_object_scope", "deserialize_keras_object", "get_custom_objects",
    "get_registered_name", "get_registered_object", "pack_x_y_sample_weight",
    "register_keras_serializable", "serialize_keras_object", "set_random_seed",
    "unpack_x_y_sample_weight",
]  # fmt: skip

__getattr__, __dir__ = public(__name__, __all__)
