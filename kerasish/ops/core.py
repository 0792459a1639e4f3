"""Conversions, control flow, gradients stopped: what is no mathematics."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from kerasish import tree
from kerasish.arrays.device import to_host
from kerasish.arrays.dtype import is_float, limits, result_type, standardize_dtype
from kerasish.backend import discovery
from kerasish.backend.convert import as_tensor
from kerasish.backend.custom_gradient import with_gradient
from kerasish.backend.record import no_grad
from kerasish.backend.subscript import subscript
from kerasish.backend.tensor import Tensor
from kerasish.backend.variable import Variable
from kerasish.errors import ShapeError
from kerasish.ops.keras_tensor import KerasTensor
from kerasish.ops.operation import op
from kerasish.primitives import arithmetic, casting, comparison
from kerasish.primitives.movement import place, slice_


def convert_to_tensor(
    x: Any, dtype: Any = None, sparse: bool | None = None, ragged: Any = None
) -> Any:
    """Return x as a Tensor, cast to `dtype` if that is given."""
    if type(x) is Tensor and (dtype is None or x.dtype == dtype):
        return x
    if isinstance(x, KerasTensor):
        return x if dtype is None else cast(x, dtype)
    return as_tensor(x, None if dtype is None else standardize_dtype(dtype))


def convert_to_numpy(x: Any) -> np.ndarray[Any, Any]:
    """Return x as a NumPy array on the host."""
    if isinstance(x, (Tensor, Variable)):
        return x.numpy()
    if hasattr(x, "__tensor__"):
        return x.__tensor__().numpy()  # type: ignore[no-any-return]
    return np.asarray(to_host(x))


def is_tensor(x: Any) -> bool:
    """Whether x is a Tensor (a KerasTensor, a Variable or an array is none)."""
    return isinstance(x, Tensor)


@op
def cast(x: Any, dtype: Any) -> Any:
    """The same numbers in another dtype."""
    if type(x) is Tensor and x.dtype == dtype:
        return x
    return as_tensor(x, standardize_dtype(dtype))


@op
def saturate_cast(x: Any, dtype: Any) -> Any:
    """Cast, with numbers that do not fit moved to the nearest finite ones that do.

    NaN becomes 0 where the dtype has none.
    """
    name = standardize_dtype(dtype)
    x = as_tensor(x)
    if "complex" in x.dtype or "complex" in name:
        return cast(x, name)
    smallest, largest = limits(name)
    if not is_float(x.dtype):
        least, most = limits(x.dtype)
        x = x if least >= smallest else arithmetic.maximum(x, int(smallest))
        x = x if most <= largest else arithmetic.minimum(x, int(largest))
        return cast(x, name)
    if is_float(name):
        wide = cast(x, result_type(x.dtype, name))  # where the limits are exact
        return cast(arithmetic.minimum(arithmetic.maximum(wide, smallest), largest), name)
    # The largest whole number may round up in x's dtype, never down.
    over, under = comparison.greater_equal(x, largest), comparison.less_equal(x, smallest)
    outside = comparison.logical_or(comparison.logical_or(over, under), comparison.isnan(x))
    within = cast(arithmetic.select(outside, 0, x), name)
    low, high = as_tensor(smallest, name), as_tensor(largest, name)
    return arithmetic.select(over, high, arithmetic.select(under, low, within))


@op
def stop_gradient(variable: Any) -> Any:
    """The same value, which no gradient passes."""
    return casting.stop_gradient(variable)


@op
def get_item(x: Any, key: Any) -> Any:
    """`x[key]`."""
    return subscript(as_tensor(x), key)


def shape(x: Any) -> tuple[Any, ...]:
    """Return the sizes of the axes; None where a KerasTensor does not know."""
    return tuple(x.shape) if hasattr(x, "shape") else tuple(as_tensor(x).shape)


def ndim(x: Any) -> int:
    """Return the number of axes."""
    return len(shape(x))


def size(x: Any) -> int:
    """Return the number of elements."""
    return int(np.prod(shape(x), dtype=np.int64))


def dtype(x: Any) -> str:
    """Return the name of the dtype."""
    return standardize_dtype(x.dtype)


@op
def slice(inputs: Any, start_indices: Any, shape: Any) -> Any:
    """A box of a shape, from given start indices on; beyond the end there is nothing.

    A negative start counts from the end.
    """
    inputs = as_tensor(inputs)
    ranges = zip(start_indices, shape, inputs.shape, strict=True)
    return slice_(inputs, window=tuple([_range(int(s), int(n), size) for s, n, size in ranges]))


def _range(start: int, count: int, size: int) -> tuple[int, int, int]:
    """The window of `count` elements from `start` on, as far as an axis has them."""
    start = max(start + size, 0) if start < 0 else min(start, size)
    return start, min(start + count, size), 1


@op
def slice_update(inputs: Any, start_indices: Any, updates: Any) -> Any:
    """The value with a box of it replaced, from given start indices on."""
    inputs, updates = as_tensor(inputs), as_tensor(updates)
    ranges = zip(start_indices, updates.shape, inputs.shape, strict=True)
    window = tuple([_range(int(s), n, size) for s, n, size in ranges])
    if tuple(stop - start for start, stop, _ in window) != tuple(updates.shape):
        raise ShapeError(
            "`slice_update`: the updates reach beyond the end",
            inputs=inputs.spec, updates=updates.spec, start_indices=[int(s) for s in start_indices],
        )  # fmt: skip
    box = as_tensor(np.ones(updates.shape, "bool"))
    box, updates = (place(x, shape=inputs.shape, window=window) for x in (box, updates))
    return arithmetic.select(box, updates, inputs)


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function a gradient of its own.

    Args:
        f: returns a tensor and a function, which takes the gradient that arrives (as an argument
            or as `upstream`) and returns one for each argument of `f`, None where there is none.

    Example:
        >>> import kerasish as keras
        >>> @keras.ops.custom_gradient
        ... def clipped(x):
        ...     return x * 1.0, lambda upstream: keras.ops.clip(upstream, -1, 1)
        >>> x = keras.Variable(2.0)
        >>> (clipped(x) * 100.0).backward()
        >>> float(x.grad)
        1.0
    """

    @functools.wraps(f)
    def call(*args: Any) -> Any:
        with no_grad():
            output, gradient = f(*args)

        def back(arrived: Any) -> Any:
            found = gradient(arrived)
            return found if isinstance(found, (tuple, list)) else (found,)

        return with_gradient(as_tensor(output), args, back, getattr(f, "__name__", "f"))

    return call


