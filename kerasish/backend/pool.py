"""Memory for large results of eager steps, used again as soon as nobody holds it.

Fresh memory for an array of megabytes is mapped, and faulted in page by page, at every step:
Adam over 670,000 parameters took 5.8 ms so, and 1.4 ms with memory that is used again.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

import numpy as np

SMALLEST = 1 << 15  # bytes; below, the C library's own free lists are as quick
LARGEST_TOTAL = 1 << 27  # bytes that a thread's pool may hold on to


class _Pool(threading.local):
    """Arrays handed out, by shape and dtype; those that nobody else refers to are free."""

    def __init__(self) -> None:
        self.arrays: dict[Any, list[Any]] = {}
        self.total = 0


_pool = _Pool()


def _references(array: Any) -> int:
    return sys.getrefcount(array)


def _when_free() -> int:
    """How many references are counted for an array that only the pool's list holds."""
    for array in [np.empty(1)]:
        return _references(array)
    return 0


_FREE = _when_free()


def take(shape: tuple[int, ...], dtype: Any) -> Any:
    """Return an array of undefined content that nobody else refers to.

    Args:
        shape: sizes.
        dtype: NumPy's dtype object.
    """
    key = (shape, dtype)
    known = _pool.arrays.get(key)
    if known is None:
        known = _pool.arrays[key] = []
    for array in known:
        if _references(array) <= _FREE:
            return array
    array = np.empty(shape, dtype)
    if _pool.total + array.nbytes > LARGEST_TOTAL:
        _pool.arrays.clear()  # arrays in use live on with their users
        _pool.total = 0
        known = _pool.arrays[key] = []
    known.append(array)
    _pool.total += array.nbytes
    return array
