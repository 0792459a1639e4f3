"""CSVLogger: the logs of every epoch as a line of a file."""

from __future__ import annotations

import csv
import os
import warnings
from collections.abc import Iterable
from typing import IO, Any

import numpy as np

from kerasish.callbacks.callback import Callback, Logs


class CSVLogger(Callback):
    """Writes loss and metrics of every epoch into a CSV file, line by line.

    Args:
        filename: where to.
        separator: what stands between two columns.
        append: go on at the end of a file that exists, instead of writing over it, in the columns
            that it has. What it has no column for is left out, with a warning.

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
        self._columns: list[str] = []  # of the file that is gone on with

    def on_train_begin(self, logs: Logs = None) -> None:
        self._close()
        goes_on = self.append and os.path.exists(self.filename)
        self._columns = self._columns_of_file() if goes_on else []
        self.append_header = not self._columns
        self.csv_file = open(  # noqa: SIM115 - closed when training ends
            self.filename, "a" if goes_on else "w", newline="", encoding="utf-8"
        )
        self.keys = self.writer = None

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        logs = logs or {}
        if self.writer is None:
            self._start(logs)
        row = {key: _as_text(logs.get(key, "NA")) for key in self.keys or ()}
        self.writer.writerow({**row, "epoch": epoch})
        if self.csv_file is not None:
            self.csv_file.flush()

    def _start(self, logs: dict[str, Any]) -> None:
        """Decide on the columns. Validation may begin at a later epoch, so it has its own."""
        self.keys = sorted(logs)
        if not any(key.startswith("val_") for key in self.keys):
            self.keys += [f"val_{key}" for key in self.keys]
        columns = ["epoch", *self.keys]
        if self._columns:
            lost = sorted(set(logs) - set(self._columns))
            if lost:
                warnings.warn(
                    f"CSVLogger: the file {self.filename!r} has no columns for {lost}, which are "
                    "left out. Choose another file, or append=False, to have them.",
                    stacklevel=2,
                )
            columns = self._columns
            self.keys = [column for column in columns if column != "epoch"]
        self.writer = csv.DictWriter(
            self.csv_file,  # type: ignore[arg-type]
            fieldnames=columns,
            extrasaction="ignore",
            delimiter=self.sep,
            lineterminator="\n",
        )
        if self.append_header:
            self.writer.writeheader()

    def _columns_of_file(self) -> list[str]:
        with open(self.filename, newline="", encoding="utf-8") as file:
            return next(csv.reader(file, delimiter=self.sep), [])

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
