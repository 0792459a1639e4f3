"""PyDataset: batches that Python code makes, by number."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from typing import Any

_DEFAULTS = {"_workers": 1, "_use_multiprocessing": False, "_max_queue_size": 10}


class PyDataset:
    """Base class for data that is read or made batch by batch.

    Define `__getitem__`, which returns a whole batch, and `__len__`, the number of batches (or
    the property `num_batches`, which may be None for an endless dataset). Each batch is asked
    for once an epoch, in a shuffled order if `fit` shuffles.

    Args:
        workers: how many threads make batches ahead of the training; 1 makes them in between.
        use_multiprocessing: taken for Keras's sake. Batches are made by threads in any case:
            reading files, decoding images and NumPy's work run side by side there.
        max_queue_size: how many batches may be ready or in the making at a time.

    Example:
        >>> import numpy as np
        >>> class Squares(PyDataset):
        ...     def __len__(self):
        ...         return 3
        ...     def __getitem__(self, index):
        ...         x = np.arange(4) + 4 * index
        ...         return x, x**2
        >>> [x.tolist() for x, y in Squares()]
        [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    """

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ) -> None:
        self._workers = workers
        self._use_multiprocessing = use_multiprocessing
        self._max_queue_size = max_queue_size

    def _setting(self, name: str) -> Any:
        if name not in vars(self):
            for setting, value in _DEFAULTS.items():
                vars(self).setdefault(setting, value)
            warnings.warn(
                f"The constructor of `{type(self).__name__}` should call "
                "`super().__init__(**kwargs)`, which takes `workers`, `use_multiprocessing` and "
                "`max_queue_size`; the defaults are used.",
                stacklevel=4,
            )
        return vars(self)[name]

    @property
    def workers(self) -> int:
        """How many threads make batches."""
        return self._setting("_workers")  # type: ignore[no-any-return]

    @workers.setter
    def workers(self, value: int) -> None:
        self._workers = value

    @property
    def use_multiprocessing(self) -> bool:
        """What the constructor was given; batches are made by threads in any case."""
        return self._setting("_use_multiprocessing")  # type: ignore[no-any-return]

    @use_multiprocessing.setter
    def use_multiprocessing(self, value: bool) -> None:
        self._use_multiprocessing = value

    @property
    def max_queue_size(self) -> int:
        """How many batches may be ready or in the making at a time."""
        return self._setting("_max_queue_size")  # type: ignore[no-any-return]

    @max_queue_size.setter
    def max_queue_size(self, value: int) -> None:
        self._max_queue_size = value

    def __getitem__(self, index: int) -> Any:
        """Return the batch with this number. Subclasses define this."""
        raise NotImplementedError(f"`{type(self).__name__}` does not define `__getitem__`.")

    def __iter__(self) -> Iterator[Any]:
        try:
            count = self.num_batches
        except NotImplementedError:  # endless, as far as anybody knows
            count = None
        return (self[i] for i in (itertools.count() if count is None else range(count)))

    @property
    def num_batches(self) -> int | None:
        """How many batches an epoch has; None if it never ends."""
        if hasattr(self, "__len__"):
            return len(self)
        raise NotImplementedError(
            f"`{type(self).__name__}` does not define `__len__` or the property `num_batches`."
        )

    def on_epoch_begin(self) -> None:
        """Called before every epoch."""

    def on_epoch_end(self) -> None:
        """Called after every epoch."""
