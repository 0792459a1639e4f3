"""Losses under TensorFlow 1's names: one number each."""

from __future__ import annotations

from typing import Any

from kerasish import ops


def mean_squared_error(labels: Any, predictions: Any) -> Any:
    """Return the mean of the squared differences over all elements."""
    return ops.mean(ops.square(ops.subtract(predictions, labels)))


def absolute_difference(labels: Any, predictions: Any) -> Any:
    """Return the mean of the absolute differences over all elements."""
    return ops.mean(ops.absolute(ops.subtract(predictions, labels)))


def sparse_softmax_cross_entropy(labels: Any, logits: Any) -> Any:
    """Return the mean cross-entropy of class numbers and unscaled log-probabilities."""
    return ops.mean(ops.sparse_categorical_crossentropy(labels, logits, from_logits=True))


def softmax_cross_entropy(onehot_labels: Any, logits: Any) -> Any:
    """Return the mean cross-entropy of one-hot labels and unscaled log-probabilities."""
    return ops.mean(ops.categorical_crossentropy(onehot_labels, logits, from_logits=True))
