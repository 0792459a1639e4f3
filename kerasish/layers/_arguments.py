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


def axes_of(ndim: int | None = None, **named: Any) -> tuple[int, ...]:
    """Return the one named argument, an axis or several, as a tuple.

    Args:
        ndim: number of axes that there are; None where it is not known yet.
        **named: the argument, by its name.

    Raises:
        TypeError: when it is neither a whole number nor a list or tuple of them.
        ValueError: when there is no such axis.
    """
    ((name, value),) = named.items()
    axes = (value,) if isinstance(value, int) else value
    if not isinstance(axes, (list, tuple)) or not all(isinstance(a, int) for a in axes):
        raise TypeError(explain(f"`{name}` must be a whole number or several", **named))
    if ndim is not None and not all(-ndim <= a < ndim for a in axes):
        raise ValueError(explain(f"`{name}` is out of bounds for {ndim} axes", **named))
    return tuple(axes)
