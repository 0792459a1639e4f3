"""EarlyStopping: an end to training once nothing improves."""

from __future__ import annotations

import warnings
from typing import Any

from kerasish.callbacks.callback import Logs
from kerasish.callbacks.messages import announce
from kerasish.callbacks.monitor_callback import MonitorCallback


class EarlyStopping(MonitorCallback):
    """Ends training when the monitored quantity has not improved for a while.

    Args:
        monitor: name of an entry of the epoch's logs.
        min_delta: a change of no more than this is no improvement.
        patience: how many epochs without improvement to allow.
        verbose: 1 says when training was ended and which weights were restored.
        mode: `"min"`, `"max"` or `"auto"`: see `monitor`'s metric.
        baseline: an epoch must beat this too for the waiting to start anew.
        restore_best_weights: set the weights of the best epoch in the end, whether or not any
            epoch beat the baseline.
        start_from_epoch: epochs before this one are not looked at.

    Example:
        ```python
        stop = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
        model.fit(x, y, validation_split=0.2, epochs=100, callbacks=[stop])
        ```
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._start_over()

    def _start_over(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_epoch = 0
        self.best_weights: list[Any] | None = None

    def on_train_begin(self, logs: Logs = None) -> None:
        self._start_over()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        if self.monitor_op is None:
            self._set_monitor_op()
        current = self.get_monitor_value(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self._keep_weights(epoch)
        self.wait += 1
        if self._is_improvement(current, self.best):
            self.best = current
            self._keep_weights(epoch)
            if self.baseline is None or self._is_improvement(current, self.baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def _keep_weights(self, epoch: int) -> None:
        self.best_epoch = epoch
        if self.restore_best_weights:
            self.best_weights = self.model.get_weights()

    def on_train_end(self, logs: Logs = None) -> None:
        if self.stopped_epoch > 0 and self.verbose > 0:
            announce(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                announce(f"Restoring model weights from epoch {self.best_epoch + 1}, the best.")
            self.model.set_weights(self.best_weights)

    def get_monitor_value(self, logs: Logs) -> Any:
        """Return the monitored entry of the logs; warn if it is not there."""
        logs = logs or {}
        value = logs.get(self.monitor)
        if value is None:
            warnings.warn(
                f"EarlyStopping monitors {self.monitor!r}, which is not available. "
                f"Available metrics are: {', '.join(logs)}",
                stacklevel=2,
            )
        return value
