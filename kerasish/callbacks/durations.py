"""How long things took, in few letters."""

from __future__ import annotations


def format_seconds(seconds: float) -> str:
    """Write a duration with the unit that suits it.

    Example:
        >>> format_seconds(83.2), format_seconds(1.25), format_seconds(0.0042)
        ('83s', '1.2s', '4ms')
    """
    for least, factor, digits, unit in ((10, 1, 0, "s"), (1, 1, 1, "s"), (1e-3, 1e3, 0, "ms")):
        if seconds >= least:
            return f"{seconds * factor:.{digits}f}{unit}"
    return f"{seconds * 1e6:.0f}us"


def pace(seconds: float, steps: int) -> str:
    """Write how long a step took, on average.

    Example:
        >>> pace(2.0, 16)
        '125ms/step'
    """
    return f"{format_seconds(seconds / steps)}/step"


def clock(seconds: float) -> str:
    """Write a duration in whole seconds, as a clock from a minute on.

    Example:
        >>> clock(0.3), clock(59.6), clock(83), clock(3661)
        ('0s', '59s', '1:23', '1:01:01')
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{rest:02d}"
    return f"{minutes}:{rest:02d}" if minutes else f"{rest}s"
