"""What "accuracy" and "crossentropy" stand for is decided by shapes."""

import pytest

from kerasish import losses, metrics
from kerasish.ops.keras_tensor import KerasTensor
from kerasish.training.resolve import resolve_loss, resolve_metric

SHAPES = pytest.mark.parametrize(
    "true, pred, kind",
    [
        ((8, 1), (8, 1), "binary"),
        ((8,), (8, 1), "binary"),
        ((None, 5, 1), (None, 5, 1), "binary"),
        ((8,), (8, 10), "sparse_categorical"),
        ((8, 1), (8, 10), "sparse_categorical"),
        ((8, 5), (8, 5, 10), "sparse_categorical"),
        ((8, 10), (8, 10), "categorical"),
        ((None, 10), (None, None), "categorical"),
    ],
)


@SHAPES
@pytest.mark.parametrize("name", ["accuracy", "acc", "Accuracy"])
def test_accuracy_is_chosen_by_shapes(true, pred, kind, name):
    found = resolve_metric(name, KerasTensor(true), KerasTensor(pred))
    assert type(found).__name__.lower() == kind.replace("_", "") + "accuracy"
    assert found.name == name


@SHAPES
@pytest.mark.parametrize("name", ["crossentropy", "ce"])
def test_crossentropy_is_chosen_by_shapes(true, pred, kind, name):
    found = resolve_loss(name, KerasTensor(true), KerasTensor(pred))
    assert found.fn is getattr(losses, f"{kind}_crossentropy")
    assert found.name == name


class Gap:
    def __call__(self, y_true, y_pred):
        return y_pred - y_true


def mean_gap(y_true, y_pred):
    return y_pred - y_true


@pytest.mark.parametrize(
    "identifier, name",
    [
        ("mse", "mse"),
        ("MeanSquaredError", "MeanSquaredError"),
        (metrics.MeanSquaredError(name="mine"), "mine"),
        (metrics.MeanSquaredError, "mean_squared_error"),
        (losses.MeanSquaredError(name="theirs"), "theirs"),
        (mean_gap, "mean_gap"),
        (Gap(), "gap"),
        (lambda y_true, y_pred: y_pred, "lambda"),
    ],
)
def test_metrics_have_the_names_that_they_were_asked_for_by(identifier, name):
    found = resolve_metric(identifier, None, None)
    assert isinstance(found, metrics.Metric)
    assert found.name == name


@pytest.mark.parametrize(
    "identifier, name",
    [
        ("mse", "mse"),
        (losses.MeanSquaredError(name="mine"), "mine"),
        (losses.mean_squared_error, "mean_squared_error"),
        (mean_gap, "mean_gap"),
    ],
)
def test_losses_have_the_names_that_they_were_asked_for_by(identifier, name):
    found = resolve_loss(identifier, None, None)
    assert isinstance(found, losses.Loss)
    assert found.name == name


def test_shapes_are_needed_to_choose():
    with pytest.raises(ValueError, match="'ce' needs targets and predictions that are tensors"):
        resolve_loss("ce", {"a": 1}, {"a": 1})


def test_none_is_no_metric():
    with pytest.raises(ValueError, match="received `None`"):
        resolve_metric(None, None, None)
