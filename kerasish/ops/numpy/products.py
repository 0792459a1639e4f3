"""Products of vectors and matrices."""

from __future__ import annotations

import math
from typing import Any

from kerasish.backend.convert import as_tensor
from kerasish.backend.tensor import product
from kerasish.ops.numpy.movement import reshape, transpose
from kerasish.ops.operation import op
from kerasish.primitives.arithmetic import multiply
from kerasish.primitives.casting import cast


@op
def matmul(x1: Any, x2: Any) -> Any:
    """Matrix product over the last two axes; a vector counts as one row or column.

    The product of two `int8` is an `int32`.

    Raises:
        ShapeError: when the inner sizes differ.
    """
    return product(x1, x2)


@op
def dot(x1: Any, x2: Any) -> Any:
    """Sum of products over the last axis of x1 and the second last of x2."""
    x1, x2 = as_tensor(x1), as_tensor(x2)
    if x1.ndim == 0 or x2.ndim == 0:
        return multiply(x1, x2)
    if x1.ndim <= 2 and x2.ndim <= 2:
        return _alike(x1, x2, product(x1, x2))
    return tensordot(x1, x2, ((x1.ndim - 1,), (max(x2.ndim - 2, 0),)))


@op
def tensordot(x1: Any, x2: Any, axes: Any = 2) -> Any:
    """Sum of products over pairs of axes: the last and first `axes`, or those named."""
    x1, x2 = as_tensor(x1), as_tensor(x2)
    if isinstance(axes, int):
        mine, theirs = tuple(range(x1.ndim - axes, x1.ndim)), tuple(range(axes))
    else:
        mine, theirs = ((a,) if isinstance(a, int) else tuple(a) for a in axes)
    mine = tuple(a % x1.ndim for a in mine)
    theirs = tuple(a % x2.ndim for a in theirs)
    rest1 = tuple(a for a in range(x1.ndim) if a not in mine)
    rest2 = tuple(a for a in range(x2.ndim) if a not in theirs)
    kept1 = tuple(x1.shape[a] for a in rest1)
    kept2 = tuple(x2.shape[a] for a in rest2)
    inner = math.prod(x1.shape[a] for a in mine)
    left = reshape(transpose(x1, (*rest1, *mine)), (math.prod(kept1), inner))
    sizes = tuple(x2.shape[a] for a in theirs)
    right = reshape(transpose(x2, (*theirs, *rest2)), (math.prod(sizes), math.prod(kept2)))
    return reshape(_alike(x1, x2, product(left, right)), (*kept1, *kept2))


def _alike(x1: Any, x2: Any, out: Any) -> Any:
    """Products of int8 stay int8 here, unlike those of `matmul`, which Keras widens."""
    return cast(out, dtype="int8") if x1.dtype == x2.dtype == "int8" else out


@op
def outer(x1: Any, x2: Any) -> Any:
    """Every element of x1 times every element of x2."""
    return multiply(reshape(x1, (-1, 1)), reshape(x2, (1, -1)))
