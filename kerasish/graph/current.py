"""The session whose `with` block is around, per thread. It knows nothing of what a session is."""

from __future__ import annotations

import threading
from typing import Any


class _Stack(threading.local):
    def __init__(self) -> None:
        self.sessions: list[Any] = []


_stack = _Stack()


def enter(session: Any) -> None:
    """Let a session be the one around."""
    _stack.sessions.append(session)


def leave() -> None:
    """Let the one before be that again."""
    _stack.sessions.pop()


def default_session() -> Any:
    """Return the session whose `with` block is around.

    Raises:
        RuntimeError: when there is none.
    """
    if not _stack.sessions:
        raise RuntimeError("There is no session: write `with Session() as session:` around this.")
    return _stack.sessions[-1]
