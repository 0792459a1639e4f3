"""New tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish.arrays.device import array_module
from kerasish.arrays.dtype import is_integer, numpy_dtype, result_type, standardize_dtype
from kerasish.backend.convert import as_tensor
from kerasish.backend.tensor import Tensor
from kerasish.errors import explain
from kerasish.ops.numpy.movement import moveaxis
from kerasish.ops.operation import op
from kerasish.primitives.arithmetic import add, divide, floor, multiply, select, subtract
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
    """One value everywhere; `floatx()` by default, whatever the value's own dtype is."""
    return broadcast_to(as_tensor(fill_value, standardize_dtype(dtype)), shape=_shape(shape))


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


def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Any:
    """Numbers from `start` (or 0) up to `stop`, which is left out, `step` (or 1) apart."""
    step = 1 if step is None else step
    if stop is None:
        start, stop = 0, start
    if dtype is None:
        kinds: list[Any] = [getattr(v, "dtype", type(v)) for v in (start, stop, step)]
        dtype = result_type(*kinds)
    limits = [v.item() if hasattr(v, "item") else v for v in (start, stop, step)]
    return Tensor(array_module().arange(*limits, dtype=numpy_dtype(standardize_dtype(dtype))))


@op
def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False,
    dtype: Any = None, axis: int = 0,
) -> Any:  # fmt: skip
    """`num` numbers at equal distances from `start` to `stop`.

    Args:
        start, stop: the ends, which broadcast.
        num: how many.
        endpoint: whether `stop` is one of them.
        retstep: whether the distance is returned, too.
        dtype: by default a float that start and stop promote to. Whole numbers are rounded down.
        axis: where the numbers lie in the result.

    Raises:
        ValueError: for a negative `num`.
    """
    if num < 0:
        raise ValueError(explain("linspace counts its numbers", expected="num >= 0", num=num))
    kinds: list[Any] = [getattr(v, "dtype", None) or as_tensor(v).dtype for v in (start, stop)]
    if not any(hasattr(v, "dtype") for v in (start, stop)):
        kinds = [int, int]  # Python's numbers are weak
    floating = result_type(*kinds, float)
    name = floating if dtype is None else standardize_dtype(dtype)
    wide = result_type(floating, "float32")
    start, stop = as_tensor(start, wide), as_tensor(stop, wide)
    parts = num - 1 if endpoint else num
    distance = subtract(stop, start)
    shape = distance.shape
    step = divide(distance, float(parts)) if parts > 0 else multiply(distance, float("nan"))
    steps = np.arange(num, dtype="float64").reshape(num, *(1 for _ in shape))
    shares = as_tensor(steps / max(parts, 1), wide)
    numbers = add(multiply(distance, shares), start)
    if endpoint and num > 1:
        # The last one is `stop`, however the sum was rounded.
        numbers = select(as_tensor(steps == num - 1), stop, numbers)
    if is_integer(name):
        numbers = floor(numbers)
    numbers = as_tensor(moveaxis(numbers, 0, axis) if axis else numbers, name)
    return (numbers, as_tensor(step, floating)) if retstep else numbers


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:
    """A matrix with ones on its k-th diagonal, of N rows and M (or N) columns."""
    return Tensor(array_module().eye(N, M, k, dtype=numpy_dtype(standardize_dtype(dtype))))


def identity(n: int, dtype: Any = None) -> Any:
    """The identity matrix."""
    return eye(n, dtype=dtype)


def array(x: Any, dtype: Any = None) -> Any:
    """A tensor of any value."""
    return as_tensor(x, None if dtype is None else standardize_dtype(dtype))
