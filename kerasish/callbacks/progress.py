"""Progress: how far a run is, as a bar or as one line an epoch, on standard output.

Whoever runs the batches tells it at each look how many are done; it draws at most every 50 ms,
and only then asks for loss and metrics. Nothing here knows models or data.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

from kerasish.callbacks.bar import columns_of, final_rows, make_bar, signs_for
from kerasish.callbacks.durations import format_seconds, pace
from kerasish.callbacks.messages import announce
from kerasish.errors import explain

Logs = dict[str, Any] | Callable[[], dict[str, Any]] | None

INTERVAL = 0.05  # seconds between two drawings: smooth to the eye, lost in the time of training
SILENT, BAR, LINES = 0, 1, 2


class Progress:
    """Shows a run: `epoch_begin`, any number of `update`, `epoch_end`; `close` in the end.

    Args:
        verbose: 0 shows nothing; 1 a bar, which only a terminal or notebook shows on its way
            (elsewhere it is written once, at the end of the epoch); 2 one line an epoch;
            `"auto"` a bar in a terminal or notebook, lines elsewhere.

    Raises:
        ValueError: for another `verbose`.

    Example:
        >>> progress = Progress(verbose=2)
        >>> progress.epoch_begin(0, epochs=2, steps=10)
        >>> progress.update(5, lambda: {"loss": 0.3})
        >>> progress.epoch_end({"loss": 0.25, "accuracy": 0.5})
        Epoch 1/2 - 10/10 - ... - loss: 0.2500 - accuracy: 0.5000
    """

    def __init__(self, verbose: Any = "auto") -> None:
        self.verbose = resolve_verbose(verbose)
        self._bar: Any = None
        self._title = ""
        self._steps: int | None = None
        self._done = 0
        self._began = self._next_look = 0.0

    def epoch_begin(self, epoch: int = 0, epochs: int = 1, steps: int | None = None) -> None:
        """Start an epoch, or the whole of an `evaluate` or `predict`.

        Args:
            epoch: its number; the first is 0.
            epochs: how many there are; 1 or less leaves out the title "Epoch 1/…".
            steps: how many batches it has, or None if nobody knows.
        """
        if self.verbose == SILENT:
            return
        self.close()
        self._title = f"Epoch {epoch + 1}/{epochs}" if epochs > 1 else ""
        self._steps, self._done = steps, 0
        self._began = time.perf_counter()
        self._next_look = self._began + INTERVAL
        if self.verbose == BAR and is_live(sys.stdout):
            columns = None if in_notebook() else columns_of(sys.stdout)
            self._bar = make_bar(steps, self._title, columns)

    def due(self) -> bool:
        """Say whether `update` would draw now."""
        return self._bar is not None and time.perf_counter() >= self._next_look

    def update(self, step: int, logs: Logs = None) -> None:
        """Say how many batches are done; draws if the last drawing is 50 ms ago.

        Args:
            step: how many batches of this epoch are done.
            logs: what to show, or a function that returns it, called only if there is a drawing.
        """
        self._done = step
        if self.due():
            self._bar.show(step, describe(logs))
            self._next_look = time.perf_counter() + INTERVAL

    def epoch_end(self, logs: Logs = None) -> None:
        """Show the final state of the epoch: every batch done, and these logs."""
        if self.verbose == SILENT:
            return
        done, seconds = self._steps or self._done, time.perf_counter() - self._began
        if self._bar is not None:
            self._bar.finish(done, describe(logs))
            self._bar = None
        elif self.verbose == BAR:
            rows = final_rows(done, seconds, describe(logs), signs=signs_for(sys.stdout))
            announce("\n".join(filter(None, [self._title, rows])))
        else:
            announce(self._line(done, seconds, describe(logs)))

    def _line(self, done: int, seconds: float, logs: list[str]) -> str:
        spent = (
            [format_seconds(seconds), pace(seconds, done)] if done else [format_seconds(seconds)]
        )
        return " - ".join(filter(None, [self._title, f"{done}/{done}", *spent, *logs]))

    def close(self) -> None:
        """Leave the bar as it is and end its line. Call it when a run is interrupted too."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def resolve_verbose(verbose: Any) -> int:
    """Return 0, 1 or 2 for what `fit` may be given as `verbose`.

    Raises:
        ValueError: for anything else.
    """
    if verbose == "auto":
        return BAR if is_live(sys.stdout) else LINES
    if verbose in (0, 1, 2):  # True and False among them
        return int(verbose)
    raise ValueError(explain("Unknown `verbose`", expected="'auto', 0, 1 or 2", verbose=verbose))


def in_notebook() -> bool:
    """Say whether the program runs in a Jupyter notebook (or anything with its kernel)."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return shell is not None and type(shell).__name__ in ("ZMQInteractiveShell", "Shell")


def is_live(stream: Any) -> bool:
    """Say whether a row that was written to a stream can be written over."""
    if in_notebook():
        return True
    try:
        return bool(stream is not None and stream.isatty()) and os.environ.get("TERM") != "dumb"
    except ValueError:  # closed
        return False


def describe(logs: Logs) -> list[str]:
    """Write logs the way Keras does.

    Args:
        logs: values by their names, or a function that returns them.

    Example:
        >>> describe({"loss": 0.12345, "mae": 0.00012345, "note": "warm"})
        ['loss: 0.1235', 'mae: 1.2345e-04', 'note: warm']
    """
    found = logs() if callable(logs) else logs
    return [f"{name}: {format_value(value)}" for name, value in (found or {}).items()]


def format_value(value: Any) -> str:
    """Write one value: four digits after the point, or as many of a small number."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    return f"{number:.4f}" if abs(number) > 1e-3 or number == 0 else f"{number:.4e}"
