"""Order and rank: sorted values, the k largest, whether a class is among them."""

from __future__ import annotations

from typing import Any

from kerasish.arrays.spec import normalize_axis
from kerasish.backend.convert import as_tensor
from kerasish.errors import ShapeError
from kerasish.ops.core import cast
from kerasish.ops.numpy.elementwise import where
from kerasish.ops.numpy.indexing import take_along_axis
from kerasish.ops.numpy.movement import expand_dims, flip, reshape
from kerasish.ops.numpy.reduction import count_nonzero
from kerasish.ops.operation import op
from kerasish.primitives import sorting
from kerasish.primitives.comparison import greater, isnan, less
from kerasish.primitives.movement import slice_


@op
def argsort(x: Any, axis: int | None = -1) -> Any:
    """Where the smallest element is, then the next, …, as `int32`; equal ones in their order."""
    x = as_tensor(x)
    if axis is None or x.ndim == 0:
        x, axis = reshape(x, (-1,)), 0
    return sorting.argsort(x, axis=normalize_axis(axis, x.ndim))


@op
def sort(x: Any, axis: int | None = -1) -> Any:
    """The elements from the smallest to the largest; NaN comes last."""
    x = as_tensor(x)
    if axis is None:
        x, axis = reshape(x, (-1,)), 0
    return take_along_axis(x, argsort(x, axis), axis)


@op
def top_k(x: Any, k: int, sorted: bool = True) -> tuple[Any, Any]:
    """The k largest elements along the last axis, from the largest on, and where they are.

    Of equal elements, the first comes first.

    Raises:
        ShapeError: when there are fewer than k.
    """
    x = as_tensor(x)
    if x.ndim < 1 or not 0 <= k <= x.shape[-1]:
        raise ShapeError("top_k needs at least k elements along the last axis", x=x.spec, k=k)
    size = x.shape[-1]
    # A stable order from the largest on: the order of the mirrored elements, mirrored.
    order = (size - 1) - flip(sorting.argsort(flip(x, -1), axis=x.ndim - 1), -1)
    window = tuple((0, s, 1) for s in x.shape[:-1])
    found = slice_(order, window=(*window, (0, int(k), 1)))
    return take_along_axis(x, found, -1), found


@op
def in_top_k(targets: Any, predictions: Any, k: int) -> Any:
    """Whether fewer than k classes have a higher prediction than the target's.

    Args:
        targets: class numbers, of shape (…).
        predictions: of shape (…, classes).
        k: how many may be counted.
    """
    targets, predictions = cast(targets, "int32"), as_tensor(predictions)
    own = take_along_axis(predictions, expand_dims(targets, -1), -1)
    if "float" in predictions.dtype:
        own = where(isnan(own), float("-inf"), own)
    return less(count_nonzero(greater(predictions, own), axis=-1), k)
