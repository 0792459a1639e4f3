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
    """Slices of x along an axis (of the flattened x by default); negative counts from the end.

    Raises:
        IndexRangeError: for an index beyond the axis. On a GPU it wraps around.
    """
    x, indices = as_tensor(x), as_tensor(indices)
    if axis is None:
        x, axis = reshape(x, (-1,)), 0
    axis = normalize_axis(axis, x.ndim)
    return indexing.gather(x, _on_axis(indices, x.shape[axis], "take"), axis=axis)


@op
def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Any:
    """One element per index along an axis.

    Raises:
        IndexRangeError: for an index beyond the axis. On a GPU it wraps around.
    """
    x, indices = as_tensor(x), as_tensor(indices)
    if axis is None:
        x, indices, axis = reshape(x, (-1,)), reshape(indices, (-1,)), 0
    axis = normalize_axis(axis, x.ndim)
    indices = _on_axis(indices, x.shape[axis], "take_along_axis")
    return indexing.take_along_axis(x, indices, axis=axis)


def _on_axis(indices: Any, size: int, of: str) -> Any:
    """Indices that may count from the end of an axis."""
    return indexing.within(indices, low=-size, high=size, of=of)