def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """Return what `true_fn()` or `false_fn()` returns, as `pred` has it.

    Both must return the same structure, shapes and dtypes.
    """
    return discovery.current().cond(pred, true_fn, false_fn)


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    maximum_iterations: int | None = None,
) -> Any:
    """Run `body` on the loop variables while `cond` of them holds; return them."""
    is_one = not isinstance(loop_vars, (list, tuple))
    values = (loop_vars,) if is_one else tuple(loop_vars)
    values = _as_tensors(values)  # whole numbers count as int32 in every engine

    def run(*current: Any) -> Any:
        found = body(*current)
        return tuple(found) if isinstance(found, (list, tuple)) else (found,)

    result = discovery.current().while_loop(cond, run, values, maximum_iterations)
    return result[0] if is_one else result


def scan(
    f: Callable[..., Any], init: Any, xs: Any = None, length: int | None = None,
    reverse: bool = False, unroll: Any = 1,
) -> tuple[Any, Any]:  # fmt: skip
    """Run `carry, y = f(carry, x)` over the rows of xs; return the last carry and the ys.

    While a function is traced, this becomes one loop of the graph; `unroll=True` writes the
    rounds down one after another instead.
    """
    from kerasish.ops.numpy.movement import flip

    def turn(values: Any) -> Any:
        return (
            tree.map_structure(lambda v: flip(v, 0), values)
            if reverse and values is not None
            else values
        )

    xs = None if xs is None else tree.map_structure(as_tensor, xs)
    init = _as_tensors(init)
    carry, ys = discovery.current().scan(f, init, turn(xs), length, unroll is True)
    return carry, turn(ys)


def fori_loop(lower: Any, upper: Any, body_fun: Callable[[Any, Any], Any], init_val: Any) -> Any:
    """Run `value = body_fun(i, value)` for i from `lower` up to `upper`; return the value.

    While a function is traced, bounds that are only being traced make one loop of the graph.
    """
    if not any(isinstance(bound, Tensor) and bound.is_symbolic for bound in (lower, upper)):
        for i in range(int(lower), int(upper)):
            init_val = body_fun(i, init_val)
        return init_val

    def go_on(i: Any, value: Any) -> Any:
        return i < upper

    return while_loop(go_on, lambda i, value: (i + 1, body_fun(i, value)), (lower, init_val))[1]


def foldl(f: Callable[[Any, Any], Any], init: Any, xs: Any) -> Any:
    """Run `carry = f(carry, x)` over the rows of xs; return the last carry (TensorFlow's name)."""
    return scan(lambda carry, x: (f(carry, x), None), init, xs)[0]


def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """Return what f gives for each row of xs, stacked."""
    return scan(lambda _, x: (None, f(x)), None, xs)[1]


def switch(index: Any, branches: Any, *operands: Any) -> Any:
    """Return what the branch of an index returns for the operands.

    An index beyond the ends means the first or the last branch.
    """
    *others, last = list(branches)
    if not others:
        return last(*operands)
    found: Callable[[], Any] = functools.partial(last, *operands)
    for i, branch in reversed(list(enumerate(others))):
        found = functools.partial(
            cond, as_tensor(index) <= i, functools.partial(branch, *operands), found
        )
    return found()


def _as_tensors(structure: Any) -> Any:
    return tree.map_structure(lambda x: None if x is None else as_tensor(x), structure)
