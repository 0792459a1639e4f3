"""LearningRateScheduler: the learning rate as a function of the epoch."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from kerasish.callbacks.callback import Callback, Logs
from kerasish.callbacks.messages import announce
from kerasish.errors import explain


class LearningRateScheduler(Callback):
    """Sets the learning rate before every epoch.

    Args:
        schedule: called with the number of the epoch (the first is 0) and the learning rate now;
            a function of the epoch alone will do. Returns the new learning rate, a float.
        verbose: 1 says what was set.

    Raises:
        ValueError: at the first epoch, when the schedule does not return a float.
    """

    def __init__(self, schedule: Callable[..., Any], verbose: int = 0) -> None:
        super().__init__()
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        optimizer = self.model.optimizer
        if not hasattr(optimizer, "learning_rate"):
            raise ValueError('Optimizer must have a "learning_rate" attribute.')
        arguments = (epoch, float(optimizer.learning_rate))
        rate = self.schedule(*(arguments if _takes_two(self.schedule) else arguments[:1]))
        if hasattr(rate, "numpy"):
            rate = rate.numpy().item()
        if not isinstance(rate, (float, np.floating)):
            raise ValueError(
                explain("The output of the `schedule` function should be a float", output=rate)
            )
        optimizer.learning_rate = float(rate)
        if self.verbose > 0:
            announce(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


def _takes_two(schedule: Callable[..., Any]) -> bool:
    try:
        inspect.signature(schedule).bind(0, 0.0)
    except TypeError:
        return False
    except ValueError:  # no signature to look at, as for some built-in functions
        return True
    return True
