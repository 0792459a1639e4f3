"""Which backends there are, and which one is current: by name, by entry point, by registration."""

from __future__ import annotations

import importlib
import os
from typing import Any

from kerasish.errors import BackendError, explain
from kerasish.primitives import applier

GROUP = "kerasish.backends"
ENVIRONMENT = "KERASISH_BACKEND"
DEFAULT = "graph"
LINE_BY_LINE = "eager"  # what `run_eagerly` asks for, whatever the current backend

_OURS = {
    "eager": "kerasish.backend.eager.backend:EagerBackend",
    "graph": "kerasish.backend.graph.backend:GraphBackend",
}
_registered: dict[str, Any] = {}
_made: dict[str, Any] = {}
_current: list[Any] = []


def register(name: str, factory: Any) -> None:
    """Make a backend known under a name.

    Args:
        name: what `set_backend` and `KERASISH_BACKEND` will know it by.
        factory: a callable without arguments that returns a Backend (its class, usually).
    """
    _registered[name] = factory
    _made.pop(name, None)


def names() -> list[str]:
    """Return the names of all backends that can be chosen."""
    found = {entry.name for entry in _entry_points()}
    return sorted({*_OURS, *_registered, *found})


def get(name: str) -> Any:
    """Return a backend by name, making it at its first use.

    Raises:
        BackendError: for an unknown name; the message lists what there is.
    """
    if name not in _made:
        _made[name] = _factory(name)()
    return _made[name]


def _factory(name: str) -> Any:
    if name in _registered:
        return _registered[name]
    if name in _OURS:
        module, _, attribute = _OURS[name].partition(":")
        return getattr(importlib.import_module(module), attribute)
    for entry in _entry_points():
        if entry.name == name:
            return entry.load()
    raise BackendError(
        explain(f"There is no backend {name!r}", expected=f"one of {names()}", backend=name)
    )


def _entry_points() -> Any:
    from importlib import metadata  # slow to import, and rarely needed

    return metadata.entry_points(group=GROUP)


def current() -> Any:
    """Return the backend in force: set by `set_backend`, else by KERASISH_BACKEND, else graph."""
    if not _current:
        set_backend(os.environ.get(ENVIRONMENT) or DEFAULT)
    return _current[0]


def set_backend(backend: str) -> None:
    """Choose the backend for what is computed from now on.

    Models that are compiled already keep their engine until they are compiled again.

    Args:
        backend: `"eager"`, `"graph"`, or the name of another backend that is installed.

    Raises:
        BackendError: for an unknown name; the choice stays as it was.
    """
    found = get(backend)
    _current[:] = [found]
    applier.set_default(found.apply)
