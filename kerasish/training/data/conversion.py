"""Anything array-like → a NumPy array of a dtype that a model can take."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish import tree
from kerasish.arrays.dtype import dtype_name, floatx, is_float, numpy_dtype
from kerasish.errors import explain

NUMBERS = "biufc"
TEXT = "US"
NUMBER_CLASSES = (
    "Number the classes first: `names, y = np.unique(y, return_inverse=True)`; `names[number]` is "
    "the text again."
)


def is_array_like(value: Any) -> bool:
    """Say whether `to_array` would try to take this."""
    return value is None or hasattr(value, "__array__") or _is_table(value) or _is_torch(value)


def to_array(value: Any, name: str) -> np.ndarray[Any, Any]:
    """Return a NumPy array of at least one axis, floats in `floatx`.

    Arrays that fit are returned as they are, without a copy. Tables of pandas give their
    values, a single column as one of shape `(rows, 1)`.

    Args:
        value: an array of NumPy, JAX, PyTorch, TensorFlow or kerasish, or a pandas object.
        name: how to call it in an error.

    Raises:
        ValueError: when it is something else, or holds something else than numbers or text.
    """
    if type(value) is np.ndarray:
        array = value
    elif _is_table(value):
        array = value.to_numpy()
        array = array[:, None] if array.ndim == 1 else array
    elif _is_torch(value):
        array = value.detach().cpu().numpy()
    elif hasattr(value, "__array__"):
        array = np.asarray(value)
    else:
        raise ValueError(unrecognized(value, name))
    if array.ndim == 0:
        raise ValueError(
            explain(
                f"`{name}` must have an axis of rows", expected="np.array([…])", **{name: array}
            )
        )
    return _in_known_dtype(array, name)


def to_arrays(structure: Any, name: str) -> Any:
    """Return a structure with `to_array` of each leaf; None stays None."""
    if type(structure) is np.ndarray:
        return to_array(structure, name)
    return tree.map_structure(lambda leaf: to_array(leaf, name), structure, none_is_leaf=False)


def _in_known_dtype(array: np.ndarray[Any, Any], name: str) -> np.ndarray[Any, Any]:
    dtype = dtype_name(array.dtype)
    if is_float(dtype):
        return array if dtype == floatx() else array.astype(numpy_dtype(floatx()))
    kind = array.dtype.kind
    if kind in NUMBERS or kind in TEXT:
        return array
    if kind == "O" and all(isinstance(item, str) for item in array.flat):
        return array
    raise ValueError(
        explain(
            f"`{name}` must hold numbers",
            expected="an array of floats, integers or bools",
            advice="Rows of unequal length, missing values and dates must be converted first; "
            f"numbers kept as objects with `{name}.astype('float32')`.",
            dtype=str(array.dtype),
            shape=array.shape,
        )
    )


def unrecognized(value: Any, name: str) -> str:
    """The message for data of a kind that nobody knows what to do with."""
    advice = None
    if isinstance(value, (bool, int, float)):
        advice = f"Lists of numbers are no arrays: pass np.array({name})."
    elif isinstance(value, str):
        advice = f"A list of texts is no array. {NUMBER_CLASSES}"
    elif hasattr(value, "toarray"):
        advice = f"Sparse matrices are not supported: pass {name}.toarray()."
    return explain(
        "Unrecognized data type",
        expected="arrays, structures of arrays, a PyDataset, a generator or a data loader",
        advice=advice,
        **{name: value, "type": type(value)},
    )


def _is_table(value: Any) -> bool:
    return hasattr(value, "to_numpy") and hasattr(value, "iloc")


def _is_torch(value: Any) -> bool:
    return hasattr(value, "detach") and hasattr(value, "cpu")
