"""Constraint: a function that a weight passes through after each update."""

from __future__ import annotations

from typing import Any


class Constraint:
    """Base of constraints. Subclasses define `__call__(w)`, which returns the new value."""

    def __call__(self, w: Any) -> Any:
        """Return the value that the weight takes."""
        return w

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal constraint."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Make a constraint from a config."""
        return cls(**config)
