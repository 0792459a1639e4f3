"""Initializer: a callable that makes the first value of a weight."""

from __future__ import annotations

from typing import Any


class Initializer:
    """Base of initializers. Subclasses define `__call__(shape, dtype=None)` and `get_config`."""

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Return a value of this shape and dtype."""
        raise NotImplementedError(f"{type(self).__name__} must define `__call__(shape, dtype)`.")

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal initializer."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Make an initializer from a config."""
        return cls(**config)

    def clone(self) -> Any:
        """Return an initializer made from this one's config."""
        return type(self).from_config(self.get_config())
