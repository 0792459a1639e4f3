"""Batches as steps see them: tensors of arrays, handles of shapes, and the checks of arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish import tree
from kerasish.arrays.dtype import dtype_name
from kerasish.backend.convert import as_tensor
from kerasish.backend.tensor import Tensor
from kerasish.errors import explain
from kerasish.ops.keras_tensor import KerasTensor


def tensors(data: Any) -> Any:
    """Turn the arrays of a batch into tensors, once for all layers."""
    if data is None or type(data) is Tensor:
        return data
    if type(data) is np.ndarray:
        return as_tensor(data)
    return tree.map_structure(lambda x: as_tensor(x) if hasattr(x, "shape") else x, data)


def handle(x: Any) -> Any:
    return None if x is None else KerasTensor(tuple(x.shape), dtype_name(x.dtype))


def arrays(data: Any) -> Any:
    return tree.map_structure(
        lambda v: v if v is None or hasattr(v, "shape") else np.asarray(v), data
    )


def check_frequency(frequency: Any) -> None:
    is_count = isinstance(frequency, int) and frequency >= 1
    if not (is_count or isinstance(frequency, (list, tuple))):
        raise ValueError(
            explain(
                "`validation_freq` must be a positive integer or a list", validation_freq=frequency
            )
        )


def is_due(epoch: int, frequency: Any) -> bool:
    return (epoch + 1) % frequency == 0 if isinstance(frequency, int) else epoch + 1 in frequency
