"""ProgbarLogger: shows a run through Progress, without being called for every batch."""

from __future__ import annotations

from typing import Any

from kerasish.callbacks.callback import Callback, Logs
from kerasish.callbacks.progress import Progress


class ProgbarLogger(Callback):
    """Shows how far `fit`, `evaluate` or `predict` is, with loss and metrics.

    `fit` and its siblings add one by themselves unless `verbose=0`. It has no batch methods: the
    loop tells `progress` how many batches are done, at most every 50 ms.

    Attributes:
        progress: the `Progress` that is told.
        task: `"train"`, `"test"` or `"predict"` while one of them runs; the validation within a
            training belongs to it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.progress = Progress(verbose=0)
        self.task: str | None = None

    def set_params(self, params: dict[str, Any]) -> None:
        super().set_params(params)
        self.progress = Progress(params.get("verbose", "auto"))

    def on_train_begin(self, logs: Logs = None) -> None:
        self.task = "train"

    def on_train_end(self, logs: Logs = None) -> None:
        self._finish("train")

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._begin(epoch)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self.progress.epoch_end(logs)

    def on_test_begin(self, logs: Logs = None) -> None:
        self._start("test")

    def on_test_end(self, logs: Logs = None) -> None:
        self._finish("test", logs)

    def on_predict_begin(self, logs: Logs = None) -> None:
        self._start("predict")

    def on_predict_end(self, logs: Logs = None) -> None:
        self._finish("predict")

    def _begin(self, epoch: int) -> None:
        params = self.params or {}
        self.progress.epoch_begin(epoch, params.get("epochs") or 1, params.get("steps"))

    def _start(self, task: str) -> None:
        if self.task is None:
            self.task = task
            self._begin(0)

    def _finish(self, task: str, logs: Logs = None) -> None:
        if self.task != task:
            return
        if task != "train":
            self.progress.epoch_end(logs)
        self.progress.close()
        self.task = None
