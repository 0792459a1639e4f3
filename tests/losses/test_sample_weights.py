"""One weight for each sample weighs samples, whatever the rank and the sizes of the outputs."""

import numpy as np
import pytest

import kerasish as keras
from kerasish import layers, losses, metrics
from tests.engines import WAYS, current_engine

SHAPES = [
    (4,), (4, 1), (4, 4), (4, 3), (4, 4, 4), (4, 4, 1), (4, 1, 4), (4, 3, 2), (4, 4, 4, 2),
]  # fmt: skip
WEIGHTS = np.array([1, 2, 0, 5], "float32")


def data(shape):
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape).astype("float32") for _ in range(2)]


def by_hand(errors):
    """The weighted loss, and the weighted mean, of squared errors."""
    each = (errors.reshape(4, -1) ** 2).mean(1)
    return np.mean(WEIGHTS * each), np.sum(WEIGHTS * each) / WEIGHTS.sum()


@pytest.mark.parametrize("weights", [WEIGHTS, WEIGHTS[:, None]], ids=["(4,)", "(4, 1)"])
@pytest.mark.parametrize("shape", SHAPES)
def test_loss_and_metric_weigh_samples(shape, weights):
    y, p = data(shape)
    loss, mean = by_hand(y - p)
    assert float(losses.MeanSquaredError()(y, p, weights)) == pytest.approx(loss, rel=1e-5)
    found = float(metrics.MeanSquaredError()(y, p, weights))
    assert found == pytest.approx(mean, rel=1e-5)
    found = float(metrics.RootMeanSquaredError()(y, p, weights))
    assert found == pytest.approx(np.sqrt(mean), rel=1e-5)


@pytest.mark.parametrize("engine, jit", WAYS)
@pytest.mark.parametrize("shape", SHAPES[1:])
def test_a_model_weighs_samples_in_loss_and_metrics_alike(shape, engine, jit):
    y, x = data(shape)
    loss, mean = by_hand(y - x)
    with current_engine(engine):
        model = keras.Sequential([keras.Input(shape[1:]), layers.Identity()])
        model.compile("sgd", "mse", weighted_metrics=["mse"], jit_compile=jit)
        for weights in (WEIGHTS, WEIGHTS[:, None]):
            found = model.evaluate(x, y, sample_weight=weights, verbose=0)
            assert found == pytest.approx([loss, mean], rel=1e-5)
            found = model.test_on_batch(x, y, sample_weight=weights)
            assert found == pytest.approx([loss, mean], rel=1e-5)


def test_weights_of_steps_stay_weights_of_steps():
    y, p = data((4, 3, 2))
    steps = np.arange(12.0, dtype="float32").reshape(4, 3)
    each = ((y - p) ** 2).mean(-1)
    found = float(losses.MeanSquaredError()(y, p, steps))
    assert found == pytest.approx(np.mean(steps * each), rel=1e-5)
    found = float(metrics.MeanSquaredError()(y, p, steps))
    wanted = np.sum((steps * each).mean(1)) / np.sum(steps.mean(1))
    assert found == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("steps", [4, 3])
def test_a_mask_and_weights_of_samples_go_together(steps):
    y, p = data((4, steps, 2))
    mask = np.arange(4 * steps).reshape(4, steps) % 3 > 0
    each = ((y - p) ** 2).mean(-1)
    wanted = np.sum(WEIGHTS[:, None] * mask * each) / mask.sum()
    masked = keras.ops.convert_to_tensor(p)
    masked._keras_mask = keras.ops.convert_to_tensor(mask)
    found = float(losses.MeanSquaredError()(y, masked, WEIGHTS))
    assert found == pytest.approx(wanted, rel=1e-5)
    weighted = WEIGHTS[:, None] * mask
    wanted = np.sum(weighted * each) / weighted.sum()
    assert float(metrics.MeanSquaredError()(y, masked, WEIGHTS)) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("name", ["TruePositives", "Precision", "Recall", "AUC", "FalseNegatives"])
@pytest.mark.parametrize("shape", [(4,), (4, 4), (4, 4, 4), (4, 3, 2)])
def test_counts_weigh_samples(name, shape):
    rng = np.random.default_rng(1)
    y, p = rng.integers(2, size=shape), rng.random(shape).astype("float32")
    repeats = WEIGHTS.astype(int)
    once, several = getattr(metrics, name)(), getattr(metrics, name)()
    once.update_state(y, p, WEIGHTS)
    several.update_state(np.repeat(y, repeats, axis=0), np.repeat(p, repeats, axis=0))
    assert float(once.result()) == pytest.approx(float(several.result()), abs=1e-6)


@pytest.mark.parametrize("weights", [WEIGHTS, WEIGHTS[:, None]], ids=["(4,)", "(4, 1)"])
def test_matrices_weigh_samples(weights):
    rng = np.random.default_rng(2)
    repeats = WEIGHTS.astype(int)
    cases = [
        (metrics.MeanIoU(3, dtype="float32"), rng.integers(3, size=(2, 4, 4, 4))),
        (metrics.F1Score(), np.eye(3)[rng.integers(3, size=(2, 4))].astype("float32")),
        (metrics.R2Score(), rng.normal(size=(2, 4, 4)).astype("float32")),
    ]
    for metric, (y, p) in cases:
        metric.update_state(y, p, weights)
        found = np.array(metric.result())
        metric.reset_state()
        metric.update_state(np.repeat(y, repeats, axis=0), np.repeat(p, repeats, axis=0))
        np.testing.assert_allclose(found, np.array(metric.result()), rtol=1e-5)


def test_class_id_takes_the_weights_of_its_column():
    y, p = np.array([[0, 1], [1, 1]]), np.full((2, 2), 0.9, "float32")
    metric = metrics.TruePositives()
    assert float(metric(y, p, np.array([[1.0, 2.0], [4.0, 8.0]]))) == 14.0
    precision = metrics.Precision(class_id=0)
    assert float(precision(y, p, np.array([[1.0, 2.0], [3.0, 8.0]]))) == 0.75


def test_other_shapes_broadcast_as_in_numpy():
    values = np.ones((4, 3), "float32")
    loss = losses.LossFunctionWrapper(lambda y_true, y_pred: y_pred - y_true, reduction="sum")
    assert float(loss(0 * values, values, np.array([1.0, 10.0, 100.0]))) == 444.0
    assert float(loss(0 * values, values, 2.0)) == 24.0
    assert float(loss(0 * values, values, np.array([2.0]))) == 24.0
