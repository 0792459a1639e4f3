"""Elements picked by index."""

from __future__ import annotations

from typing import Any

from kerasish.arrays.spec import normalize_axis
from kerasish.backend.convert import as_tensor
from kerasish.ops.numpy.movement import reshape
from kerasish.ops.operation import op
from kerasish.primitives import indexing


@op
def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """Slices of x along an axis (of the flattened x by default); negative counts from the end."""
    x, indices = as_tensor(x), as_tensor(indices)
    if axis is None:
        return indexing.gather(reshape(x, (-1,)), indices, axis=0)
    return indexing.gather(x, indices, axis=normalize_axis(axis, x.ndim))


@op
def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Any:
    """One element per index along an axis."""
    x, indices = as_tensor(x), as_tensor(indices)
    if axis is None:
        return indexing.take_along_axis(reshape(x, (-1,)), reshape(indices, (-1,)), axis=0)
    return indexing.take_along_axis(x, indices, axis=normalize_axis(axis, x.ndim))
