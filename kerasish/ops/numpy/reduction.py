"""Axes reduced to one number."""

from __future__ import annotations

import math
from typing import Any

from kerasish.arrays.dtype import floatx, is_float, is_integer, limits, standardize_dtype
from kerasish.arrays.spec import normalize_axes, normalize_axis
from kerasish.backend.convert import as_tensor, wanted_dtype
from kerasish.ops.numpy.movement import broadcast_to, moveaxis, reshape, split, squeeze
from kerasish.ops.operation import op
from kerasish.primitives import arithmetic, cumulative, reduction
from kerasish.primitives.casting import cast, stop_gradient
from kerasish.primitives.comparison import equal, isinf, logical_and, logical_or
from kerasish.primitives.transcendental import exp


def _reduce(primitive: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    x = as_tensor(x)
    return primitive(x, axes=normalize_axes(axis, x.ndim), keepdims=bool(keepdims))


def _real(x: Any) -> Any:
    x = as_tensor(x)
    return x if is_float(x.dtype) or x.dtype.startswith("complex") else cast(x, dtype=floatx())


def count(shape: Any, axis: Any) -> int:
    """Return how many elements are reduced to one."""
    return math.prod(shape[a] for a in normalize_axes(axis, len(shape)))


@op
def sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Sum over some axes, over all by default."""
    return _reduce(reduction.sum_, reduction.summable(as_tensor(x)), axis, keepdims)


@op
def mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Arithmetic mean: the sum divided by the count. Half precision is summed in float32."""
    x = _real(x)
    return reduction.mean_of(x, normalize_axes(axis, len(x.shape)), bool(keepdims))


@op
def var(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Variance: the mean of the squared distances from the mean; half precision in float32."""
    return _variance(x, axis, keepdims)


def _variance(x: Any, axis: Any, keepdims: bool, root: bool = False) -> Any:
    x = _real(x)
    wide = cast(x, dtype="float32") if x.dtype in ("float16", "bfloat16") else x
    centred = arithmetic.subtract(wide, mean(wide, axis, keepdims=True))
    if root:
        out = _root_of_mean_square(centred, axis, keepdims)
    else:
        out = mean(arithmetic.square(centred), axis, keepdims)
    return out if wide is x else cast(out, dtype=x.dtype)


def _root_of_mean_square(x: Any, axis: Any, keepdims: bool) -> Any:
    """sqrt(mean(x²)). Numbers whose squares do not fit are divided by the largest before."""
    scale = 1
    if count(x.shape, axis):
        largest = stop_gradient(max(arithmetic.absolute(x), axis, keepdims=True))
        fits = logical_and(largest > 1e-15, largest < 1e15)
        fits = logical_or(fits, logical_or(equal(largest, 0), isinf(largest)))
        scale = arithmetic.select(fits, 1, largest)
        x = arithmetic.divide(x, scale)
    root = arithmetic.sqrt(mean(arithmetic.square(x), axis, keepdims=True))
    out = arithmetic.multiply(root, scale)
    return out if keepdims else squeeze(out, normalize_axes(axis, len(x.shape)))


@op
def std(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Standard deviation: the root of the variance. The slope at equal numbers is 0."""
    return _variance(x, axis, keepdims, root=True)


@op
def max(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
    """The largest element, and not less than `initial`, which is what nothing at all gives."""
    return _extreme(reduction.max_, arithmetic.maximum, x, axis, keepdims, initial)


@op
def min(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
    """The smallest element, and not more than `initial`, which is what nothing at all gives."""
    return _extreme(reduction.min_, arithmetic.minimum, x, axis, keepdims, initial)


def _extreme(primitive: Any, pair: Any, x: Any, axis: Any, keepdims: bool, initial: Any) -> Any:
    if initial is None:
        return _reduce(primitive, x, axis, keepdims)
    x = as_tensor(x)
    start = _limited(initial, x.dtype)
    if count(x.shape, axis) == 0:
        axes = normalize_axes(axis, x.ndim)
        shape = (reduction.kept if keepdims else reduction.dropped)(x.shape, axes)
        return broadcast_to(start, shape)
    return pair(_reduce(primitive, x, axis, keepdims), start)


def _limited(number: Any, dtype: str) -> Any:
    """A number in a dtype of its own, or the nearest to it there."""
    if type(number) in (bool, int, float) and is_integer(dtype):
        smallest, largest = limits(dtype)
        number = smallest if number < smallest else largest if number > largest else number
    return as_tensor(number, dtype)


amax, amin = max, min


@op
def all(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Whether all elements are true (not zero)."""
    return _reduce(reduction.all_, as_tensor(x, "bool"), axis, keepdims)


@op
def any(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Whether one element is true (not zero)."""
    return _reduce(reduction.any_, as_tensor(x, "bool"), axis, keepdims)


@op
def prod(x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
    """Product over some axes, in halves: the first with the second, until one is left.

    So the gradient is right where elements are zero, to any order.
    """
    x = reduction.summable(as_tensor(x))
    axes = normalize_axes(axis, x.ndim)
    x = as_tensor(x, wanted_dtype(dtype))
    kept = tuple(1 if a in axes else s for a, s in enumerate(x.shape))
    size = count(x.shape, axis)
    rest = tuple(s for a, s in enumerate(x.shape) if a not in axes)
    rows = reshape(moveaxis(x, axes, range(len(axes))), (size, *rest))
    if size == 0:
        rows = broadcast_to(as_tensor(1, x.dtype), (1, *rest))
    while rows.shape[0] > 1:
        half = rows.shape[0] // 2
        first, second, odd = split(rows, [half, 2 * half], 0)
        rows = arithmetic.multiply(first, second)
        if odd.shape[0]:
            head, tail = split(rows, [1], 0)
            from kerasish.primitives.movement import concatenate

            rows = concatenate(arithmetic.multiply(head, odd), tail, axis=0)
    return reshape(rows, kept if keepdims else rest)


def _arg(primitive: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    x = as_tensor(x)
    if axis is None:
        found = primitive(reshape(x, (-1,)), axis=0)
        return reshape(found, (1,) * x.ndim) if keepdims else found
    place = normalize_axis(axis, x.ndim)
    found = primitive(x, axis=place)
    return reshape(found, reduction.kept(x.shape, (place,))) if keepdims else found


@op
def argmax(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Where the largest element is, as an `int32`; of the flattened x by default."""
    return _arg(reduction.argmax, x, axis, keepdims)


@op
def argmin(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Where the smallest element is, as an `int32`; of the flattened x by default."""
    return _arg(reduction.argmin, x, axis, keepdims)


@op
def count_nonzero(x: Any, axis: Any = None) -> Any:
    """How many elements are not zero."""
    return sum(as_tensor(x, "bool"), axis)


@op
def cumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """Sums of the elements up to each one, in x's dtype; booleans are counted in `int32`."""
    x = as_tensor(x)
    name = x.dtype if dtype is None else standardize_dtype(dtype)
    x = as_tensor(x, "int32" if name == "bool" else name)
    if axis is None:
        x, axis = reshape(x, (-1,)), 0
    return cumulative.cumsum(x, axis=normalize_axis(axis, x.ndim), reverse=False)


@op
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))), without overflow; minus infinity of nothing at all."""
    x = _real(x)
    if count(x.shape, axis) == 0:
        return max(x, axis, keepdims, initial=-math.inf)
    largest = stop_gradient(max(x, axis, keepdims=True))
    same = logical_and(equal(x, largest), isinf(largest))
    distance = arithmetic.select(same, 0, arithmetic.subtract(x, largest))  # inf - inf is 0
    out = arithmetic.add(arithmetic.log(sum(exp(distance), axis, keepdims=True)), largest)
    return out if keepdims else squeeze(out, normalize_axes(axis, x.ndim))
