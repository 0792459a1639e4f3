"""Penalties on weights and outputs, and how their names and configs are found."""

from __future__ import annotations

from typing import Any

from kerasish._absent import public
from kerasish._registry import (
    deserialize_keras_object,
    name_table,
    resolve,
    serialize_keras_object,
)
from kerasish.regularizers.norms import L1, L1L2, L2
from kerasish.regularizers.orthogonal import OrthogonalRegularizer
from kerasish.regularizers.regularizer import Regularizer

l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer

_TABLE = name_table(Regularizer, L1, L2, L1L2, OrthogonalRegularizer, l1_l2=L1L2)


def get(identifier: Any) -> Any:
    """Return the regularizer that a name, a config, a class or an object stands for; or None.

    Raises:
        ValueError: when it stands for none.

    Example:
        >>> get("l2").get_config()
        {'l2': 0.01}
    """
    return resolve(identifier, "regularizer", _TABLE)


def serialize(regularizer: Any) -> Any:
    """Return the config of a regularizer."""
    return serialize_keras_object(regularizer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """Return the regularizer that a name or a config stands for."""
    return deserialize_keras_object(config, custom_objects, module_objects=_TABLE)


__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]

__getattr__, __dir__ = public(__name__, __all__)
