"""Backends: what applying a primitive means; and Keras's `keras.backend` names."""

from __future__ import annotations

from typing import Any

from kerasish._absent import public
from kerasish._names import named as name_scope
from kerasish._names import reset_names, unique_name
from kerasish.arrays.dtype import (
    epsilon,
    floatx,
    is_float,
    is_integer,
    result_type,
    set_epsilon,
    set_floatx,
    standardize_dtype,
)
from kerasish.backend import discovery
from kerasish.backend.convert import as_tensor
from kerasish.backend.discovery import register, set_backend
from kerasish.backend.eager.tape import GradientTape
from kerasish.backend.interface import Backend
from kerasish.backend.record import no_grad
from kerasish.backend.tensor import Symbolic, Tensor
from kerasish.backend.variable import Variable

__all__ = [
    "Backend", "GradientTape", "Tensor", "Variable", "backend", "cast_to_floatx", "clear_session",
    "epsilon", "floatx", "get_uid", "image_data_format", "is_float_dtype", "is_int_dtype",
    "is_keras_tensor", "name_scope", "no_grad", "register", "result_type", "set_backend",
    "set_epsilon", "set_floatx", "set_image_data_format", "standardize_dtype",
]  # fmt: skip

__getattr__, __dir__ = public(__name__, __all__)

_image_data_format = "channels_last"


def backend() -> str:
    """Return the name of the backend in force, `"graph"` unless another was chosen."""
    return str(discovery.current().name)


def clear_session(free_memory: bool = True) -> None:
    """Start the numbering of names anew. Nothing else is kept between models."""
    reset_names()


def get_uid(prefix: str = "") -> int:
    """Return how often this was called with the prefix, from 1 on."""
    name = unique_name(f"uid {prefix}")
    return int(name.rsplit("_", 1)[1]) + 1 if "_" in name.removeprefix(f"uid {prefix}") else 1


def cast_to_floatx(x: Any) -> Any:
    """Cast an array or a tensor to `floatx()`; a NumPy array stays one."""
    import numpy as np

    if isinstance(x, np.ndarray) or (not hasattr(x, "__tensor__") and not isinstance(x, Tensor)):
        return np.asarray(x, dtype=floatx())
    return as_tensor(x, floatx())


def image_data_format() -> str:
    """Return `"channels_last"` or `"channels_first"`."""
    return _image_data_format


def set_image_data_format(data_format: str) -> None:
    """Set what `image_data_format()` returns."""
    global _image_data_format
    if str(data_format).lower() not in ("channels_last", "channels_first"):
        raise ValueError(f"Expected 'channels_last' or 'channels_first'. Received: {data_format!r}")
    _image_data_format = str(data_format).lower()


def is_float_dtype(dtype: Any) -> bool:
    """Whether a dtype is a floating-point one."""
    return is_float(standardize_dtype(dtype))


def is_int_dtype(dtype: Any) -> bool:
    """Whether a dtype is a whole-number one."""
    return is_integer(standardize_dtype(dtype))


def is_keras_tensor(x: Any) -> bool:
    """Whether x is a KerasTensor: a handle of the functional API."""
    return isinstance(x, Symbolic)


discovery.current()  # so that there is somebody to apply primitives
