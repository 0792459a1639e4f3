"""Targets that are class numbers: each must be below the number of classes.

A negative number is no class, and never predicted. What the loss ignores counts as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from kerasish import ops
from kerasish.arrays.dtype import is_integer
from kerasish.primitives.indexing import within

_ignored: ContextVar[Sequence[int]] = ContextVar("ignored_class_numbers", default=())


@contextmanager
def ignoring(numbers: Sequence[int]) -> Iterator[None]:
    """Take some numbers for no class within a `with` block: those that a loss ignores."""
    token = _ignored.set(numbers)
    try:
        yield
    finally:
        _ignored.reset(token)


def class_numbers(y_true: Any, classes: int, of: str) -> Any:
    """Return targets as whole numbers, once it is known that none is beyond the classes.

    Raises:
        IndexRangeError: on the CPU, for a number that there is no class for.
    """
    if not is_integer(y_true.dtype):
        y_true = ops.cast(y_true, "int32")
    for number in _ignored.get():
        y_true = ops.where(ops.equal(y_true, number), -1, y_true)
    return within(y_true, low=None, high=classes, of=of)
