"""CSVLogger: the logs of every epoch as a line of a file."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from typing import IO, Any

import numpy as np

from kerasish.callbacks.callback import Callback, Logs


class CSVLogger(Callback):
    """Writes loss and metrics of every epoch into a CSV file, line by line.

    Args:
        filename: where to.
        separator: what stands between two columns.
        append: go on at the end of a file that exists, instead of writing over it.

    Example:
        ```python
        model.fit(x, y, epochs=5, callbacks=[keras.callbacks.CSVLogger("training.csv")])
        ```
    """

    def __init__(self, filename: Any, separator: str = ",", append: bool = False) -> None:
        super().__init__()
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.append_header = True
        self.csv_file: IO[str] | None = None
        self.keys: list[str] | None = None
        self.writer: Any = None

    def on_train_begin(self, logs: Logs = None) -> None:
        self._close()
        goes_on = self.append and os.path.exists(self.filename)
        self.append_header = not (goes_on and os.path.getsize(self.filename))
        self.csv_file = open(  # noqa: SIM115 - closed when training ends
            self.filename, "a" if goes_on else "w", newline="", encoding="utf-8"
        )
        self.keys = self.writer = None

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        logs = logs or {}
        if self.writer is None:
            self._start(logs)
        row = {key: _as_text(logs.get(key, "NA")) for key in self.keys or ()}
        self.writer.writerow({"epoch": epoch, **row})
        if self.csv_file is not None:
            self.csv_file.flush()

    def _start(self, logs: dict[str, Any]) -> None:
        """Decide on the columns. Validation may begin at a later epoch, so it has its own."""
        self.keys = sorted(logs)
        if not any(key.startswith("val_") for key in self.keys):
            self.keys += [f"val_{key}" for key in self.keys]
        self.writer = csv.DictWriter(
            self.csv_file,  # type: ignore[arg-type]
            fieldnames=["epoch", *self.keys],
            delimiter=self.sep,
            lineterminator="\n",
        )
        if self.append_header:
            self.writer.writeheader()

    def on_train_end(self, logs: Logs = None) -> None:
        self._close()
        self.writer = None

    def _close(self) -> None:
        if self.csv_file is not None:
            self.csv_file.close()
            self.csv_file = None


def _as_text(value: Any) -> Any:
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return value
    return f'"[{", ".join(map(str, value))}]"'
