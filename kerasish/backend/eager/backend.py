"""EagerBackend: define by run. A function is itself; Python's `if` and `for` just work."""

from __future__ import annotations

from kerasish.backend.concrete import ConcreteBackend


class EagerBackend(ConcreteBackend):
    """Computes every primitive at once, inside a function as outside."""

    name = "eager"
