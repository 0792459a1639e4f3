"""The optimizers, under Keras's names."""

from __future__ import annotations

from typing import Any

from kerasish._absent import public
from kerasish._registry import (
    deserialize_keras_object,
    name_table,
    resolve,
    serialize_keras_object,
)
from kerasish.optimizers import schedules
from kerasish.optimizers.adadelta import Adadelta
from kerasish.optimizers.adafactor import Adafactor
from kerasish.optimizers.adagrad import Adagrad
from kerasish.optimizers.adam import Adam, AdamW
from kerasish.optimizers.adamax import Adamax
from kerasish.optimizers.ftrl import Ftrl
from kerasish.optimizers.lamb import Lamb
from kerasish.optimizers.lion import Lion
from kerasish.optimizers.loss_scale_optimizer import LossScaleOptimizer
from kerasish.optimizers.nadam import Nadam
from kerasish.optimizers.optimizer import Optimizer
from kerasish.optimizers.rmsprop import RMSprop
from kerasish.optimizers.sgd import SGD

__all__ = [
    "SGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lamb", "Lion",
    "LossScaleOptimizer", "Nadam", "Optimizer", "RMSprop", "deserialize", "get", "schedules",
    "serialize",
]  # fmt: skip

__getattr__, __dir__ = public(__name__, __all__)

_TABLE = name_table(
    SGD, Adadelta, Adafactor, Adagrad, Adam, AdamW, Adamax, Ftrl, Lamb, Lion, LossScaleOptimizer,
    Nadam, RMSprop, adamw=AdamW, lossscaleoptimizer=LossScaleOptimizer, rmsprop=RMSprop,
)  # fmt: skip


def serialize(optimizer: Any) -> Any:
    """Return an optimizer as a config that `deserialize` reads."""
    return serialize_keras_object(optimizer)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """Return the optimizer that a config describes."""
    return deserialize_keras_object(config, custom_objects, module_objects=_TABLE)


def get(identifier: Any) -> Any:
    """Return an optimizer from a name, a config, a class or an optimizer.

    Raises:
        ValueError: for an unknown name, with the nearest ones.
    """
    if identifier is None:
        return None
    return resolve(identifier, "optimizer", _TABLE, instance_of=Optimizer)
