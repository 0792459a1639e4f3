"""Checks of constructor arguments that many layers share."""

from __future__ import annotations

from typing import Any

from kerasish.errors import explain


def positive_int(**named: Any) -> int:
    """Return the one named argument if it is a positive whole number.

    Raises:
        ValueError: otherwise; the message names the argument.
    """
    ((name, value),) = named.items()
    if isinstance(value, bool) or not hasattr(value, "__index__") or int(value) <= 0:
        raise ValueError(explain(f"`{name}` must be a positive integer", **named))
    return int(value)


def fraction(**named: Any) -> float:
    """Return the one named argument if it is a number from 0 to 1.

    Raises:
        ValueError: otherwise; the message names the argument.
    """
    ((name, value),) = named.items()
    if not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ValueError(explain(f"`{name}` must be a number from 0 to 1", **named))
    return value
