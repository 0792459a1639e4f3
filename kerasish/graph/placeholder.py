"""Placeholders: what a session is fed."""

from __future__ import annotations

from typing import Any, NoReturn

from kerasish.arrays.dtype import standardize_dtype
from kerasish.graph.tensor import GraphTensor


class Placeholder(GraphTensor):
    """A value that every run is fed."""

    def compute(self, evaluation: Any) -> NoReturn:
        """Say that it was not fed."""
        raise ValueError(f"The placeholder {self.name!r} was not fed.")


def placeholder(dtype: Any = "float32", shape: Any = None, name: str | None = None) -> Placeholder:
    """Return a value that every run is fed through `feed_dict`.

    Args:
        dtype: what is fed is cast to it, unless that would lose the fraction.
        shape: sizes; None for an unknown one, or altogether if nothing is known. A session plans
            its work for each shape it is fed.
        name: made unique.

    Example:
        >>> from kerasish import graph
        >>> graph.placeholder(graph.float32, shape=(None, 10)).shape
        (None, 10)
    """
    sizes = None if shape is None else tuple(None if s is None else int(s) for s in shape)
    return Placeholder(None, (), None, sizes, standardize_dtype(dtype), name or "Placeholder")
