"""Regularizer: a penalty on a weight or an output, added to the loss."""

from __future__ import annotations

import math
from typing import Any

from kerasish.errors import explain


class Regularizer:
    """Base of regularizers. Subclasses define `__call__(x)`, which returns the penalty."""

    def __call__(self, x: Any) -> Any:
        """Return the penalty, a number without axes."""
        return 0.0

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Make a regularizer from a config."""
        return cls(**config)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal regularizer."""
        raise NotImplementedError(
            f"{type(self).__name__} must define `get_config` to be written into a config."
        )


def factor(value: Any, name: str) -> float:
    """Return a factor of a penalty as a float.

    Raises:
        ValueError: when it is no finite number, or negative.
    """
    if not isinstance(value, (float, int)) or not math.isfinite(value) or value < 0:
        raise ValueError(
            explain(f"`{name}` must be a finite number, not negative", **{name: value})
        )
    return float(value)
