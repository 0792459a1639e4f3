"""PyDatasets as batches: in between, or by threads that work ahead."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from kerasish.training.data.arrays import _new_seed, random_order
from kerasish.training.data.generators import as_batch
from kerasish.training.data.source import Batch, Source
from kerasish.training.data.weights import weights_for
from kerasish.utils.py_dataset import PyDataset


class DatasetBatches(Source):
    """Batches of a `PyDataset`.

    Args:
        dataset: the dataset; the number of its threads and of batches ahead is its own affair.
        shuffle: whether its batches are asked for in a new order at each pass.
        class_weight: dict from class to weight.
        seed: decides the shuffling, as for arrays.
    """

    def __init__(
        self,
        dataset: PyDataset,
        shuffle: Any = False,
        class_weight: Any = None,
        seed: int | None = None,
    ) -> None:
        self.dataset = dataset
        self.shuffle = shuffle
        self.class_weight = class_weight
        self.seed = _new_seed() if seed is None and shuffle else seed

    @property
    def num_batches(self) -> int | None:  # type: ignore[override]
        """How many batches there are now: a dataset may change between epochs."""
        return self.dataset.num_batches

    def one_pass(self, number: int) -> Iterator[Batch]:
        count = self.num_batches
        indices: Iterable[int] = itertools.count() if count is None else range(count)
        if self.shuffle and count is not None:
            indices = random_order(self.seed, number).permutation(count).tolist()
        for batch in self._batches(indices):
            yield self._weighted(as_batch(_as_tuple(batch), "PyDataset.__getitem__()"))

    def _batches(self, indices: Iterable[int]) -> Iterator[Any]:
        if self.dataset.workers > 1 or (self.dataset.workers and self.dataset.use_multiprocessing):
            return _made_ahead(self.dataset, indices)
        return (self.dataset[index] for index in indices)

    def _weighted(self, batch: Batch) -> Batch:
        x, y, sample_weight = batch
        if self.class_weight is None or y is None:
            return batch
        return x, y, weights_for(y, sample_weight, self.class_weight)

    def on_epoch_begin(self) -> None:
        self.dataset.on_epoch_begin()

    def on_epoch_end(self) -> None:
        self.dataset.on_epoch_end()


def _as_tuple(batch: Any) -> Any:
    return tuple(batch) if isinstance(batch, list) else batch


def _made_ahead(dataset: PyDataset, indices: Iterable[int]) -> Iterator[Any]:
    """Yield batches in order while threads make those that follow."""
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(max(1, dataset.workers), thread_name_prefix="PyDataset")
    making: deque[Any] = deque()
    try:
        for index in indices:
            making.append(pool.submit(dataset.__getitem__, index))
            if len(making) >= max(1, dataset.max_queue_size):
                yield making.popleft().result()
        while making:
            yield making.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
