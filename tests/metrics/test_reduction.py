import re

import numpy as np
import pytest

from kerasish import losses, metrics, ops
from kerasish.backend.discovery import get


@pytest.fixture
def values():
    return np.random.default_rng(5).normal(size=(6, 4, 2)).astype("float32")


@pytest.mark.parametrize("shape", [(), (6,), (6, 1), (6, 4), (6, 4, 2), (6, 4, 2, 1)])
def test_mean_with_weights_of_each_shape(shape, values):
    weight = np.random.default_rng(6).random(shape).astype("float32")
    metric = metrics.Mean()
    metric.update_state(values, weight)
    metric.update_state(values * 2, weight)
    wide = values.astype("float64")
    axes = {(): (0, 1, 2), (6,): (1, 2), (6, 1): 2, (6, 4): 2}.get(shape, ())
    of_each = wide.mean(axes) if axes != () else wide
    spread = np.broadcast_to(weight[..., 0] if len(shape) == 4 else weight, of_each.shape)
    np.testing.assert_allclose(
        float(metric.result()), 1.5 * (of_each * spread).sum() / spread.sum(), rtol=2e-5
    )


@pytest.mark.parametrize("shape", [(6,), (6, 1), (6, 4), (6, 4, 2)])
def test_sum_with_weights_of_each_shape(shape, values):
    weight = np.random.default_rng(6).random(shape).astype("float32")
    metric = metrics.Sum()
    metric.update_state(values, weight)
    spread = weight.reshape(shape + (1,) * (3 - len(shape)))
    np.testing.assert_allclose(float(metric.result()), (values * spread).sum(), rtol=2e-5)


def test_without_weights_mean_and_sum_count_every_value(values):
    mean, total = metrics.Mean(), metrics.Sum()
    for part in (values[:2], values[2:]):
        mean.update_state(part)
        total.update_state(part)
    np.testing.assert_allclose(float(mean.result()), values.mean(dtype="float64"), rtol=2e-5)
    np.testing.assert_allclose(float(total.result()), values.sum(dtype="float64"), rtol=2e-5)
    assert float(mean.count) == 6


def test_the_mean_of_nothing_is_zero():
    assert float(metrics.Mean().result()) == 0.0
    metric = metrics.Mean()
    metric.update_state([1.0], sample_weight=[0.0])
    assert float(metric.result()) == 0.0


def test_a_number_counts_as_one_sample():
    metric = metrics.Mean()
    metric.update_state(3.0)
    metric.update_state(5.0)
    assert float(metric.result()) == 4.0


def test_a_mask_on_values_joins_the_weights():
    values = ops.convert_to_tensor(np.array([1.0, 2.0, 6.0], "float32"))
    values._keras_mask = ops.convert_to_tensor(np.array([True, False, True]))
    metric = metrics.Mean()
    metric.update_state(values, sample_weight=[1.0, 1.0, 3.0])
    assert float(metric.result()) == (1 + 18) / 4


def test_a_mask_on_predictions_takes_samples_out():
    y_pred = ops.convert_to_tensor(np.array([[1.0], [2.0], [6.0]], "float32"))
    y_pred._keras_mask = ops.convert_to_tensor(np.array([True, False, True]))
    metric = metrics.MeanAbsoluteError()
    metric.update_state(np.zeros((3, 1), "float32"), y_pred)
    assert float(metric.result()) == 3.5


def test_a_traced_mean_is_one_sum_its_cast_and_two_additions():
    metric = metrics.Mean()
    function = get("graph").function(lambda x: metric.update_state(x))
    x = np.ones(8, "float32")
    text = str(function.specialise(x)[0].graph)
    computing = re.findall(r"^v\d+ = (?!read)(\w+)", text.replace("\n ", "\n"), re.MULTILINE)
    assert sorted(computing) == ["add", "add", "cast", "sum"]  # the cast: of one number
    function(x)
    function(x)
    assert [float(metric.total), float(metric.count)] == [16.0, 16.0]


def test_the_wrapper_knows_that_less_of_a_loss_is_better():
    assert metrics.MeanMetricWrapper(losses.mean_squared_error)._direction == "down"
    assert metrics.MeanMetricWrapper(losses.Huber(reduction=None))._direction == "down"
    assert not hasattr(metrics.MeanMetricWrapper(lambda y_true, y_pred: y_pred), "_direction")
    assert metrics.BinaryAccuracy._direction == "up"


def test_a_float16_metric_counts_further_than_float16_can():
    metric = metrics.Mean(dtype="float16")
    for value in (1.0, 0.0):
        for _ in range(4):
            metric.update_state(np.full(1024, value))
    assert metric.result().dtype == "float16"
    assert float(metric.result()) == 0.5
