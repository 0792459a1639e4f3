"""Arrays as batches: slices of them, or rows gathered in a shuffled order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from kerasish import tree
from kerasish.errors import explain
from kerasish.training.data.conversion import is_array_like, to_arrays
from kerasish.training.data.source import Batch, Source
from kerasish.training.data.weights import weights_for

DEFAULT_BATCH_SIZE = 32
# Shuffled rows are gathered for many small batches at once: a batch of 32 rows of 16 floats and a
# target takes 0.9 µs so, and 2.3 µs by itself; batches of 128 rows of 784 floats lose nothing up
# to this size, and a fifth at 1 MiB (NumPy 2.4, one core of a cloud machine).
BLOCK_BYTES = 1 << 18


class ArrayBatches(Source):
    """Batches of the rows of arrays.

    The order of a shuffled pass is a function of `seed` and the number of the pass, and of
    nothing else: Philox with that key draws the permutation. Batches that are not shuffled are
    slices of the arrays themselves; shuffled ones are fresh copies.

    Args:
        x, y, sample_weight: arrays or structures of arrays with the same number of rows.
        batch_size: 32 by default, or what gives `steps` batches.
        steps: how many batches are wanted, if `batch_size` is None.
        shuffle: True for rows in a new order at each pass; `"batch"` keeps each batch together
            and shuffles within.
        class_weight: dict from class to weight, instead of `sample_weight`.
        seed: decides the shuffling; by default a number drawn from NumPy's global generator,
            which `keras.utils.set_random_seed` seeds.

    Attributes:
        arrays: the arrays, without their structure.
        num_rows: how many rows each has.

    Raises:
        ValueError: for no rows, unequal numbers of rows, or a bad `batch_size` or `shuffle`.

    Example:
        >>> data = ArrayBatches(np.arange(5), np.arange(5) * 10, batch_size=2)
        >>> [(x.tolist(), y.tolist()) for x, y, _ in data.one_pass(0)]
        [([0, 1], [0, 10]), ([2, 3], [20, 30]), ([4], [40])]
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        batch_size: int | None = None,
        steps: int | None = None,
        shuffle: Any = False,
        class_weight: Any = None,
        seed: int | None = None,
    ) -> None:
        x, y = to_arrays(x, "x"), to_arrays(y, "y")
        weights = weights_for(y, to_arrays(sample_weight, "sample_weight"), class_weight)
        self.class_weight = class_weight
        structure = (x, y, weights)
        self.num_rows = _number_of_rows(structure)
        self.batch_size = _checked_batch_size(batch_size, steps, self.num_rows)
        self.num_batches = math.ceil(self.num_rows / self.batch_size)
        self.partial_batch_size = self.num_rows % self.batch_size or None
        if shuffle not in (True, False, "batch"):
            raise ValueError(
                explain("Unknown `shuffle`", expected="True, False or 'batch'", shuffle=shuffle)
            )
        self.shuffle = shuffle
        self.seed = _new_seed() if seed is None and shuffle else seed
        self._order: tuple[int, Any] = (-1, None)  # of the latest pass, and its number
        self.arrays = [leaf for leaf in tree.flatten(structure) if leaf is not None]
        self._batch_of = _rebuilder(structure)

    def order(self, number: int) -> np.ndarray[Any, Any] | None:
        """Return the rows in the order of this pass, or None if that is their own order."""
        if not self.shuffle:
            return None
        if self._order[0] != number:
            self._order = number, self._new_order(number)
        return self._order[1]

    def _new_order(self, number: int) -> np.ndarray[Any, Any]:
        rng = random_order(self.seed, number)
        if self.shuffle != "batch":
            return rng.permutation(self.num_rows)
        size = self.batch_size or 1
        rows = np.arange(self.num_rows)
        whole = self.num_rows - self.num_rows % size
        within = rng.permuted(rows[:whole].reshape(-1, size), axis=1).reshape(-1)
        return np.concatenate([within, rng.permutation(rows[whole:])])

    def gather(self, index: np.ndarray[Any, Any], out: Any = None) -> list[np.ndarray[Any, Any]]:
        """Return the given rows of each array, in the order of `arrays`.

        Args:
            index: numbers of rows.
            out: arrays to write them into, one for each; fresh ones by default.
        """
        out = [None] * len(self.arrays) if out is None else out
        # mode="clip" spares NumPy a buffer and a second look at the indices, all in range here.
        return [
            array.take(index, axis=0, out=target, mode="clip")
            for array, target in zip(self.arrays, out, strict=True)
        ]

    def batch_of(self, arrays: list[np.ndarray[Any, Any]]) -> Batch:
        """Return arrays in the order of `arrays` as (x, y, sample_weight), structures restored."""
        return self._batch_of(arrays)

    def one_pass(self, number: int) -> Iterator[Batch]:
        order = self.order(number)
        if order is None:
            return self._slices()
        return self._gathered(order)

    def _slices(self) -> Iterator[Batch]:
        size, batch_of, arrays = self.batch_size or 1, self._batch_of, self.arrays
        contiguous = all(array.flags.c_contiguous for array in arrays)
        for start in range(0, self.num_rows, size):
            pieces = [array[start : start + size] for array in arrays]
            yield batch_of(pieces if contiguous else [np.ascontiguousarray(p) for p in pieces])

    def _gathered(self, order: np.ndarray[Any, Any]) -> Iterator[Batch]:
        size, batch_of = self.batch_size or 1, self._batch_of
        bytes_of_a_row = sum(array.nbytes for array in self.arrays) // self.num_rows
        rows = size * max(1, BLOCK_BYTES // max(1, bytes_of_a_row * size))
        for first in range(0, self.num_rows, rows):
            block = self.gather(order[first : first + rows])
            for start in range(0, len(block[0]), size):
                yield batch_of([array[start : start + size] for array in block])


def random_order(seed: int | None, number: int) -> np.random.Generator:
    """Return the generator that shuffles the pass with this number."""
    return np.random.Generator(np.random.Philox(key=[seed or 0, number]))


def _new_seed() -> int:
    return int(np.random.randint(0, 2**32, dtype=np.uint64))


def are_arrays(*structures: Any) -> bool:
    """Say whether all leaves are array-like, None among them."""
    return all(is_array_like(leaf) for leaf in tree.flatten(structures))


def _number_of_rows(structure: Batch) -> int:
    """The number of rows that all arrays have.

    Raises:
        ValueError: when they do not agree, or there is none.
    """
    named = zip(("x", "y", "sample_weight"), structure, strict=True)
    rows = {
        name: [len(leaf) for leaf in tree.flatten(part) if leaf is not None] for name, part in named
    }
    numbers = {number for part in rows.values() for number in part}
    if not rows["x"]:
        raise ValueError(explain("There is no data", expected="at least one array", x=structure[0]))
    if len(numbers) > 1:
        sizes = "; ".join(f"{n!r} sizes: {', '.join(map(str, r))}" for n, r in rows.items() if r)
        raise ValueError(
            "Data cardinality is ambiguous: all arrays must have the same number of rows. "
            f"Received: {sizes}"
        )
    (number,) = numbers
    if not number:
        shapes = [leaf.shape for leaf in tree.flatten(structure[0]) if leaf is not None]
        raise ValueError(explain("There is no data: `x` has no rows", shapes=shapes))
    return number


def _checked_batch_size(batch_size: Any, steps: int | None, rows: int) -> int:
    if batch_size is None:
        return math.ceil(rows / steps) if steps else DEFAULT_BATCH_SIZE
    if isinstance(batch_size, bool) or not hasattr(batch_size, "__index__") or batch_size < 1:
        raise ValueError(explain("`batch_size` must be a positive integer", batch_size=batch_size))
    return int(batch_size)


def _rebuilder(structure: Batch) -> Callable[[list[Any]], Batch]:
    """A function from the arrays to (x, y, sample_weight), quick for the usual kinds of data."""
    if not any(tree.is_nested(part) for part in structure):
        if structure[1] is None and structure[2] is None:
            return lambda arrays: (arrays[0], None, None)
        if structure[2] is None:
            return lambda arrays: (arrays[0], arrays[1], None)
        if structure[1] is not None:
            return lambda arrays: tuple(arrays)  # type: ignore[return-value]
    places = [leaf is not None for leaf in tree.flatten(structure)]

    def rebuild(arrays: list[Any]) -> Batch:
        remaining = iter(arrays)
        leaves = [next(remaining) if there else None for there in places]
        return tree.pack_sequence_as(structure, leaves)  # type: ignore[no-any-return]

    return rebuild


def train_validation_split(arrays: Any, validation_split: float) -> tuple[Any, Any]:
    """Split arrays into their first rows, for training, and their last, for validation.

    Args:
        arrays: a structure of arrays with the same number of rows, such as `(x, y, None)`.
        validation_split: the part of the rows for validation, between 0 and 1.

    Returns:
        Two structures of views: no row is copied.

    Raises:
        ValueError: when something is no array, or one part would be empty.

    Example:
        >>> (x, _), (x_val, _) = train_validation_split((np.arange(5), None), 0.4)
        >>> x.tolist(), x_val.tolist()
        ([0, 1, 2], [3, 4])
    """
    leaves = [leaf for leaf in tree.flatten(arrays) if leaf is not None]
    strangers = sorted({type(leaf).__name__ for leaf in leaves if not is_array_like(leaf)})
    if strangers:
        raise ValueError(
            explain(
                "`validation_split` is only supported for tensors or NumPy arrays",
                advice="Pass validation_data instead.",
                types=strangers,
            )
        )
    if not 0 < validation_split < 1:
        raise ValueError(
            explain(
                "`validation_split` must lie between 0 and 1", validation_split=validation_split
            )
        )
    arrays = to_arrays(arrays, "x")
    leaves = [leaf for leaf in tree.flatten(arrays) if leaf is not None]
    if not leaves:
        return arrays, arrays
    rows = len(leaves[0])
    middle = math.floor(rows * (1.0 - validation_split))
    if middle in (0, rows):
        raise ValueError(
            explain(
                f"Training data contains {rows} samples, too few to split",
                validation_split=validation_split,
            )
        )

    def part(start: int, stop: int) -> Any:
        return tree.map_structure(lambda a: a[start:stop], arrays, none_is_leaf=False)

    return part(0, middle), part(middle, rows)
