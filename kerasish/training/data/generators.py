"""Generators and data loaders: batches that come in an order that is not ours to choose."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from kerasish.errors import explain
from kerasish.training.data.conversion import to_arrays
from kerasish.training.data.source import Batch, Source

FORMAT = "(inputs,), (inputs, targets) or (inputs, targets, sample_weights)"


class GeneratorBatches(Source):
    """Batches of a Python generator, or of any iterator: each comes once, in one long pass.

    Raises:
        ValueError: when it yields nothing, or something else than batches.
    """

    starts_anew = False

    def __init__(self, iterator: Iterator[Any]) -> None:
        first = list(itertools.islice(iterator, 1))
        if not first:
            raise ValueError(
                "The generator must yield at least one batch. Received an empty generator."
            )
        as_batch(first[0], "The generator")
        self._batches = itertools.chain(first, iterator)

    def one_pass(self, number: int) -> Iterator[Batch]:
        return (as_batch(batch, "The generator") for batch in self._batches)


class LoaderBatches(Source):
    """Batches of what can be iterated over again and again, such as PyTorch's DataLoader."""

    def __init__(self, loader: Any) -> None:
        self.loader = loader
        self.batch_size = getattr(loader, "batch_size", None)
        with contextlib.suppress(TypeError):  # a loader of a stream has no length
            self.num_batches = len(loader)
        rows = getattr(loader, "dataset", None)
        if self.batch_size and hasattr(rows, "__len__") and not getattr(loader, "drop_last", False):
            self.partial_batch_size = len(rows) % self.batch_size or None

    def one_pass(self, number: int) -> Iterator[Batch]:
        for batch in self.loader:
            parts = tuple(batch) if isinstance(batch, list) else batch  # as collate functions do
            yield as_batch(parts, "The data loader")


def as_batch(batch: Any, origin: str) -> Batch:
    """Return what somebody else's code calls a batch as (x, y, sample_weight).

    Args:
        batch: a tuple of one to three, or inputs alone if they are one array or a dict.
        origin: who made it, for the error.

    Raises:
        ValueError: for anything else.
    """
    if isinstance(batch, dict) or hasattr(batch, "__array__"):
        batch = (batch,)
    if not isinstance(batch, tuple) or not 1 <= len(batch) <= 3:
        raise ValueError(
            explain(
                f"{origin} must return a tuple or a dict as a batch",
                expected=f"a tuple {FORMAT}",
                type=type(batch),
                batch=_short(batch),
            )
        )
    x, y, sample_weight = (*batch, None, None)[:3]
    if x is None:
        raise ValueError(explain(f"{origin} gave a batch without inputs", expected=FORMAT))
    return to_arrays(x, "x"), to_arrays(y, "y"), to_arrays(sample_weight, "sample_weight")


def _short(batch: Any) -> Any:
    return batch.shape if isinstance(batch, np.ndarray) else str(batch)[:100]
