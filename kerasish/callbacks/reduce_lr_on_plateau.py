"""ReduceLROnPlateau: smaller steps once nothing improves."""

from __future__ import annotations

import warnings
from typing import Any

from kerasish.callbacks.callback import Logs
from kerasish.callbacks.messages import announce
from kerasish.callbacks.monitor_callback import MonitorCallback
from kerasish.errors import explain


class ReduceLROnPlateau(MonitorCallback):
    """Lowers the learning rate when the monitored quantity has not improved for a while.

    Args:
        monitor: name of an entry of the epoch's logs.
        factor: the new learning rate is the old one times this; below 1.
        patience: how many epochs without improvement to allow.
        verbose: 1 says when the learning rate was lowered.
        mode: `"min"`, `"max"` or `"auto"`.
        min_delta: a change of no more than this is no improvement.
        cooldown: how many epochs to pause after lowering.
        min_lr: the learning rate is not lowered below this.

    Raises:
        ValueError: for a factor of 1 or more.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        if factor >= 1.0:
            raise ValueError(
                explain(
                    "ReduceLROnPlateau does not support a factor >= 1.0",
                    expected="a factor between 0 and 1",
                    factor=factor,
                )
            )
        self.factor = factor
        self.min_lr = min_lr
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.cooldown_counter = 0
        self.wait = 0

    def on_train_begin(self, logs: Logs = None) -> None:
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        if self.monitor_op is None:
            self._set_monitor_op()
        logs = {} if logs is None else logs
        logs["learning_rate"] = float(self.model.optimizer.learning_rate)
        current = logs.get(self.monitor)
        if current is None:
            warnings.warn(
                f"ReduceLROnPlateau monitors {self.monitor!r}, which is not available. "
                f"Available metrics are: {', '.join(logs)}",
                stacklevel=2,
            )
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_improvement(current, self.best):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and self._lower(epoch):
                self.cooldown_counter = self.cooldown
                self.wait = 0

    def _lower(self, epoch: int) -> bool:
        """Lower the learning rate; say whether there was room to."""
        optimizer = self.model.optimizer
        rate = float(optimizer.learning_rate)
        if rate <= self.min_lr:
            return False
        lower = max(rate * self.factor, self.min_lr)
        optimizer.learning_rate = lower
        if self.verbose > 0:
            announce(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {lower}.")
        return True

    def in_cooldown(self) -> bool:
        """Say whether the pause after a lowering is not over yet."""
        return self.cooldown_counter > 0
