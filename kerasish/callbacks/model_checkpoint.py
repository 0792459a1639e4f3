"""ModelCheckpoint: the model on disk while it is trained."""

from __future__ import annotations

import os
import warnings
from typing import Any

from kerasish.callbacks.callback import Logs
from kerasish.callbacks.messages import announce
from kerasish.callbacks.monitor_callback import MonitorCallback
from kerasish.errors import explain


class ModelCheckpoint(MonitorCallback):
    """Saves the model or its weights after epochs, or after so many batches.

    Args:
        filepath: where to. It may hold `{epoch:02d}`, `{batch}` and names of logs such as
            `{val_loss:.2f}`; folders are made as needed. It ends in `.weights.h5` with
            `save_weights_only`, otherwise in `.keras`.
        monitor: name of an entry of the logs, for `save_best_only`.
        verbose: 1 says what was saved and why.
        save_best_only: save only when the monitored quantity is the best so far.
        save_weights_only: save weights (and the optimizer's state) instead of the whole model.
        mode: `"min"`, `"max"` or `"auto"`.
        save_freq: `"epoch"`, or after how many batches to save.
        initial_value_threshold: what the monitored quantity must beat for the first save.

    Raises:
        ValueError: for a file name or a `save_freq` of another kind.

    Example:
        ```python
        best = keras.callbacks.ModelCheckpoint(
            "best.weights.h5", save_weights_only=True, save_best_only=True
        )
        model.fit(x, y, validation_split=0.2, epochs=10, callbacks=[best])
        model.load_weights("best.weights.h5")
        ```
    """

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self._check_arguments()
        self._current_epoch = 0
        self._last_batch_seen: int | None = None
        self._batches_seen_since_last_saving = 0
        overridden = type(self).on_train_batch_end is not ModelCheckpoint.on_train_batch_end
        if save_freq == "epoch" and not overridden:
            self._silent_hooks = frozenset({"on_train_batch_end"})

    def _check_arguments(self) -> None:
        if self.save_freq != "epoch" and (
            not isinstance(self.save_freq, int) or isinstance(self.save_freq, bool)
        ):
            raise ValueError(
                explain(
                    "Unrecognized save_freq",
                    expected="'epoch' or a number of batches",
                    save_freq=self.save_freq,
                )
            )
        if self.save_weights_only and not self.filepath.endswith(".weights.h5"):
            raise ValueError(
                explain(
                    "With save_weights_only=True the filepath provided must end in `.weights.h5`",
                    filepath=self.filepath,
                )
            )
        if not self.save_weights_only and not self.filepath.endswith((".keras", ".h5")):
            raise ValueError(
                explain("The filepath provided must end in `.keras`", filepath=self.filepath)
            )

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        if not self.save_weights_only and not hasattr(model, "save"):
            raise ValueError(
                explain(
                    "Whole models cannot be saved yet, weights can",
                    expected="save_weights_only=True and a filepath that ends in `.weights.h5`",
                    filepath=self.filepath,
                )
            )

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        if self._is_due(batch):
            self._save(self._current_epoch, batch, logs or {})

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._current_epoch = epoch

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self._know_what_is_better()
        if self.save_freq == "epoch":
            self._save(epoch, None, logs or {})

    def _know_what_is_better(self) -> None:
        if self.monitor_op is None and self.save_best_only:
            self._set_monitor_op()

    def _is_due(self, batch: int) -> bool:
        """Say whether this many batches have passed; several may pass between two calls."""
        if self.save_freq == "epoch":
            return False
        last = self._last_batch_seen
        passed = batch + 1 if last is None or batch <= last else batch - last
        self._last_batch_seen = batch
        self._batches_seen_since_last_saving += passed
        if self._batches_seen_since_last_saving < self.save_freq:
            return False
        self._batches_seen_since_last_saving = 0
        return True

    def _save(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> None:
        path = self._path(epoch, batch, logs)
        if not self._is_wanted(epoch, logs, path):
            return
        if os.path.isdir(path):
            raise OSError(
                explain("Please specify a non-directory filepath for ModelCheckpoint", path=path)
            )
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)
        self._say(f"\nEpoch {epoch + 1}: finished saving model to {path}")

    def _path(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> str:
        places = {"epoch": epoch + 1, **logs}
        if batch is not None:
            places.setdefault("batch", batch + 1)
        try:
            return self.filepath.format(**places)
        except KeyError as error:
            raise KeyError(
                explain(
                    f"Failed to format this callback filepath: the logs have no entry {error}",
                    expected=f"names among {sorted(places)}",
                    filepath=self.filepath,
                )
            ) from None

    def _is_wanted(self, epoch: int, logs: dict[str, Any], path: str) -> bool:
        if not self.save_best_only:
            self._say(f"\nEpoch {epoch + 1}: saving model to {path}")
            return True
        self._know_what_is_better()
        current = logs.get(self.monitor)
        if current is None or getattr(current, "ndim", 0) > 0:
            warnings.warn(
                f"Can save best model only with {self.monitor} available as one number. "
                f"Received: {current!r}. This save is made all the same.",
                stacklevel=4,
            )
            return True
        best = "None" if self.best is None else f"{self.best:.5f}"
        if not self._is_improvement(current, self.best):
            self._say(f"\nEpoch {epoch + 1}: {self.monitor} did not improve from {best}")
            return False
        self.best = current
        self._say(
            f"\nEpoch {epoch + 1}: {self.monitor} improved from {best} to {current:.5f}, "
            f"saving model to {path}"
        )
        return True

    def _say(self, message: str) -> None:
        if self.verbose > 0:
            announce(message)
