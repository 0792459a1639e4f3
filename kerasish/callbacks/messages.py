"""What callbacks say to the user: lines on standard output."""

from __future__ import annotations


def announce(message: str) -> None:
    """Print one line, at once."""
    print(message, flush=True)  # noqa: T201 - the one place where callbacks speak
