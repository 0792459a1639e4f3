"""Constraints on weights, and how their names and configs are found."""

from __future__ import annotations

from typing import Any

from kerasish._absent import public
from kerasish._registry import (
    deserialize_keras_object,
    name_table,
    resolve,
    serialize_keras_object,
)
from kerasish.constraints.constraint import Constraint
from kerasish.constraints.norms import MaxNorm, MinMaxNorm, NonNeg, UnitNorm

max_norm, min_max_norm, non_neg, unit_norm = MaxNorm, MinMaxNorm, NonNeg, UnitNorm

_TABLE = name_table(Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm)


def get(identifier: Any) -> Any:
    """Return the constraint that a name, a config, a class or an object stands for; or None.

    Raises:
        ValueError: when it stands for none.

    Example:
        >>> get("unit_norm").axis
        0
    """
    return resolve(identifier, "constraint", _TABLE)


def serialize(constraint: Any) -> Any:
    """Return the config of a constraint."""
    return serialize_keras_object(constraint)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """Return the constraint that a name or a config stands for."""
    return deserialize_keras_object(config, custom_objects, module_objects=_TABLE)


__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]

__getattr__, __dir__ = public(__name__, __all__)
