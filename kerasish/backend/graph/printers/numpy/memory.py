"""The memory that a bound program works in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasish.arrays.dtype import numpy_dtype
from kerasish.arrays.memory import empty
from kerasish.backend import pool


class Memory:
    """Slots that values share in turn, and what else a printed plan asks for.

    Args:
        xp: the array module.
        slots: for each a piece of memory, in bytes.
        block: elements of a block.
    """

    def __init__(self, xp: Any, slots: Sequence[Any], block: int = 0) -> None:
        self.xp = xp
        self.slots = slots
        self.block = block
        self._local: dict[tuple[int, str], Any] = {}

    def slot(self, index: int, shape: tuple[int, ...], dtype: str) -> Any:
        """Return a slot's memory as an array."""
        kind = numpy_dtype(dtype)
        size = math.prod(shape) * kind.itemsize
        return self.slots[index][:size].view(kind).reshape(shape)

    def fresh(self, shape: tuple[int, ...], dtype: str) -> Any:
        """Return memory for a value that leaves the plan."""
        kind = numpy_dtype(dtype)
        large = math.prod(shape) * kind.itemsize >= pool.SMALLEST
        return pool.take(shape, kind) if large and self.xp is np else self.xp.empty(shape, kind)

    def local(self, index: int, dtype: str) -> Any:
        """Return memory for one block of a value that nobody needs after the block."""
        if (index, dtype) not in self._local:
            self._local[index, dtype] = empty(self.xp, (self.block,), numpy_dtype(dtype))
        return self._local[index, dtype]

    def blocks(self, whole: Sequence[Any], local: Sequence[Any], size: int) -> list[Any]:
        """Cut arrays into blocks.

        Args:
            whole: arrays of `size` elements, of which each block is the next piece.
            local: arrays of one block, of which each block is the beginning.
            size: number of elements.
        """
        length = self.block
        rows = [array.reshape(-1) for array in whole]
        return [
            (*(row[i : i + length] for row in rows), *(a[: min(length, size - i)] for a in local))
            for i in range(0, size, length)
        ]
