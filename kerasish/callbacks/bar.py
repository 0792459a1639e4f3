"""The bar of Progress, drawn by tqdm on standard output: in a terminal and in a notebook alike.

While it runs it is one row, so that nothing that is printed in between is ever written over: the
bar gives way to loss and metrics, and what has no room is left out. When it ends it is written
once more, whole, on as many rows as it takes.
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
import threading
from typing import Any

from kerasish.callbacks.durations import clock, pace

WIDTH = 20
LEAST_WIDTH = 5  # of a bar that says anything
INTERRUPTED = "^C"  # what a terminal writes behind the row
SIGNS, PLAIN_SIGNS = "─━", ".="

_open = threading.local()  # the bars of this thread that are not closed yet


def open_bars() -> list[Any]:
    """Return the bars of this thread that are not closed yet, the oldest first."""
    try:
        return _open.bars  # type: ignore[no-any-return]
    except AttributeError:
        _open.bars = []
        return _open.bars


def make_bar(steps: int | None, title: str, columns: int | None) -> Any:
    """Return a new bar with `show(done, logs)`, `finish(done, logs)` and `close()`.

    Args:
        steps: how many batches there will be, or None if nobody knows.
        title: a line above the bar.
        columns: how many fit into a row, or None where rows have no end.
    """
    kind = _bar_class()
    if title:
        kind.write(title, file=sys.stdout)
    return kind(steps, columns)


def columns_of(stream: Any) -> int:
    """Return how many columns a row of a terminal has; `COLUMNS` may make them fewer.

    A terminal that reports no size (`script`, a bare `docker -t`) counts as 80 wide.
    """
    try:
        real = os.get_terminal_size(stream.fileno()).columns
    except (AttributeError, OSError, ValueError):
        real = 0
    wanted = shutil.get_terminal_size().columns
    return min(real, wanted) if real else wanted


def running_row(
    done: int, steps: int | None, seconds: float, logs: list[str], columns: int | None,
    signs: str = SIGNS,
) -> str:  # fmt: skip
    """Return a bar on its way as one row: with the time that is left, if that is known.

    It leaves room for the sign of an interruption, which would begin another row.

    Example:
        >>> running_row(4, 16, 2.0, ["loss: 0.5000"], 60)
        ' 4/16 ━━━━━─────────────── 6s 500ms/step - loss: 0.5000'
        >>> running_row(4, 16, 2.0, ["loss: 0.5000", "mae: 0.1000"], 40)
        ' 4/16 6s 500ms/step - loss: 0.5000 -…'
    """
    columns = None if columns is None else columns - len(INTERRUPTED)
    head = f"{done:>6}/Unknown" if steps is None else f"{done:>{len(str(steps))}}/{steps}"
    left = seconds if steps is None or not done else seconds / done * max(steps - done, 0)
    spent = [f"{clock(left)} {pace(seconds, done)}"] if done else []
    tail = " - ".join([*spent, *logs])
    bar = [] if steps is None else _bar(done / steps, head, tail, columns, signs)
    row = " ".join([head, *bar, tail]).rstrip()
    return row if columns is None else _shortened(row, max(columns - 1, 1))


def final_rows(
    done: int, seconds: float, logs: list[str], columns: int | None = None, signs: str = SIGNS
) -> str:
    """Return a bar at its end, with every log; rows break between logs.

    Example:
        >>> print(final_rows(16, 2.0, ["loss: 0.5000", "val_loss: 0.6000"], 60))
        16/16 ━━━━━━━━━━━━━━━━━━━━ 2s 125ms/step - loss: 0.5000
          - val_loss: 0.6000
    """
    spent = f"{clock(seconds)} {pace(seconds, done)}" if done else clock(seconds)
    head = f"{done}/{done}"
    rows = [" ".join([head, *_bar(1.0, head, spent, columns, signs), spent])]
    for log in logs:
        if columns is not None and _width(rows[-1]) + 3 + _width(log) > columns:
            rows.append(f"  - {log}")
        else:
            rows[-1] += f" - {log}"
    return "\n".join(rows)


def signs_for(stream: Any) -> str:
    """Return the signs of a bar's empty and full part that a stream can write."""
    try:
        SIGNS.encode(getattr(stream, "encoding", None) or "utf-8")
    except (LookupError, UnicodeEncodeError):
        return PLAIN_SIGNS
    return SIGNS


def _bar(share: float, head: str, tail: str, columns: int | None, signs: str) -> list[str]:
    """Return the bar that has room between two texts, or nothing."""
    width = WIDTH if columns is None else min(WIDTH, columns - 3 - len(head) - _width(tail))
    if width < LEAST_WIDTH:
        return []
    full = min(int(share * width), width)
    return [signs[1] * full + signs[0] * (width - full)]


def _width(text: str) -> int:
    """Return how many columns a text takes; names of metrics may be Chinese."""
    if text.isascii():
        return len(text)
    from tqdm.utils import disp_len

    return disp_len(text)  # type: ignore[no-any-return]


def _shortened(row: str, columns: int) -> str:
    if _width(row) <= columns:
        return row
    while row and _width(row) >= columns:
        row = row[:-1]
    return f"{row}…"


@functools.cache
def _bar_class() -> Any:
    from tqdm.std import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        """tqdm's bar, drawn only when asked, with a text of our own.

        tqdm writes over the latest row, and keeps out of the way of other bars of the program.
        """

        monitor_interval = 0  # no thread that wakes up to draw

        def __init__(self, steps: int | None, columns: int | None) -> None:
            self.logs: list[str] = []
            self.columns, self.is_finished, self.is_closing = columns, False, False
            self.signs = signs_for(sys.stdout)
            super().__init__(total=steps, file=sys.stdout, ncols=0, nrows=20, miniters=sys.maxsize)
            open_bars().append(self)

        def __str__(self) -> str:
            seconds = self.format_dict["elapsed"]
            if self.is_finished:
                return final_rows(self.n, seconds, self.logs, self.columns, self.signs)
            row = running_row(self.n, self.total, seconds, self.logs, self.columns, self.signs)
            return row + " " * len(INTERRUPTED) if self.is_closing else row  # over the sign

        def show(self, done: int, logs: list[str]) -> None:
            self.n, self.logs = done, logs
            self.refresh()

        def finish(self, done: int, logs: list[str]) -> None:
            self.n, self.logs, self.is_finished = done, logs, True
            self.clear()
            self.close()

        def close(self) -> None:
            self.is_closing = True
            super().close()
            bars = open_bars()  # to tqdm, bars in one place are equal: compare who they are
            bars[:] = [bar for bar in bars if bar is not self]

    return Bar
