"""Anything → Tensor, and how operands of different dtypes meet before a primitive sees them."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from kerasish.arrays.device import array_module, module_of
from kerasish.arrays.dtype import (
    dtype_name,
    floatx,
    is_float,
    numpy_dtype,
    result_type,
    standardize_dtype,
)
from kerasish.backend.tensor import Tensor
from kerasish.errors import explain
from kerasish.primitives.casting import cast

_PYTHON_NUMBERS = (bool, int, float, complex)


def as_tensor(value: Any, dtype: str | None = None) -> Tensor:
    """Return a Tensor of a value: a tensor, variable, array, number, or nested list of those.

    Python floats become `floatx()`, Python whole numbers `int32`; arrays keep their dtype.

    Args:
        value: what to convert. A NumPy array is not copied if it is C-contiguous.
        dtype: the wanted dtype; None leaves it.

    Raises:
        ValueError: for None, ragged lists, and objects that are no numbers.
    """
    if type(value) is not Tensor:
        value = _new_tensor(value, dtype)
    if dtype is not None and value.dtype != dtype:
        return cast(value, dtype=dtype)  # type: ignore[no-any-return]
    return value  # type: ignore[no-any-return]


def _new_tensor(value: Any, dtype: str | None) -> Tensor:
    if hasattr(value, "__tensor__"):
        return value.__tensor__()  # type: ignore[no-any-return]
    if isinstance(value, Tensor):
        return value
    if value is None:
        raise ValueError(
            "A tensor was expected, not None. If an argument is optional, leave it out."
        )
    if isinstance(value, (list, tuple)) and any(
        isinstance(v, Tensor) or hasattr(v, "__tensor__") for v in _leaves(value)
    ):
        return _stacked(value, dtype)
    xp = array_module()
    return Tensor(to_array(value, dtype, xp))


def to_array(value: Any, dtype: str | None, xp: Any) -> Any:
    """Return a C-contiguous array of `xp` for a host value, with kerasish's default dtypes."""
    if module_of(value) is xp and hasattr(value, "dtype"):
        array = value
    else:
        array = np.asarray(value)
        if not hasattr(value, "dtype"):
            array = _python_default(value, array)
    if isinstance(array, np.ndarray) and array.dtype.kind in "OUS" and dtype != "string":
        if array.dtype.kind in "US":
            return np.asarray(array, dtype=object) if dtype is None else array.astype(dtype)
        raise ValueError(explain("Numbers of one regular shape were expected", value=value))
    if dtype is not None and dtype_name(array.dtype) != dtype:
        array = array.astype(numpy_dtype(dtype))
    if xp is not np and isinstance(array, (np.ndarray, np.generic)):
        array = xp.asarray(array)
    if not isinstance(array, np.ndarray) and xp is np:
        array = np.asarray(array)
    return array if array.flags.c_contiguous else xp.ascontiguousarray(array)


def _python_default(value: Any, array: Any) -> Any:
    """Python's own numbers are weak: they take the default dtypes."""
    if any(hasattr(leaf, "dtype") for leaf in _leaves(value)):
        names = [dtype_name(v.dtype) if hasattr(v, "dtype") else type(v) for v in _leaves(value)]
        return array.astype(numpy_dtype(result_type(*names)))
    if array.dtype.kind == "f":
        return array.astype(numpy_dtype(floatx()))
    if array.dtype.kind == "i" and (array.size == 0 or abs(array).max() < 2**31):
        return array.astype(np.int32)
    if array.dtype.kind == "c":
        return array.astype(numpy_dtype(result_type(complex)))
    return array


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


def _stacked(values: Any, dtype: str | None) -> Tensor:
    from kerasish.primitives.movement import concatenate, reshape

    parts = [as_tensor(v, dtype) for v in values]
    common = dtype or result_type(*(p.dtype for p in parts))
    rows = [reshape(as_tensor(p, common), shape=(1, *p.shape)) for p in parts]
    return concatenate(*rows, axis=0)  # type: ignore[no-any-return]


def coerce(primitive: Any, inputs: tuple[Any, ...]) -> tuple[Tensor, ...]:
    """Return a primitive's inputs as Tensors whose dtypes it can work on.

    Fast when they are that already: nothing is looked up but types and dtype identity.
    """
    promotion = primitive.promotion
    first = None
    for x in inputs:
        if type(x) is not Tensor:
            break
        kind = x.value.dtype
        if first is None:
            first = kind
        elif kind is not first and promotion != "none":
            break
    else:
        if promotion == "common" or promotion == "none" or getattr(first, "kind", "") == "f":
            return inputs
    return _coerce(promotion, inputs)


def _coerce(promotion: str, inputs: tuple[Any, ...]) -> tuple[Tensor, ...]:
    if promotion == "select":
        condition, *branches = inputs
        return (as_tensor(condition, "bool"), *_coerce("common", tuple(branches)))
    found: list[Any] = []
    kinds: list[Any] = []
    xp: Any = None
    for x in inputs:
        kind: Any = type(x)
        if kind is not Tensor:
            if kind in _PYTHON_NUMBERS and promotion != "none":
                found.append(x)
                kinds.append(kind)
                continue
            x = as_tensor(x)
        found.append(x)
        kinds.append(x.dtype)
        if xp is None and not x.is_symbolic:
            xp = module_of(x.value)
    if promotion == "none":
        return tuple(found)
    wanted = result_type(*kinds)
    if promotion == "float" and not is_float(wanted) and not wanted.startswith("complex"):
        wanted = result_type(wanted, float)
    xp = xp or array_module()
    out = []
    for x in found:
        if type(x) is not Tensor:
            out.append(Tensor(_scalar(x, wanted, xp)))
        elif x.dtype != wanted:
            out.append(cast(x, dtype=wanted))
        else:
            out.append(x)
    return tuple(out)


def _scalar(value: Any, dtype: str, xp: Any) -> Any:
    if type(value) is int and abs(value) >= 2**31 or value != value or value == 0:
        return xp.asarray(value, dtype=numpy_dtype(dtype))  # 0.0 and -0.0 are equal as keys
    return _cached_scalar(value, dtype, xp)


@functools.lru_cache(maxsize=512)
def _cached_scalar(value: Any, dtype: str, xp: Any) -> Any:
    return xp.asarray(value, dtype=numpy_dtype(dtype))


def wanted_dtype(dtype: Any) -> str | None:
    """Standardize a dtype argument, leaving None alone."""
    return None if dtype is None else standardize_dtype(dtype)
