"""Who applies a primitive now: a stack per thread.

At the bottom stands the current backend's own `apply`; a trace pushes itself while it runs.
Nothing is imported upwards: whoever wants to apply comes here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Apply = Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]


def _nobody(primitive: Any, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
    raise RuntimeError(f"No backend is there to apply {primitive}: import kerasish first.")


class _State(threading.local):
    """`apply` is looked up once per application, so it is an attribute and not a list's end."""

    apply: Apply = staticmethod(_nobody)


state = _State()


def set_default(apply: Apply) -> None:
    """Let `apply` stand at the bottom of every thread's stack."""
    _State.apply = staticmethod(apply)


@contextmanager
def applying(apply: Apply) -> Iterator[None]:
    """Let `apply` answer for all primitives of this thread within a `with` block."""
    before = vars(state).get("apply")  # None: this thread follows the default
    state.apply = apply
    try:
        yield
    finally:
        if before is None:
            del state.apply
        else:
            state.apply = before


@contextmanager
def computing() -> Iterator[None]:
    """Compute at once within a `with` block, though a trace may be running."""
    with applying(_State.apply):
        yield


def is_tracing() -> bool:
    """Whether somebody other than the backend's own `apply` answers now."""
    return state.apply is not _State.apply
