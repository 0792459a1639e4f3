"""Metrics after more samples than float32 can count, and far from zero."""

import numpy as np
import pytest

import kerasish as keras
from kerasish import metrics
from kerasish.backend.discovery import get
from tests.engines import COMPILED

ENGINES = ["eager", "graph"]
MANY = 2.0**24


def bring_to(metric, count):
    """Let a metric have seen so much."""
    for variable in metric.variables:
        variable.assign(np.full(variable.shape, count))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "name, y, p",
    [("TruePositives", 1, 1), ("FalsePositives", 0, 1), ("TrueNegatives", 0, 0),
     ("FalseNegatives", 1, 0)],
)  # fmt: skip
def test_counts_grow_beyond_two_to_the_24(name, y, p, engine):
    metric = getattr(metrics, name)()
    bring_to(metric, MANY)
    update = get(engine).function(lambda y, p: metric.update_state(y, p))
    for _ in range(50):
        update(np.array([y], "float32"), np.array([p], "float32"))
    assert float(metric.result()) == MANY + 50


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "metric, batch",
    [
        (metrics.Mean, ([1.0],)),
        (metrics.Sum, ([1.0],)),
        (metrics.Accuracy, ([1.0], [1.0])),
        (metrics.MeanSquaredError, ([[1.0]], [[0.0]])),
        (metrics.Precision, ([1.0], [1.0])),
        (metrics.Recall, ([1.0], [1.0])),
        (metrics.AUC, ([1.0], [1.0])),
        (lambda: metrics.SensitivityAtSpecificity(0.5), ([1.0], [1.0])),
        (metrics.F1Score, ([[1.0]], [[1.0]])),
        (metrics.R2Score, ([[1.0]], [[0.0]])),
        (lambda: metrics.MeanIoU(2), ([1], [1])),
        (lambda: metrics.MeanIoU(2, dtype="float32"), ([1], [1])),
    ],
)
def test_no_total_stops_growing(metric, batch, engine):
    metric = metric()
    batch = [np.array(part) for part in batch]
    metric.update_state(*batch)
    grown = {v.name for v in metric.variables if v.numpy().any()} - {"squared_sum"}
    bring_to(metric, MANY)
    update = get(engine).function(lambda *batch: metric.update_state(*batch))
    for _ in range(3):
        update(*batch)
    for variable in metric.variables:
        if variable.name in grown:
            assert variable.numpy().max() == MANY + 3, variable.name


def test_more_than_float32_can_count_in_one_batch():
    size = 2**24 + 2
    ones = np.broadcast_to(np.float32(1), (size,))
    metric = metrics.TruePositives(thresholds=[0.0, 0.5, 1.0])
    metric.update_state(ones, ones)
    assert metric.result().numpy().tolist() == [size, size, 0]


def test_pixels_beyond_two_to_the_31_are_counted():
    metric = metrics.MeanIoU(2)
    metric.total_cm.assign(np.full((2, 2), 2**31 - 1))
    metric.update_state([0, 0, 1, 1], [0, 1, 0, 1])
    assert metric.total_cm.numpy().tolist() == [[2**31] * 2] * 2
    assert float(metric.result()) == pytest.approx(1 / 3, rel=1e-5)


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=COMPILED)])
def test_the_mean_loss_of_a_long_epoch_notices_each_batch(jit):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Identity()])
    model.compile("sgd", "mse", metrics=["mae"], jit_compile=jit)
    x = np.ones((4, 1), "float32")
    model.evaluate(x, x, verbose=0)
    bring_to(model._loss_tracker, MANY)
    model._track_loss(keras.ops.convert_to_tensor(1.0), x[:1])
    assert float(model._loss_tracker.total.numpy()) == MANY + 1


def test_results_keep_their_dtype_and_small_counts_their_bits():
    rng = np.random.default_rng(0)
    y, p = rng.integers(2, size=300), rng.random(300).astype("float32")
    hits = (y == 1) & (p > 0.5)
    precision = metrics.Precision()(y, p)
    assert precision.dtype == "float32"
    assert precision.numpy() == np.float32(hits.sum()) / np.float32((p > 0.5).sum())
    mean = metrics.Mean()(y.astype("float32"))
    assert mean.dtype == "float32"
    assert mean.numpy() == np.float32(y.sum()) / np.float32(300)


# R2.


def r2(y, p, batches=1, weights=None, **given):
    metric = metrics.R2Score(**given)
    parts = [np.array_split(a, batches) for a in (y, p)]
    shares = [None] * batches if weights is None else np.array_split(weights, batches)
    for true, pred, share in zip(*parts, shares, strict=True):
        metric.update_state(true, pred, share)
    return metric.result().numpy()


@pytest.mark.parametrize("batches", [1, 7])
@pytest.mark.parametrize("offset", [0.0, 1e3, 1e6, -1e6])
def test_r2_does_not_depend_on_an_offset(offset, batches):
    rng = np.random.default_rng(0)
    y = (rng.normal(size=(300, 2)) + offset).astype("float32")
    p = (y + rng.normal(size=y.shape) * 0.5).astype("float32")
    true, pred = y.astype("float64"), p.astype("float64")
    wanted = 1 - ((true - pred) ** 2).sum(0) / ((true - true.mean(0)) ** 2).sum(0)
    np.testing.assert_allclose(r2(y, p, batches, class_aggregation=None), wanted, rtol=1e-5)


@pytest.mark.parametrize("weights", [None, np.random.default_rng(3).random(60) + 0.1])
@pytest.mark.parametrize("constant", [0.0, 0.1, 5.0, 1234567.0])
def test_r2_of_a_constant_target_is_one_or_zero(constant, weights):
    y = np.full((60, 1), constant, "float32")
    weights = None if weights is None else weights.astype("float32")
    right, wrong = y.copy(), y.copy()
    wrong[3] += 1
    for batches in (1, 11):
        assert r2(y, right, batches, weights) == 1.0
        assert r2(y, wrong, batches, weights) == 0.0


def test_r2_of_several_outputs_weighs_constant_ones_as_scikit_learn_does():
    y = np.array([[5.0, 1.0], [5.0, 2.0], [5.0, 4.0]], "float32")
    near = np.array([[5.0, 1.5], [5.0, 2.0], [5.0, 3.5]], "float32")
    assert r2(y, near, class_aggregation=None).tolist() == pytest.approx([1.0, 0.8928571])
    assert r2(y, near) == pytest.approx((1 + 0.8928571) / 2)
    assert r2(y, near, class_aggregation="variance_weighted_average") == pytest.approx(0.8928571)
    flat = np.full((3, 2), 5.0, "float32")
    assert r2(flat, flat, class_aggregation="variance_weighted_average") == 1.0


def test_r2_of_nothing_is_unknown():
    metric = metrics.R2Score()
    metric.update_state([[1.0], [2.0]], [[1.0], [2.0]])
    metric.reset_state()
    assert np.isnan(metric.result().numpy())


def test_concordance_far_from_zero_is_that_near_it():
    rng = np.random.default_rng(0)
    y = rng.integers(8, size=(2, 50)).astype("float32")
    p = y + rng.integers(3, size=y.shape).astype("float32")
    near = metrics.concordance_correlation(y, p).numpy()
    far = metrics.concordance_correlation(y + 2.0**20, p + 2.0**20).numpy()
    np.testing.assert_allclose(far, near, rtol=5e-3)
