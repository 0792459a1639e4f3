"""The training, test and prediction step as plain functions of a model and a batch."""

from __future__ import annotations

from typing import Any

from kerasish import ops, tree
from kerasish._frames import warn
from kerasish.backend.record import no_grad
from kerasish.utils.packing import unpack_x_y_sample_weight as unpack


def batch_size(x: Any) -> int:
    """Return the number of samples in a batch."""
    leaf = next(leaf for leaf in tree.flatten(x) if leaf is not None)
    return int(leaf.shape[0]) if leaf.shape else 1


def train_step(model: Any, data: Any) -> Any:
    """Compute the loss and its gradients on a batch, and update the weights and metrics.

    Returns:
        What `compute_metrics` returns: the logs.
    """
    x, y, sample_weight = unpack(data)
    y_pred = model(x, training=True)
    loss = model._compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=True)
    with no_grad():
        model._track_loss(loss, x)
    weights = model.trainable_weights
    if weights:
        scaled = model.optimizer.scale_loss(loss)
        gradients = model._engine().gradients(scaled, weights)
        model.optimizer.apply(gradients, weights)
    else:
        warn("The model does not have any trainable weights.")
    with no_grad():
        return _measure(model, x, y, y_pred, sample_weight)


def test_step(model: Any, data: Any) -> Any:
    """Compute the loss on a batch and update the metrics; return the logs."""
    x, y, sample_weight = unpack(data)
    y_pred = model(x, training=False)
    loss = model._compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=False)
    model._track_loss(loss, x)
    return _measure(model, x, y, y_pred, sample_weight)


def _measure(model: Any, x: Any, y: Any, y_pred: Any, sample_weight: Any) -> Any:
    """Update the metrics; work out the logs only where a model has its own way to do that."""
    if model._measures_by_itself():
        return model.compute_metrics(x, y, y_pred, sample_weight=sample_weight)
    model._update_metrics(y, y_pred, sample_weight)
    return None


def predict_step(model: Any, data: Any) -> Any:
    """Compute the outputs for a batch."""
    x, _, _ = unpack(data)
    return model(x, training=False)


def total(losses: list[Any]) -> Any:
    """Return the sum of several losses."""
    result = losses[0]
    for loss in losses[1:]:
        result = ops.add(result, loss)
    return result
