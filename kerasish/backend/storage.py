"""Storage: the memory of variables, each alone or many as views of one flat buffer.

An array that was handed out is never written again: whoever wants to write in place asks
for `writable()`, and gets a fresh copy if the old array is still known elsewhere. So a tensor
read before a training step keeps its value.
"""

from __future__ import annotations

import itertools
from typing import Any

from kerasish.arrays import memory
from kerasish.arrays.device import module_of

changes = itertools.count(1)


class Storage:
    """One array that variables live in.

    Attributes:
        array: the memory now. It may be exchanged; `version` then changes.
        lent: whether the array was handed out since it was made.
    """

    __slots__ = ("__weakref__", "array", "lent", "version")

    latest = 0  # version of the last change anywhere: one comparison tells a plan that all is well

    def __init__(self, array: Any) -> None:
        self.array = array
        self.lent = False
        self.touch()

    def touch(self) -> None:
        """Say that the array was exchanged or handed out."""
        self.version = Storage.latest = next(changes)

    def lend(self) -> Any:
        """Return the array for reading; it will not be written after this."""
        if not self.lent:
            self.lent = True
            Storage.latest = next(changes)
        return self.array

    def exchange(self, array: Any) -> None:
        """Take another array of the same shape and dtype as the memory."""
        self.array = array
        self.lent = False
        self.touch()

    def adopt(self, array: Any) -> None:
        """Take an array as the memory that a tensor holds, too: it counts as handed out."""
        self.array = array
        self.lent = True
        self.touch()

    def writable(self) -> Any:
        """Return the array for writing in place."""
        if self.lent:
            self.exchange(memory.copy(module_of(self.array), self.array))
        return self.array
