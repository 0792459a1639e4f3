"""Rows → a batch: structures of rows become one structure of arrays with a new first axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasish import tree
from kerasish.arrays.device import module_of
from kerasish.arrays.dtype import dtype_name, numpy_dtype, result_type
from kerasish.backend.convert import as_tensor, to_array
from kerasish.backend.tensor import Tensor
from kerasish.errors import explain
from kerasish.tree.containers import place

NUMBERS = (bool, int, float, complex)
TEXT = (str, bytes)
ADVICE = "Pass DataLoader(collate=…), a function from a list of rows to a batch."


def collate_rows(rows: list[Any], indices: Sequence[int]) -> Any:
    """Stack rows leaf by leaf.

    Arrays keep their dtype, Python's numbers get the default ones; strings make a list, and None
    in every row stays None. The arrays are NumPy's, but tensors on a GPU are stacked there.

    Args:
        rows: structures of arrays, tensors, numbers and strings, at least one.
        indices: the rows' numbers in the dataset, for errors.

    Raises:
        ValueError: when a row is unlike the first one, or holds something else.

    Example:
        >>> collate_rows([{"x": 1, "name": "a"}, {"x": 2, "name": "b"}], [0, 1])
        {'x': array([1, 2], dtype=int32), 'name': ['a', 'b']}
    """
    first = rows[0]
    for row, index in zip(rows, indices, strict=True):
        if _are_flat_alike(first, row):
            continue
        try:
            tree.assert_same_structure(first, row)
        except ValueError as error:
            raise ValueError(
                f"Row {index} of the dataset is not built like row {indices[0]} of the same "
                f"batch. {error} {ADVICE}"
            ) from None
    columns = zip(*(tree.flatten(row) for row in rows), strict=True)
    paths = [path for path, _ in tree.flatten_with_path(first)]
    stacked = [_stacked(column, path, indices) for path, column in zip(paths, columns, strict=True)]
    return tree.pack_sequence_as(first, stacked)


def _are_flat_alike(a: Any, b: Any) -> bool:
    """Say whether these are tuples of as many leaves: most rows, told ten times as quickly."""
    is_pair = type(a) is type(b) is tuple and len(a) == len(b)
    return is_pair and not any(map(tree.is_nested, (*a, *b)))


def to_tensors(batch: Any) -> Any:
    """Return the batch with tensors on the current device instead of NumPy arrays."""
    return tree.map_structure(_to_tensor, batch)


def _to_tensor(leaf: Any) -> Any:
    is_array = isinstance(leaf, (np.ndarray, np.number, np.bool_)) and leaf.dtype != object
    return as_tensor(leaf) if is_array else leaf


def _stacked(values: tuple[Any, ...], path: tuple[Any, ...], indices: Sequence[int]) -> Any:
    first = values[0]
    if isinstance(first, TEXT) and all(isinstance(value, TEXT) for value in values):
        return list(values)
    if first is None and all(value is None for value in values):
        return None
    if type(first) in NUMBERS and all(type(value) in NUMBERS for value in values):
        return to_array(list(values), None, np)
    arrays = [_as_array(value, path, index) for value, index in zip(values, indices, strict=True)]
    shape = np.shape(arrays[0])
    for array, index in zip(arrays, indices, strict=True):
        if np.shape(array) != shape:
            raise ValueError(
                explain(
                    f"Row {index} of the dataset has another shape at {place(path)} than row "
                    f"{indices[0]} of the same batch",
                    expected=str(shape),
                    shape=np.shape(array),
                    advice=ADVICE,
                )
            )
    kinds = {type(array) if type(array) in NUMBERS else array.dtype for array in arrays}
    dtype = None if len(kinds) == 1 else numpy_dtype(result_type(*map(_name, kinds)))
    xp = module_of(arrays[0])
    if xp is not np:
        return Tensor(xp.stack([xp.asarray(array, dtype=dtype) for array in arrays]))
    return np.array(arrays, dtype=dtype)  # np.stack takes 10 µs for 32 rows of 16, this 3 µs


def _name(kind: Any) -> Any:
    return kind if isinstance(kind, type) else dtype_name(kind)


def _as_array(value: Any, path: tuple[Any, ...], index: int) -> Any:
    """An array of any module, or a Python number, which has no dtype of its own."""
    is_ready = type(value) is np.ndarray and value.dtype != object
    if is_ready or type(value) in NUMBERS:
        return value
    if hasattr(value, "__tensor__"):  # a Variable
        value = value.__tensor__()
    if isinstance(value, Tensor):
        return value.value
    is_array = hasattr(value, "__array__") or hasattr(value, "__array_interface__")
    array = np.asarray(value) if is_array else None
    if array is None or (array.dtype == object and not all(isinstance(v, str) for v in array.flat)):
        raise ValueError(
            explain(
                f"Row {index} of the dataset holds at {place(path)} what cannot be stacked",
                expected="arrays, tensors, numbers or strings, the same kind in every row",
                type=type(value),
                value=value,
                advice=ADVICE,
            )
        )
    return array
