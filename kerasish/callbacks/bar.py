"""The bar of Progress, drawn by tqdm: in a terminal on standard error, in a notebook as a widget.

It never wraps: tqdm cuts the line at the width of the window.
"""

from __future__ import annotations

import functools
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


@functools.cache
def _bar_class() -> Any:
    from kerasish.callbacks.progress import in_notebook

    if in_notebook():
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

        @property
        def format_dict(self) -> dict[str, Any]:
            numbers = super().format_dict
            # A terminal that reports no height (a bare `docker -t`) would hide the bar.
            self.nrows = max(self.nrows or 0, 2)
            return {**numbers, "logs": self.logs}

        def show(self, done: int, text: str, finished: bool = False) -> None:
            self.n = done
            self.logs = text
            if finished and self.total is not None and done != self.total:
                self.total = done
            self.refresh()

    return Bar
