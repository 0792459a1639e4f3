"""The bar of Progress, drawn by tqdm: in a terminal on standard error, in a notebook as a widget.

It never wraps: tqdm cuts the line at the width of the window.
"""

from __future__ import annotations

import functools
import os
import sys
from typing import Any

KNOWN_LENGTH = "{n_fmt}/{total_fmt} |{bar}| {elapsed}<{remaining} {logs}"
UNKNOWN_LENGTH = "{n_fmt} steps, {elapsed} {logs}"
WIDTH_OF_A_TERMINAL_BAR = 20


def make_bar(steps: int | None, title: str) -> Any:
    """Return a new bar with `show(done, text, finished=False)` and `close()`."""
    kind = _bar_class()
    if title:
        kind.write(title, file=sys.stderr)
    return kind(steps)


def window_size(stream: Any) -> tuple[int | None, int | None]:
    """Return how many columns and rows tqdm may fill, None where nobody knows.

    A terminal that reports no size (`script`, a bare `docker -t`) counts as 80 × 24: tqdm would
    show nothing there.
    """
    try:
        size = os.get_terminal_size(stream.fileno())
    except (AttributeError, OSError, ValueError):
        return None, None
    return (size.columns or 80) - 1, (size.lines or 24) - 1


@functools.cache
def _bar_class() -> Any:
    from kerasish.callbacks.progress import in_notebook

    notebook = in_notebook()
    if notebook:
        from tqdm.auto import tqdm

        shape = KNOWN_LENGTH
    else:
        from tqdm import tqdm

        shape = KNOWN_LENGTH.replace("{bar}", f"{{bar:{WIDTH_OF_A_TERMINAL_BAR}}}")

    class Bar(tqdm):  # type: ignore[misc, valid-type]
        """tqdm's bar with loss and metrics behind it, drawn only when asked."""

        monitor_interval = 0  # no thread that wakes up to draw

        def __init__(self, steps: int | None) -> None:
            self.logs = ""
            super().__init__(
                total=steps,
                bar_format=UNKNOWN_LENGTH if steps is None else shape,
                dynamic_ncols=True,
                file=sys.stderr,
                miniters=sys.maxsize,
            )
            if not notebook:
                self.dynamic_ncols = window_size
                self.ncols, self.nrows = window_size(self.fp)

        @property
        def format_dict(self) -> dict[str, Any]:
            return {**super().format_dict, "logs": self.logs}

        def show(self, done: int, text: str, finished: bool = False) -> None:
            self.n = done
            self.logs = text
            if finished and self.total is not None and done != self.total:
                self.total = done
            self.refresh()

    return Bar
