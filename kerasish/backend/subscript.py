"""`x[key]` as primitives: slices and whole numbers are views, one index array is a gather."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish.backend.convert import as_tensor
from kerasish.backend.tensor import Tensor
from kerasish.errors import ShapeError
from kerasish.primitives.indexing import gather, within
from kerasish.primitives.movement import reshape, slice_


def subscript(x: Tensor, key: Any) -> Tensor:
    """Return `x[key]` for whole numbers, slices, `...`, None, and one index array.

    Several index arrays or a boolean mask need a concrete tensor: the shape of the result then
    depends on the data.

    Raises:
        ShapeError: for more subscripts than axes, or a whole number beyond the end.
    """
    given = key if isinstance(key, tuple) else (key,)
    keys = _expand([_listed(k) for k in given], x.ndim)
    arrays = [k for k in keys if _is_array(k)]
    if any(_is_mask(k) for k in arrays) or len(arrays) > 1:
        return _by_data(x, keys)
    window, shape, chosen = [], [], None
    axis = 0
    for k in keys:
        if k is None:
            shape.append(1)
            continue
        size = x.shape[axis]
        if isinstance(k, slice):
            start, stop, step = k.indices(size)
            window.append((start, stop, step))
            shape.append(len(range(start, stop, step)))
        elif _is_array(k):
            window.append((0, size, 1))
            chosen = (len(shape), k)
            shape.append(size)
        else:
            index = int(k)
            if not -size <= index < size:
                raise ShapeError(f"Index {index} is beyond axis {axis}", shape=x.shape)
            window.append((index % size, index % size + 1, 1))
        axis += 1
    if any(w != (0, size, 1) for w, size in zip(window, x.shape, strict=True)):
        x = slice_(x, window=tuple(window))
    if x.shape != tuple(shape):
        x = reshape(x, shape=tuple(shape))
    if chosen is not None:
        axis, indices = chosen
        size = x.shape[axis]
        indices = within(as_tensor(indices), low=-size, high=size, of="x[indices]")
        x = gather(x, indices, axis=axis)
    return x


def _listed(key: Any) -> Any:
    """A list or range as an index array."""
    if not isinstance(key, (list, range)):
        return key
    array = np.asarray(key)
    return array if array.size else array.astype(np.int32)


def _expand(keys: list[Any], ndim: int) -> list[Any]:
    used = sum(_axes(k) for k in keys)
    if used > ndim:
        raise ShapeError("More subscripts than axes", subscripts=used, ndim=ndim)
    fill = [slice(None)] * (ndim - used)
    where = next((i for i, k in enumerate(keys) if k is Ellipsis), None)
    if where is None:
        return [*keys, *fill]
    return [*keys[:where], *fill, *keys[where + 1 :]]


def _axes(key: Any) -> int:
    """How many axes a subscript takes up: a mask, as many as it has."""
    if key is None or key is Ellipsis:
        return 0
    return key.ndim if _is_array(key) and _is_mask(key) else 1


def _is_array(key: Any) -> bool:
    shape = getattr(key, "shape", None)
    return shape is not None and (len(shape) > 0 or (isinstance(key, Tensor) and key.is_symbolic))


def _is_mask(key: Any) -> bool:
    return str(getattr(key, "dtype", "")) == "bool"


def _by_data(x: Tensor, keys: list[Any]) -> Tensor:
    """Any other NumPy subscript, as a gather from the flattened tensor."""
    host = tuple(k.numpy() if isinstance(k, Tensor) else k for k in keys)
    places = np.arange(x.size, dtype=np.int32).reshape(x.shape)[host]
    return gather(reshape(x, shape=(x.size,)), np.ascontiguousarray(places), axis=0)  # type: ignore[no-any-return]
