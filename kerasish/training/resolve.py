"""One name, function, class or object, as given to `compile`, → a Loss or a Metric.

Knows one pair of targets and predictions, whose shapes decide what "accuracy" and "crossentropy"
stand for; which output they belong to is matched elsewhere.
"""

from __future__ import annotations

from typing import Any

from kerasish import losses, metrics
from kerasish._names import to_snake_case
from kerasish.errors import explain


def resolve_loss(identifier: Any, y_true: Any, y_pred: Any) -> losses.Loss:
    """Return the loss that was asked for.

    Args:
        identifier: what `losses.get` takes, or `"crossentropy"`, or `"ce"`.
        y_true: targets, or anything else of their shape.
        y_pred: predictions, likewise.

    Raises:
        ValueError: when the identifier stands for no loss.

    Example:
        >>> from kerasish import ops
        >>> classes, probabilities = ops.zeros((8,)), ops.zeros((8, 10))
        >>> resolve_loss("crossentropy", classes, probabilities).fn.__name__
        'sparse_categorical_crossentropy'
    """
    if _is_one_of(identifier, "crossentropy", "ce"):
        found = {
            "binary": losses.binary_crossentropy,
            "sparse": losses.sparse_categorical_crossentropy,
            "categorical": losses.categorical_crossentropy,
        }[_kind_of_classes(identifier, y_true, y_pred)]
    else:
        found = losses.get(identifier)
    if isinstance(found, losses.Loss):
        return found
    return losses.LossFunctionWrapper(found, name=_name(identifier, found))


def resolve_metric(identifier: Any, y_true: Any, y_pred: Any) -> metrics.Metric:
    """Return the metric that was asked for, under the name by which it was.

    Args:
        identifier: what `metrics.get` takes, or `"accuracy"`, or `"acc"`.
        y_true: targets, or anything else of their shape.
        y_pred: predictions, likewise.

    Raises:
        ValueError: when the identifier stands for no metric.

    Example:
        >>> from kerasish import ops
        >>> resolve_metric("acc", ops.zeros((8, 1)), ops.zeros((8, 1)))
        <BinaryAccuracy name=acc>
    """
    if identifier is None:
        raise ValueError("Expected a metric, received `None`.")
    if _is_one_of(identifier, "accuracy", "acc"):
        found = {
            "binary": metrics.BinaryAccuracy,
            "sparse": metrics.SparseCategoricalAccuracy,
            "categorical": metrics.CategoricalAccuracy,
        }[_kind_of_classes(identifier, y_true, y_pred)]()
    else:
        found = metrics.get(identifier)
    name = _name(identifier, found)
    if not isinstance(found, metrics.Metric):
        return metrics.MeanMetricWrapper(found, name=name)
    found.name = name
    return found


def _is_one_of(identifier: Any, *names: str) -> bool:
    return isinstance(identifier, str) and identifier.lower() in names


def _kind_of_classes(identifier: str, y_true: Any, y_pred: Any) -> str:
    """What the shapes say: one probability, class numbers, or one number for each class."""
    if not (hasattr(y_true, "shape") and hasattr(y_pred, "shape")):
        raise ValueError(
            explain(f"{identifier!r} needs targets and predictions that are tensors", y_true=y_true)
        )
    true, pred = tuple(y_true.shape), tuple(y_pred.shape)
    if pred[-1:] == (1,):
        return "binary"
    return "sparse" if len(true) < len(pred) or true[-1:] == (1,) else "categorical"


def _name(identifier: Any, found: Any) -> str:
    """Strings name themselves; objects are asked; else it is the name of function or class."""
    if isinstance(identifier, str):
        return identifier
    if hasattr(found, "name"):
        return str(found.name)
    return to_snake_case(getattr(found, "__name__", type(found).__name__))
