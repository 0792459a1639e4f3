"""Kinds of ops, by what they are called with: each draws arrays and the text of a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.parity.fuzz.drawing import Draw

Shape = tuple[int, ...]
Option = Callable[[Draw, Shape], Any]


@dataclass(frozen=True)
class Call:
    """Arrays as source text, to be called `a`, `b`, `c`, …; the rest of the arguments as text."""

    arrays: list[str]
    arguments: str
    tags: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Kind:
    """How an op is called.

    Attributes:
        draw: makes a call; it is told which values the arrays should hold.
        values: these values when only the result is compared; see `Draw.array`.
        gradient: the values when the gradient is compared, or None where there is none.
            `"ordinary"` keeps away from kinks and ties, where a subgradient is a convention.
    """

    draw: Callable[[Draw, str], Call]
    values: str = "edges"
    gradient: str | None = None


# Options: a name of an argument → what draws its value. The value `None` leaves it out.


def flag(draw: Draw, shape: Shape) -> Any:
    """Draw True, or leave the argument out."""
    return True if draw.yes(0.4) else None


def axis(draw: Draw, shape: Shape) -> Any:
    """Draw one axis, or leave the argument out."""
    return draw.axis(len(shape)) if shape and draw.yes(0.7) else None


def axes(draw: Draw, shape: Shape) -> Any:
    """Draw one axis, several, or leave the argument out."""
    return draw.axes(len(shape))


def dtype(draw: Draw, shape: Shape) -> Any:
    """Draw a dtype, or leave the argument out."""
    return draw.pick(draw.dtypes) if draw.yes(0.4) else None


def signed(draw: Draw, shape: Shape) -> Any:
    """Draw a dtype that holds numbers below 0, which no unsigned one is defined for, or none."""
    return draw.pick([name for name in draw.dtypes if name[0] != "u"]) if draw.yes(0.4) else None


def choice(*values: Any) -> Option:
    """Return an option that draws one of some values, or leaves the argument out."""
    return lambda draw, shape: draw.pick(values) if draw.yes(0.6) else None


def always(*values: Any) -> Option:
    """Return an option that draws one of some values."""
    return lambda draw, shape: draw.pick(values)


def options_text(draw: Draw, shape: Shape, options: Mapping[str, Option]) -> str:
    """Return `, axis=-1, keepdims=True`, as drawn."""
    drawn = ((name, option(draw, shape)) for name, option in options.items())
    return "".join(f", {name}={value!r}" for name, value in drawn if value is not None)


SCALARS = (0, 1, -1, 2, 3, 0.5, -2.5, 0.0, True, 100)


def unary(
    values: str = "edges",
    gradient: str | None = None,
    kinds: str = "fib",
    least: int = 0,
    most: int = 3,
    empty: bool = True,
    **options: Option,
) -> Kind:
    """Return how an op of one array is called."""

    def draw_call(draw: Draw, values: str) -> Call:
        shape = draw.shape(least, most, empty)
        array = draw.array(shape, draw.dtype(kinds), values)
        tags = frozenset({"empty"} if 0 in shape else ())
        return Call([array], "a" + options_text(draw, shape, options), tags)

    return Kind(draw_call, values, gradient)


def binary(
    values: str = "edges", gradient: str | None = None, kinds: str = "fib", scalars: bool = True,
    **options: Option,
) -> Kind:  # fmt: skip
    """Return how an op of two arrays that broadcast is called; either may be a Python number."""

    def draw_call(draw: Draw, values: str) -> Call:
        shape = draw.shape()
        one = draw.dtype(kinds)
        other = one if draw.yes(0.4) else draw.dtype(kinds)
        more = options_text(draw, shape, options)
        first = draw.array(shape, one, values)
        if scalars and draw.yes(0.25):
            numbers = [s for s in SCALARS if "f" in kinds or not isinstance(s, float)]
            pair = ["a", repr(draw.pick(numbers))]
            pair = pair if draw.yes(0.7) else pair[::-1]
            return Call([first], ", ".join(pair) + more, frozenset({"scalar"}))
        second = draw.array(draw.broadcastable(shape), other, values)
        return Call([first, second], "a, b" + more)

    return Kind(draw_call, values, gradient)


def shaped(write: Callable[[Draw, Shape], str], **settings: Any) -> Kind:
    """Return how an op of one array is called whose other arguments depend on its shape.

    Args:
        write: returns the text of the other arguments.
        settings: `least`, `most`, `kinds`, `values`, `gradient`, `empty`.
    """
    least, most = settings.get("least", 0), settings.get("most", 3)

    def draw_call(draw: Draw, values: str) -> Call:
        shape = draw.shape(least, most, settings.get("empty", True))
        array = draw.array(shape, draw.dtype(settings.get("kinds", "fib")), values)
        return Call([array], "a" + write(draw, shape))

    return Kind(draw_call, settings.get("values", "edges"), settings.get("gradient", "ordinary"))


def written(
    write: Callable[[Draw, str], tuple[list[str], str]], values: str = "ordinary",
    gradient: str | None = None,
) -> Kind:  # fmt: skip
    """Return how an op is called that has a function of its own to draw arrays and arguments."""
    return Kind(lambda draw, values: Call(*write(draw, values)), values, gradient)


def without_arrays(write: Callable[[Draw], str]) -> Kind:
    """Return how an op is called that makes arrays from plain numbers."""
    return Kind(lambda draw, values: Call([], write(draw)))
