"""What the functions of `kerasish.random` have in common: shapes and dtypes made plain."""

from __future__ import annotations

from typing import Any

from kerasish.arrays.dtype import is_float, standardize_dtype
from kerasish.errors import explain


def plain_shape(shape: Any) -> tuple[int, ...]:
    """Return a shape as a tuple of whole numbers.

    Raises:
        ValueError: when a size is unknown.
    """
    sizes = (shape,) if hasattr(shape, "__index__") else tuple(shape)
    if any(size is None for size in sizes):
        raise ValueError(explain("Random numbers need a shape without unknown sizes", shape=shape))
    return tuple(int(size) for size in sizes)


def float_dtype(dtype: Any, function: str) -> str:
    """Return the name of a float dtype; `floatx()` for None.

    Raises:
        ValueError: for another kind of dtype.
    """
    name = standardize_dtype(dtype)
    if not is_float(name):
        raise ValueError(
            explain(f"`random.{function}` draws floats", expected="a float dtype", dtype=dtype)
        )
    return name
