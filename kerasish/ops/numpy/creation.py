"""New tensors."""

from __future__ import annotations

from typing import Any

from kerasish.arrays.device import array_module
from kerasish.arrays.dtype import floatx, numpy_dtype, result_type, standardize_dtype
from kerasish.backend.convert import as_tensor
from kerasish.backend.tensor import Tensor
from kerasish.ops.operation import op
from kerasish.primitives.movement import broadcast_to


def _shape(shape: Any) -> tuple[int, ...]:
    return (int(shape),) if hasattr(shape, "__index__") else tuple(int(s) for s in shape)


def zeros(shape: Any, dtype: Any = None) -> Any:
    """Zeros of a shape; `floatx()` by default."""
    return Tensor(array_module().zeros(_shape(shape), dtype=numpy_dtype(standardize_dtype(dtype))))


def ones(shape: Any, dtype: Any = None) -> Any:
    """Ones of a shape; `floatx()` by default."""
    return Tensor(array_module().ones(_shape(shape), dtype=numpy_dtype(standardize_dtype(dtype))))


def empty(shape: Any, dtype: Any = None) -> Any:
    """Numbers of a shape whose values nobody may rely on (zeros here: runs stay reproducible)."""
    return zeros(shape, dtype)


def full(shape: Any, fill_value: Any, dtype: Any = None) -> Any:
    """One value everywhere."""
    value = as_tensor(fill_value, standardize_dtype(dtype) if dtype is not None else None)
    return broadcast_to(value, shape=_shape(shape))


@op
def zeros_like(x: Any, dtype: Any = None) -> Any:
    """Zeros of the shape and dtype of x."""
    x = as_tensor(x)
    return zeros(x.shape, dtype or x.dtype)


@op
def ones_like(x: Any, dtype: Any = None) -> Any:
    """Ones of the shape and dtype of x."""
    x = as_tensor(x)
    return ones(x.shape, dtype or x.dtype)


@op
def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Any:
    """One value, in the shape and dtype of x."""
    x = as_tensor(x)
    return full(x.shape, fill_value, dtype or x.dtype)


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Any:
    """Numbers from `start` (or 0) up to `stop`, which is left out."""
    if stop is None:
        start, stop = 0, start
    if dtype is None:
        kinds: list[Any] = [getattr(v, "dtype", type(v)) for v in (start, stop, step)]
        dtype = result_type(*kinds)
    limits = [v.item() if hasattr(v, "item") else v for v in (start, stop, step)]
    return Tensor(array_module().arange(*limits, dtype=numpy_dtype(standardize_dtype(dtype))))


def linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None) -> Any:
    """`num` numbers at equal distances from `start` to `stop`."""
    dtype = standardize_dtype(dtype) if dtype else floatx()
    limits = [v.numpy() if isinstance(v, Tensor) else v for v in (start, stop)]
    array = array_module().linspace(*limits, num, endpoint=endpoint, dtype="float64")
    return Tensor(array.astype(numpy_dtype(dtype)))


def eye(n: int, m: int | None = None, k: int = 0, dtype: Any = None) -> Any:
    """A matrix with ones on its k-th diagonal."""
    return Tensor(array_module().eye(n, m, k, dtype=numpy_dtype(standardize_dtype(dtype))))


def identity(n: int, dtype: Any = None) -> Any:
    """The identity matrix."""
    return eye(n, dtype=dtype)


def array(x: Any, dtype: Any = None) -> Any:
    """A tensor of any value."""
    return as_tensor(x, None if dtype is None else standardize_dtype(dtype))
