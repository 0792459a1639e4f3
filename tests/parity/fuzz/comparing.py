"""Comparing two outcomes: near enough for two packages, every bit for two engines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.parity.fuzz.programs import Outcome, Program

# Relative to the largest finite number of the result; two packages sum in another order.
TOLERANCE = {"float64": 1e-6, "float32": 5e-5, "float16": 6e-3, "bfloat16": 5e-2}


@dataclass(frozen=True)
class Difference:
    """One way in which two outcomes differ.

    Attributes:
        kind: `"error here"` (only kerasish raises), `"error there"`, `"names"`, `"shape"`,
            `"dtype"`, `"dtype and value"`, `"value"`, `"bits"`, `"crash"` or `"time"`.
        where: the path of the value within the result.
        ours: what kerasish (or the first engine) gave, as text.
        theirs: what Keras (or the other engine) gave.
        program: what both ran.
        side: who was compared with: `"jax"` or an engine.
        values: what `ours` and `theirs` are texts of, where both are arrays.
    """

    kind: str
    where: str
    ours: str
    theirs: str
    program: Program
    side: str
    values: tuple[Any, Any] = field(default=(None, None), repr=False, compare=False)

    def __str__(self) -> str:
        return (
            f"{self.kind} at {self.where}\n  ours:   {self.ours}\n"
            f"  {self.side}: {self.theirs}\n{self.program}"
        )


def compare(
    program: Program, ours: Outcome, theirs: Outcome, side: str, bits: bool = False
) -> list[Difference]:
    """Return how the outcomes of a program differ.

    Args:
        program: what was run.
        ours: what kerasish gave.
        theirs: what Keras or another engine gave.
        side: its name.
        bits: whether each bit counts; numbers may else differ by rounding.
    """

    def difference(kind: str, where: str, one: Any, other: Any) -> Difference:
        values = (one, other) if isinstance(other, np.ndarray) else (None, None)
        return Difference(kind, where, brief(one), brief(other), program, side, values)

    if ours.error is not None or theirs.error is not None:
        if ours.error is not None and theirs.error is not None:
            return []
        kind = "error there" if ours.error is None else "error here"
        return [difference(kind, "result", ours, theirs)]
    if list(ours.values) != list(theirs.values):
        return [difference("names", "result", list(ours.values), list(theirs.values))]
    found = []
    for where, one in ours.values.items():
        other = theirs.values[where]
        kind = differing_bits(one, other) if bits else differing(one, other, *slack(program))
        if kind:
            found.append(difference(kind, where, one, other))
    return found


# What makes results differ by more than the rounding of one operation.
SLACK = {"trained": 20.0, "statistics": 1000.0, "gradient": 4.0}
SLACK |= dict.fromkeys(["mixed_float16", "float16"], 200.0)
SLACK |= dict.fromkeys(["mixed_bfloat16", "bfloat16"], 1500.0)


FLOOR = 1e-2  # results whose largest number is smaller are compared as if it were this


def slack(program: Program) -> tuple[float, float]:
    """Return by how much the tolerance of float32 is widened for a program, and its floor.

    What is tagged `"cancelled"` is a difference of numbers of size 1 that are nearly the same.
    """
    floor = 1.0 if "cancelled" in program.tags else FLOOR
    return max([1.0, *(SLACK.get(tag, 1.0) for tag in program.tags)]), floor


def differing(one: Any, other: Any, slack: float = 1.0, floor: float = FLOOR) -> str | None:
    """Return what differs by more than rounding: `"shape"`, `"dtype"`, `"value"`, or None."""
    if not isinstance(one, np.ndarray) or not isinstance(other, np.ndarray):
        if isinstance(one, float) and isinstance(other, float):
            return differing(*(np.asarray(x, "float32") for x in (one, other)), slack, floor)
        return None if one == other else "value"
    if one.shape != other.shape:
        return "shape"
    if one.dtype != other.dtype:
        near_enough = near(one.astype(other.dtype), other, slack, floor)
        return "dtype" if near_enough else "dtype and value"
    return None if near(one, other, slack, floor) else "value"


def near(one: Any, other: Any, slack: float = 1.0, floor: float = FLOOR) -> bool:
    """Return whether two arrays of one dtype hold the same numbers up to rounding."""
    tolerance = TOLERANCE.get(one.dtype.name)
    if tolerance is None:
        return bool(np.array_equal(one, other))
    if one.dtype.itemsize > 2:
        tolerance *= slack
    a, b = one.astype("float64"), other.astype("float64")
    finite = np.isfinite(a) & np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return False
    a, b = a[finite], b[finite]
    largest = max(floor, float(np.abs(b).max(initial=0.0)))
    return bool(np.all(np.abs(a - b) <= tolerance * np.maximum(np.abs(b), 0.1 * largest)))


def differing_bits(one: Any, other: Any) -> str | None:
    """Return `"shape"`, `"dtype"` or `"bits"` where two results are not the same bytes."""
    a, b = np.asarray(one), np.asarray(other)
    if a.shape != b.shape:
        return "shape"
    if a.dtype != b.dtype:
        return "dtype"
    if a.dtype == object:
        return None if one == other else "value"
    return None if a.tobytes() == b.tobytes() else "bits"


def brief(value: Any) -> str:
    """Return a value as a line of text."""
    if isinstance(value, np.ndarray):
        text = " ".join(np.array2string(value.reshape(-1)[:24], precision=9).split())
        return f"{value.dtype.name}{value.shape} {text}"[:400]
    return str(value)[:400]
