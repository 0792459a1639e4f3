"""The first value of a variable: made at once, even while a function is traced."""

from __future__ import annotations

from typing import Any

from kerasish.arrays import memory
from kerasish.arrays.device import array_module, module_of
from kerasish.arrays.dtype import numpy_dtype, standardize_dtype
from kerasish.backend.convert import to_array
from kerasish.backend.scopes import concrete
from kerasish.backend.tensor import Tensor
from kerasish.errors import ShapeError, explain


def first_value(initializer: Any, shape: Any, dtype: Any) -> Any:
    """Make the first value: concrete, even while a function is traced."""
    wanted = None if dtype is None else standardize_dtype(dtype)
    with concrete():
        if callable(initializer) and not hasattr(initializer, "shape"):
            if shape is None:
                raise ValueError(
                    explain("`shape` is needed when the initializer is a callable", shape=shape)
                )
            wanted = wanted or standardize_dtype(None)
            initializer = initializer(_plain_shape(shape), dtype=wanted)
        if hasattr(initializer, "__tensor__"):
            initializer = initializer.__tensor__()
        if isinstance(initializer, Tensor):
            initializer = initializer.value
        array = to_array(initializer, wanted, array_module())
        if shape is not None and tuple(array.shape) != _plain_shape(shape):
            raise ShapeError(
                "The initial value has another shape", expected=f"{tuple(shape)}", shape=array.shape
            )
    array = array.astype(numpy_dtype(wanted), copy=False) if wanted else array
    return memory.copy(module_of(array), array)


def _plain_shape(shape: Any) -> tuple[int, ...]:
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if any(s is None or s < 0 for s in sizes):
        raise ValueError(explain("A variable's sizes must be known and not negative", shape=sizes))
    return tuple(int(s) for s in sizes)
