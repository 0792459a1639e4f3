"""First values of weights, and how their names and configs are found."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish import ops
from kerasish._absent import public
from kerasish._registry import (
    deserialize_keras_object,
    name_table,
    resolve,
    serialize_keras_object,
)
from kerasish.arrays.dtype import standardize_dtype
from kerasish.backend.variable import Variable
from kerasish.errors import explain
from kerasish.initializers.constant import Constant, Identity, Ones, Zeros
from kerasish.initializers.initializer import Initializer
from kerasish.initializers.orthogonal import Orthogonal
from kerasish.initializers.random import RandomNormal, RandomUniform, TruncatedNormal
from kerasish.initializers.stft import STFT
from kerasish.initializers.variance_scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
)

constant, identity, ones, zeros = Constant, Identity, Ones, Zeros
glorot_normal, glorot_uniform = GlorotNormal, GlorotUniform
he_normal, he_uniform = HeNormal, HeUniform
lecun_normal, lecun_uniform = LecunNormal, LecunUniform
orthogonal, variance_scaling, stft = Orthogonal, VarianceScaling, STFT
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal
IdentityInitializer, OrthogonalInitializer, STFTInitializer = Identity, Orthogonal, STFT

_TABLE = name_table(
    Constant, GlorotNormal, GlorotUniform, HeNormal, HeUniform, Identity, Initializer,
    LecunNormal, LecunUniform, Ones, Orthogonal, RandomNormal, RandomUniform, STFT,
    TruncatedNormal, VarianceScaling, Zeros,
    IdentityInitializer=Identity, OrthogonalInitializer=Orthogonal, STFTInitializer=STFT,
    normal=RandomNormal, uniform=RandomUniform, one=Ones, zero=Zeros,
)  # fmt: skip


def get(identifier: Any) -> Any:
    """Return the initializer that an identifier stands for; None for None.

    Args:
        identifier: a name, a config, a class, a callable `(shape, dtype)`, or an array, which is
            then the first value itself.

    Raises:
        ValueError: when it stands for none.

    Example:
        >>> get("he_normal").fixed
        (2.0, 'fan_in', 'truncated_normal')
    """
    if ops.is_tensor(identifier) or isinstance(identifier, (np.generic, np.ndarray)):
        return _given(identifier)
    return resolve(identifier, "initializer", _TABLE)


def _given(value: Any) -> Any:
    """An initializer that returns an array which must have the wanted shape."""

    def initializer(shape: Any, dtype: Any = None) -> Any:
        if tuple(shape) != tuple(value.shape):
            raise ValueError(
                explain(
                    "The array given as first value has another shape",
                    expected=f"{tuple(value.shape)}",
                    shape=shape,
                )
            )
        return ops.cast(value, standardize_dtype(dtype))

    return initializer


def serialize(initializer: Any) -> Any:
    """Return the config of an initializer."""
    return serialize_keras_object(initializer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """Return the initializer that a name or a config stands for."""
    return deserialize_keras_object(config, custom_objects, module_objects=_TABLE)


__all__ = [
    "STFT",
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomNormal",
    "RandomUniform",
    "STFTInitializer",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "stft",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]

__getattr__, __dir__ = public(__name__, __all__)

Variable.initializer_by_name = staticmethod(get)
