"""What reads and writes of variables go through now: a trace, a table, a dtype."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kerasish.primitives.applier import computing


class _Scopes(threading.local):
    """What reads and writes of variables go through now."""

    state: Any = None  # a trace or a StatelessScope: answers read(variable), assign(variable, x)
    autocast: str | None = None


scopes = _Scopes()


@contextmanager
def concrete() -> Iterator[None]:
    """Compute at once and read variables as they are, though a trace may be running."""
    before, scopes.state = scopes.state, None
    try:
        with computing(), autocast_to(None):
            yield
    finally:
        scopes.state = before


def is_abstract() -> bool:
    """Whether only shapes are being worked out: what is assigned now will be forgotten."""
    return getattr(scopes.state, "abstract", False)


@contextmanager
def autocast_to(dtype: str | None) -> Iterator[None]:
    """Let float variables be read in another dtype within a `with` block (mixed precision)."""
    before, scopes.autocast = scopes.autocast, dtype
    try:
        yield
    finally:
        scopes.autocast = before
