"""What each row weighs: the sample weights that the user gave, or those of its class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kerasish import tree
from kerasish.arrays.dtype import floatx, numpy_dtype
from kerasish.errors import explain


def weights_for(y: Any, sample_weight: Any, class_weight: Any) -> Any:
    """Return the sample weights to train with: one array for each of `y`, or None.

    Args:
        y: targets, an array or a structure of arrays.
        sample_weight: an array, or a structure like that of `y`, or None.
        class_weight: dict from class to weight, or None.

    Raises:
        ValueError: when both are given, or when either does not suit `y`.
    """
    if class_weight is not None:
        if sample_weight is not None:
            raise ValueError(
                "You cannot give `class_weight` and `sample_weight` at the same time: "
                "multiply them, and pass the product as `sample_weight`."
            )
        return class_weight_to_sample_weights(y, class_weight)
    if sample_weight is None or not tree.is_nested(y):
        return sample_weight
    if tree.is_nested(sample_weight):
        return _alike(y, sample_weight)
    if sample_weight.ndim != 1 and sample_weight.shape[1:] != (1,):
        raise ValueError(
            explain(
                "One `sample_weight` for several outputs must have one number a row",
                expected="shape (rows,), or one array for each output",
                shape=sample_weight.shape,
            )
        )
    return tree.map_structure(lambda _: sample_weight, y)


def _alike(y: Any, sample_weight: Any) -> Any:
    try:
        tree.assert_same_structure(y, sample_weight)
    except ValueError as error:
        raise ValueError(
            f"You should provide one `sample_weight` array per output in `y`. {error}"
        ) from None
    return sample_weight


def class_weight_to_sample_weights(y: Any, class_weight: Any) -> np.ndarray[Any, Any]:
    """Return the weight of the class of each row; a class that is not in the dict weighs 1.

    Args:
        y: classes as numbers, or one-hot (or as probabilities) along the last axis.
        class_weight: dict from class to weight.

    Raises:
        ValueError: when `y` is not one array, or `class_weight` is no dict of numbers.

    Example:
        >>> class_weight_to_sample_weights(np.array([0, 2, 1]), {0: 0.5, 1: 3}).tolist()
        [0.5, 1.0, 3.0]
    """
    if y is None or tree.is_nested(y):
        raise ValueError(
            explain(
                "`class_weight` is only supported for Models with a single output",
                expected="y to be one array of classes",
                y=type(y),
            )
        )
    if not isinstance(class_weight, Mapping):
        raise ValueError(
            explain("`class_weight` must be a dict from class to weight", class_weight=class_weight)
        )
    classes = np.asarray(y)
    if classes.ndim > 1:
        classes = classes[..., 0] if classes.shape[-1] == 1 else classes.argmax(axis=-1)
    classes = np.round(classes).astype("int64")
    weights = np.ones(classes.shape, dtype=numpy_dtype(floatx()))
    for number, weight in class_weight.items():
        weights[classes == int(number)] = weight
    return weights
