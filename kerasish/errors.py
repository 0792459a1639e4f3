"""The exception classes of kerasish, and how their messages are put together.

Each subclasses what Keras raises in the same place, so that `except ValueError` written for
Keras keeps working.
"""

from __future__ import annotations

from typing import Any

from kerasish._frames import warn


def explain(
    what: str, *, expected: str | None = None, advice: str | None = None, **got: Any
) -> str:
    """Build a message: what is wrong, what was expected, what was received, what to do.

    Example:
        >>> print(explain("units must be a positive integer", units=-3))
        units must be a positive integer. Received: units=-3
    """
    parts = [what.rstrip(".") + "."]
    if expected:
        parts.append(f"Expected: {expected}.")
    if got:
        parts.append(
            "Received: " + ", ".join(f"{name}={_short(value)}" for name, value in got.items())
        )
    if advice:
        parts[-1] = parts[-1].rstrip(".") + "."
        parts.append(advice)
    return " ".join(parts)


def warn_deprecated(message: str) -> None:
    """Warn of an old name or argument, at the line of the user's program that has it."""
    warn(message, DeprecationWarning)


def _short(value: Any, limit: int = 300) -> str:
    text = str(value) if hasattr(value, "shape") and hasattr(value, "dtype") else repr(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."


class ShapeError(ValueError):
    """Shapes that a primitive or a layer cannot work on.

    Example:
        `ops.matmul(ops.ones((2, 3)), ops.ones((4, 5)))`: the inner sizes 3 and 4 differ.
    """

    def __init__(self, what: str, *, expected: str | None = None, **got: Any) -> None:
        super().__init__(explain(what, expected=expected, **got))


class DTypeError(TypeError):
    """A dtype that an operation cannot work on, or a name that is no dtype."""


class IndexRangeError(IndexError, ValueError):
    """An index or a class number that there is no place for.

    Args:
        of: what picks by it, such as `"take"`.
        index: the first one found that is out of range.
        low, high: the range, without `high` itself; None for `low` if there is no lower end.

    Attributes:
        layer: the path of the layer that picks, once it is known.
    """

    def __init__(self, of: str, index: int, low: int | None, high: int) -> None:
        super().__init__(of, index, low, high)
        self.layer: str | None = None

    def locate(self, layer: str | None) -> None:
        """Say in which layer it happened, unless that was said before: the innermost counts."""
        self.layer = self.layer or (layer and layer.rpartition("/")[2])

    def __str__(self) -> str:
        of, index, low, high = self.args
        where = f" in layer {self.layer!r}" if self.layer else ""
        least = "" if low is None else f"{low} to "
        allowed = f"{least}{high - 1}" if least else f"less than {high}"
        return explain(
            f"{of}{where}: an index is out of range",
            expected=allowed if high > (low or 0) else "nothing, for there are no elements",
            index=index,
        )


class SymbolicBoolError(TypeError):
    """A Python `if`, `while` or `bool()` on a value that is not known while a step is traced.

    Cure: `ops.cond`, `ops.where`, or `compile(run_eagerly=True)`.
    """


class BackendError(ValueError):
    """A backend that is unknown, or that was asked for what it cannot do."""


class ModelFileError(ValueError):
    """A model or weights file that is damaged, hostile, or of another kind than was asked for."""
