"""DataLoader: a dataset of rows → shuffled batches of tensors, made ahead by threads if wanted."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from kerasish.errors import explain
from kerasish.utils.data.collate import collate_rows, to_tensors
from kerasish.utils.data.prefetch import Prefetcher, until
from kerasish.utils.data.tensor_dataset import TensorDataset


class DataLoader:
    """Batches of a dataset's rows, for `fit` or for a loop of one's own.

    A dataset has `__len__` and `__getitem__(index)`, or only `__iter__`. A row is an array, a
    number, a string, or a tuple, list or dict of those; a batch is built alike, with tensors that
    have one axis more, and lists of the strings. Each `iter(loader)` is a new epoch; several may
    run at once. A dataset that is an iterator, such as a generator, ends after its only epoch.

    The order of a shuffled epoch is a function of `seed`, the epoch and the number of rows: the
    one in which `fit(x, y)` would take the same rows of arrays. The workers have no part in it.

    Args:
        dataset: where the rows come from.
        batch_size: rows of a batch; the last one may have fewer.
        shuffle: whether rows come in a new order each epoch.
        workers: how many threads make batches ahead; 0 makes them when they are asked for.
            `__getitem__` and `collate` are called by several threads at once, an iterable dataset
            is asked by one at a time. Threads help where rows are read, decoded or waited for:
            Python runs the rest of the code one thread at a time.
        drop_last: leave out a last batch that has fewer rows.
        collate: makes a batch from a list of rows; NumPy arrays in it become tensors. By default
            rows are stacked.
        seed: decides the shuffling; by default drawn from NumPy's global generator, which
            `keras.utils.set_random_seed` seeds, when the loader is made.
        prefetch: at most `workers * prefetch` batches are ready or in the making at a time.
        num_workers, collate_fn, prefetch_factor: PyTorch's names for `workers`, `collate` and
            `prefetch`.

    Attributes:
        dataset, batch_size, shuffle, workers, drop_last, collate, seed, prefetch: as given.

    Raises:
        TypeError: for a dataset that is none.
        ValueError: for arguments out of range or in contradiction; while iterating, for rows that
            do not go into one batch. What the dataset raises comes as it is, after the batches
            before it.

    Example:
        >>> class Squares:
        ...     def __len__(self):
        ...         return 5
        ...     def __getitem__(self, index):
        ...         return float(index), index**2
        >>> loader = DataLoader(Squares(), batch_size=2, workers=2)
        >>> len(loader)
        3
        >>> for x, y in loader:
        ...     print(x.dtype, x.numpy().tolist(), y.numpy().tolist())
        float32 [0.0, 1.0] [0, 1]
        float32 [2.0, 3.0] [4, 9]
        float32 [4.0] [16]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool = False,
        workers: int = 0,
        *,
        drop_last: bool = False,
        collate: Callable[[list[Any]], Any] | None = None,
        seed: int | None = None,
        prefetch: int = 2,
        num_workers: int | None = None,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        prefetch_factor: int | None = None,
    ) -> None:
        self._has_indices = _has_indices(dataset)
        workers = _one_of(0, workers=workers, num_workers=num_workers)
        prefetch = _one_of(2, prefetch=prefetch, prefetch_factor=prefetch_factor)
        collate = _one_of(None, collate=collate, collate_fn=collate_fn)
        if shuffle and not self._has_indices:
            raise ValueError(
                explain(
                    "`shuffle` needs a dataset with `__len__` and `__getitem__`: rows that come "
                    "one after another have no other order",
                    shuffle=shuffle,
                    dataset=type(dataset),
                    advice="Shuffle in the dataset's __iter__, or leave `shuffle` out.",
                )
            )
        if collate is not None and not callable(collate):
            raise ValueError(
                explain("`collate` must be a function from a list of rows", collate=collate)
            )
        self.dataset = dataset
        self.batch_size = _whole("batch_size", batch_size, least=1)
        self.shuffle = bool(shuffle)
        self.workers = _whole("workers", workers, least=0)
        self.drop_last = bool(drop_last)
        self.collate = collate
        self.prefetch = _whole("prefetch", prefetch, least=1)
        if seed is None and shuffle:
            seed = int(np.random.randint(0, 2**32, dtype=np.uint64))
        self.seed = None if seed is None else _whole("seed", seed, least=0, most=2**64 - 1)
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Make the next `iter(loader)` the epoch with this number, counted from 0.

        With the same `seed`, training that was broken off goes on in the order it would have had.
        """
        self._epoch = _whole("epoch", epoch, least=0)

    def __len__(self) -> int:
        """How many batches an epoch has.

        Raises:
            TypeError: when the dataset does not know how many rows it has.
        """
        if not hasattr(self.dataset, "__len__"):
            raise TypeError(
                explain(
                    "The dataset has no `__len__`: nobody knows how many batches there are",
                    dataset=type(self.dataset),
                )
            )
        rows = len(self.dataset)
        return rows // self.batch_size if self.drop_last else -(-rows // self.batch_size)

    def __iter__(self) -> Iterator[Any]:
        epoch, self._epoch = self._epoch, self._epoch + 1
        stop = threading.Event()
        tasks = self._indices(epoch) if self._has_indices else self._rows(stop)
        if not self.workers:
            return (to_tensors(self._batch(task, stop)) for task in tasks)
        # Tensors are made in the caller's thread: on the device that is current there.
        return Prefetcher(
            tasks,
            make=lambda task: self._batch(task, stop),
            finish=to_tensors,
            workers=self.workers,
            ahead=self.workers * self.prefetch,
            stop=stop,
        ).batches()

    def _indices(self, epoch: int) -> Iterator[Any]:
        """The numbers of the rows of each batch."""
        count = len(self.dataset)
        if self.shuffle:
            random = np.random.Generator(np.random.Philox(key=[self.seed or 0, epoch]))
            order = random.permutation(count)
        else:
            order = np.arange(count)
        for start in range(0, count, self.batch_size):
            indices = order[start : start + self.batch_size]
            if len(indices) == self.batch_size or not self.drop_last:
                yield indices, None

    def _rows(self, stop: threading.Event) -> Iterator[Any]:
        """The rows of each batch, with their numbers."""
        rows = until(stop, self.dataset)
        for start in itertools.count(0, self.batch_size):
            taken = list(itertools.islice(rows, self.batch_size))
            if len(taken) == self.batch_size or (taken and not self.drop_last):
                yield range(start, start + len(taken)), taken
            if len(taken) < self.batch_size:
                return

    def _batch(self, task: Any, stop: threading.Event) -> Any:
        indices, rows = task
        if self.collate is None and _gathers(self.dataset):
            return self.dataset.gather(indices)
        if rows is None:
            indices = indices.tolist()
            rows = [self.dataset[index] for index in until(stop, indices)]
        return collate_rows(rows, indices) if self.collate is None else self.collate(rows)


def _gathers(dataset: Any) -> bool:
    """Whether rows are plain rows of arrays, no subclass changing them one by one."""
    return getattr(type(dataset), "__getitem__", None) is TensorDataset.__getitem__


def _has_indices(dataset: Any) -> bool:
    """Whether rows can be asked for by number.

    Raises:
        TypeError: when they cannot be asked for at all.
    """
    if hasattr(dataset, "__getitem__") and hasattr(dataset, "__len__"):
        return True
    if hasattr(dataset, "__iter__"):
        return False
    raise TypeError(
        explain(
            "A dataset must have `__len__` and `__getitem__(index)`, or `__iter__`",
            dataset=dataset,
            type=type(dataset),
            advice="Of arrays, TensorDataset(x, y) makes one.",
        )
    )


def _one_of(default: Any, **names: Any) -> Any:
    """The value given under our name or under PyTorch's; not under both."""
    (ours, value), (theirs, other) = names.items()
    if other is None:
        return value
    if value is not default and value != default:
        raise ValueError(
            explain(f"`{theirs}` is another name of `{ours}`: give one of them", **names)
        )
    return other


def _whole(name: str, value: Any, least: int, most: int | None = None) -> int:
    is_whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not is_whole or value < least or (most is not None and value > most):
        limit = f"{least} or more" if most is None else f"from {least} to {most}"
        raise ValueError(explain(f"`{name}` must be a whole number, {limit}", **{name: value}))
    return int(value)
