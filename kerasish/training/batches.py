"""Batches as steps see them: tensors of arrays, handles of shapes, and the checks of arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish import tree
from kerasish.arrays.dtype import dtype_name, floatx
from kerasish.errors import explain
from kerasish.ops.keras_tensor import KerasTensor
from kerasish.training.data.arrays import DEFAULT_BATCH_SIZE, ArrayBatches


def all_targets(data: Any, y: Any) -> Any:
    """Return the targets of all rows if the data are arrays, else those of the batch."""
    source = getattr(data, "source", None)
    return source.batch_of(source.arrays)[1] if isinstance(source, ArrayBatches) else y


def class_weight_of(data: Any) -> Any:
    """Return the class weights that batches are weighed by, or None."""
    return getattr(getattr(data, "source", None), "class_weight", None)


def shown(structure: Any) -> str:
    """Return the shapes and dtypes of handles, for messages."""
    specs = [str(leaf.spec) for leaf in tree.flatten(structure) if leaf is not None]
    return specs[0] if len(specs) == 1 else f"[{', '.join(specs)}]"


def handle(x: Any) -> Any:
    return None if x is None else KerasTensor(tuple(x.shape), dtype_name(x.dtype))


def arrays(data: Any) -> Any:
    if type(data) is np.ndarray:  # most often; a walk through a structure takes longer than a row
        return data
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


def is_one_batch(x: Any, batch_size: Any) -> bool:
    """Whether some inputs are one array of the usual kind, small enough for one batch."""
    if type(x) is not np.ndarray or x.ndim < 2 or x.dtype != floatx():
        return False
    limit = DEFAULT_BATCH_SIZE if batch_size is None else batch_size
    return type(limit) is int and 0 < len(x) <= limit
