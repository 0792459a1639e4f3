"""Learning rates that change with the step."""

from typing import Any

from kerasish._absent import public
from kerasish._registry import deserialize_keras_object, name_table, serialize_keras_object
from kerasish.optimizers.schedules.decay import (
    CosineDecay,
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)
from kerasish.optimizers.schedules.learning_rate_schedule import LearningRateSchedule
from kerasish.optimizers.schedules.restarts import CosineDecayRestarts

__all__ = [
    "CosineDecay", "CosineDecayRestarts", "ExponentialDecay", "InverseTimeDecay",
    "LearningRateSchedule", "PiecewiseConstantDecay", "PolynomialDecay", "deserialize",
    "serialize",
]  # fmt: skip

__getattr__, __dir__ = public(__name__, __all__)

_TABLE = name_table(
    CosineDecay, CosineDecayRestarts, ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay,
    PolynomialDecay,
)  # fmt: skip


def serialize(learning_rate_schedule: Any) -> Any:
    """Return a schedule as a config that `deserialize` reads."""
    return serialize_keras_object(learning_rate_schedule)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """Return the schedule that a config describes."""
    return deserialize_keras_object(config, custom_objects, module_objects=_TABLE)
