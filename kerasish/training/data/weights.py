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
        y: classes as numbers, for each row or for each place of it (step, pixel), with a last axis
            of size 1 if you like; or one-hot (or as probabilities) along the last axis.
        class_weight: dict from class to weight.

    Returns:
        An array of the shape of `y` without the axis that the classes lie along.

    Raises:
        ValueError: when `y` is not one array or leaves open what its classes are, when
            `class_weight` is no dict of numbers, and for keys that are no class.

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
    columns = None
    if classes.ndim > 1 and classes.shape[-1] == 1:
        classes = classes[..., 0]
    elif classes.ndim > 1 and _lie_along_the_last_axis(classes):
        columns = classes.shape[-1]
        classes = classes.argmax(axis=-1)
    check_keys(class_weight, columns)
    classes = np.round(classes).astype("int64")
    weights = np.ones(classes.shape, dtype=numpy_dtype(floatx()))
    for number, weight in class_weight.items():
        weights[classes == int(number)] = weight
    return weights


def check_keys(class_weight: Any, count: int | None) -> None:
    """Refuse keys that are no class.

    Args:
        class_weight: dict from class to weight.
        count: how many classes there are, or None if nobody knows.

    Raises:
        ValueError: for a key that is no whole number, negative, or too large.
    """
    for key in class_weight:
        is_whole = isinstance(key, (int, float, np.number)) and key == np.round(key)
        if not is_whole or key < 0 or (count is not None and key >= count):
            known = "0, 1, 2, …" if count is None else f"0 to {count - 1}"
            raise ValueError(
                f"`class_weight` has the key {key!r}, which is no class: the classes are the whole "
                f"numbers {known}. Received: class_weight={dict(class_weight)}"
            )


def _lie_along_the_last_axis(y: np.ndarray[Any, Any]) -> bool:
    """Whether classes are one-hot (or shares) along the last axis, not a number at each place.

    Raises:
        ValueError: when it could be either.
    """
    if y.dtype.kind == "b" or y.size == 0 or not (np.round(y) == y).all():
        return True
    if y.max() > 1 or y.min() < 0:
        return False
    if (y.sum(axis=-1) <= 1).all():
        return True
    raise ValueError(
        "`class_weight` cannot be told from `y` which class is where: its rows are not one-hot, "
        "and whether 0 and 1 are class numbers is not certain. Give class numbers a last axis of "
        f"size 1, or pass `sample_weight`. Received: y.shape={y.shape}"
    )
