"""Source: what can give one pass over some data, batch by batch. What kind of data, it hides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Batch = tuple[Any, Any, Any]  # x, y, sample_weight: structures of arrays, or None


class Source:
    """Base of all kinds of data.

    Attributes:
        num_batches: of one pass; None if nobody knows.
        batch_size: rows of a full batch; None if nobody knows.
        partial_batch_size: rows of a smaller last batch; None if there is none.
        starts_anew: whether each pass begins at the beginning, as a generator's does not.
        one_pass: yields every batch once; the number that it takes decides how they are shuffled.
    """

    num_batches: int | None = None
    batch_size: int | None = None
    partial_batch_size: int | None = None
    starts_anew = True
    one_pass: Callable[[int], Iterator[Batch]]

    def on_epoch_begin(self) -> None:
        """Called before every epoch."""

    def on_epoch_end(self) -> None:
        """Called after every epoch."""
