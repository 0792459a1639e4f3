"""Blocks: the batches of arrays, many at a time where the engine has one call for many."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any

import numpy as np

from kerasish.training.data.arrays import ArrayBatches
from kerasish.training.data.data import Data

SECONDS = 0.02  # of one call: so the bar moves, and Ctrl-C works


class Blocks:
    """Runs an epoch over arrays: batch by batch at first, and in one call as soon as it can.

    Args:
        find: returns the engine's function; `batches(*batch)` of that gives what runs many like
            it, or None. It is another one after settings were changed between two epochs.
        step: runs one batch.
        source: the arrays.
    """

    def __init__(
        self, find: Callable[[], Any], step: Callable[..., Any], source: ArrayBatches
    ) -> None:
        self.find, self.step, self.source = find, step, source
        self.function: Any = None
        self._many: Any = None
        self._count = 1  # batches of the next call
        self._arrays: list[Any] = []

    @classmethod
    def of(cls, find: Callable[[], Any], step: Callable[..., Any], data: Data) -> Blocks | None:
        """Return it for whole epochs over arrays, else None."""
        is_able = hasattr(find(), "batches") and data.steps_per_epoch is None
        if not (is_able and isinstance(data.source, ArrayBatches)):
            return None
        return cls(find, step, data.source)

    def epoch(self, number: int) -> Iterator[tuple[int, Any]]:
        """Run an epoch; yield how many batches are done, and what the last one returned."""
        source, done = self.source, 0
        size = source.batch_size or 1
        full = source.num_rows // size
        order = self._order(number)
        if self.find() is not self.function:
            self._many = None
        if self._many is None:  # the first batch builds what is to be built, and is checked
            for done, result in self._one_by_one(number, order, full):
                yield done, result
            if self._many is None:
                return
        while done < full:
            count = min(self._count, full - done)
            start = time.perf_counter()
            self._many(self._arrays, order, done, count)
            self._pace(count, time.perf_counter() - start)
            done += count
            yield done, None
        if done * size < source.num_rows:
            rest = source.gather(order[done * size :])
            yield done + 1, self.step(*source.batch_of(rest))

    def _one_by_one(self, number: int, order: Any, full: int) -> Iterator[tuple[int, Any]]:
        """Run batches until many can be run in one call."""
        source = self.source
        first = source.batch_of(source.gather(order[: source.batch_size]))
        rest = islice(source.one_pass(number), 1, None)
        for done, batch in enumerate(chain([first], rest), 1):
            yield done, self.step(*batch)
            if done < full:
                self.function = self.find()
                batches = getattr(self.function, "batches", None)  # the engine may be another now
                self._many = batches and batches(*batch)
                if self._many is not None:
                    return

    def _order(self, number: int) -> Any:
        if not self._arrays:
            self._arrays = [np.ascontiguousarray(array) for array in self.source.arrays]
        order = self.source.order(number)
        if order is None:
            return np.arange(self.source.num_rows, dtype=np.int64)
        return np.ascontiguousarray(order, dtype=np.int64)

    def _pace(self, count: int, seconds: float) -> None:
        """Let the next call take about as long as a call may."""
        wanted = count * SECONDS / max(seconds, 1e-6)
        self._count = max(1, min(int(wanted), 8 * self._count))
