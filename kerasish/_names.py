"""Unique names for layers and variables, and the path of names around them."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _State(threading.local):
    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.path: list[str] = []
        self.owners: list[Any] = []


_state = _State()


def to_snake_case(name: str) -> str:
    """Return a class name in the style of a variable's.

    Example:
        >>> to_snake_case("BatchNormalization"), to_snake_case("Conv2D"), to_snake_case("ReLU")
        ('batch_normalization', 'conv2d', 're_lu')
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def auto_name(prefix: str) -> str:
    """Return the prefix in snake case, with a number from its second use on."""
    return unique_name(to_snake_case(prefix))


def unique_name(base: str) -> str:
    """Return the name as it is at its first use, and with a number afterwards."""
    count = _state.counts.get(base, 0)
    _state.counts[base] = count + 1
    return f"{base}_{count}" if count else base


def reset_names() -> None:
    """Start counting anew (`clear_session`)."""
    _state.counts.clear()


@contextmanager
def named(name: str, owner: Any = None) -> Iterator[None]:
    """Put a name on the path of what is made within a `with` block.

    An owner that stands at the end of the path already is not named twice.
    """
    if owner is not None and _state.owners and _state.owners[-1] is owner:
        yield
        return
    _state.path.append(name)
    _state.owners.append(owner)
    try:
        yield
    finally:
        _state.path.pop()
        _state.owners.pop()


def current_path() -> str:
    """Return the names around the present place, separated by `/`."""
    return "/".join(_state.path)
