import numpy as np
import pytest

from kerasish import losses, ops
from kerasish.losses.loss import Loss
from kerasish.losses.shapes import squeeze_or_expand_to_same_rank

MEANS = ["sum_over_batch_size", "mean", "mean_with_sample_weight"]


class Difference(Loss):
    def call(self, y_true, y_pred):
        return y_pred - y_true


@pytest.fixture
def data():
    rng = np.random.default_rng(3)
    return (rng.normal(size=shape).astype("float32") for shape in [(6, 5, 2), (6, 5, 2)])


def errors(y_true, y_pred):
    return ((y_true.astype("float64") - y_pred) ** 2).mean(-1)


@pytest.mark.parametrize("shape", [(6,), (6, 1), (6, 5), (6, 5, 1), ()])
@pytest.mark.parametrize("reduction", [*MEANS, "sum", None])
def test_weights_multiply_the_values(shape, reduction, data):
    y_true, y_pred = data
    weight = np.random.default_rng(1).random(shape)
    values = errors(y_true, y_pred)
    # Weights per step are those of (6, 5); (6,) broadcasts over the last axis only if it fits.
    if shape == (6,):
        y_true, y_pred, values = y_true[:, 0], y_pred[:, 0], values[:, 0]
    if shape == (6, 1) or not shape:
        spread = np.broadcast_to(weight, values.shape)
    else:
        spread = weight.reshape(values.shape)
    weighted = values * spread
    total = weight.sum() if reduction == "mean_with_sample_weight" else values.size
    wanted = weighted if reduction is None else weighted.sum()
    wanted = wanted / total if reduction in MEANS else wanted
    loss = losses.MeanSquaredError(reduction=reduction)(y_true, y_pred, weight)
    np.testing.assert_allclose(loss.numpy(), wanted, rtol=1e-5)


@pytest.mark.parametrize("reduction", [*MEANS, "sum"])
def test_a_mask_takes_values_out_of_sums_and_means(reduction, data):
    y_true, y_pred = data
    mask = np.random.default_rng(2).random((6, 5)) < 0.6
    values = errors(y_true, y_pred)
    y_pred = ops.convert_to_tensor(y_pred)
    y_pred._keras_mask = ops.convert_to_tensor(mask)
    wanted = (values * mask).sum() / (1 if reduction == "sum" else mask.sum())
    loss = losses.MeanSquaredError(reduction=reduction)(y_true, y_pred)
    np.testing.assert_allclose(loss.numpy(), wanted, rtol=1e-5)


def test_a_mask_and_weights_multiply(data):
    y_true, y_pred = data
    rng = np.random.default_rng(2)
    mask, weight = rng.random((6, 5)) < 0.6, rng.random((6, 5)).astype("float32")
    wanted = (errors(y_true, y_pred) * mask * weight).sum() / mask.sum()
    y_pred = ops.convert_to_tensor(y_pred)
    y_pred._keras_mask = ops.convert_to_tensor(mask)
    loss = losses.MeanSquaredError()(y_true, y_pred, weight)
    np.testing.assert_allclose(loss.numpy(), wanted, rtol=1e-5)


@pytest.mark.parametrize("reduction", MEANS)
def test_if_everything_is_masked_the_loss_is_zero(reduction, data):
    y_true, y_pred = data
    y_pred = ops.convert_to_tensor(y_pred)
    y_pred._keras_mask = ops.zeros((6, 5), dtype="bool")
    assert float(losses.MeanSquaredError(reduction=reduction)(y_true, y_pred)) == 0.0


def test_weights_that_sum_to_zero_give_zero():
    loss = losses.MeanSquaredError(reduction="mean_with_sample_weight")
    assert float(loss([[1.0], [2.0]], [[3.0], [5.0]], [0.0, 0.0])) == 0.0


def test_an_empty_batch_keeps_its_shape():
    empty = np.zeros((0, 3), "float32")
    assert losses.MeanSquaredError()(empty, empty).shape == (0,)


@pytest.mark.parametrize(
    "first, second, expected",
    [
        ((4,), (4, 1), ((4, 1), (4, 1))),
        ((4, 1), (4,), ((4, 1), (4, 1))),
        ((4, 3), (4, 3, 1), ((4, 3), (4, 3))),
        ((4, 3, 1), (4, 3), ((4, 3), (4, 3))),
        ((4,), (4, 3), ((4,), (4, 3))),
        ((4, 3), (4, 3), ((4, 3), (4, 3))),
        ((), (1,), ((), ())),
    ],
)
def test_ranks_meet_where_a_last_axis_of_size_one_allows(first, second, expected):
    pair = squeeze_or_expand_to_same_rank(ops.zeros(first), ops.zeros(second))
    assert tuple(x.shape for x in pair) == expected


def test_without_expanding_a_vector_stays_a_vector():
    pair = squeeze_or_expand_to_same_rank(ops.zeros((4,)), ops.zeros((4, 1)), expand_rank_1=False)
    assert [x.shape for x in pair] == [(4,), (4,)]


def test_targets_of_a_vector_fit_predictions_of_a_column():
    y_true, y_pred = np.array([1.0, 2.0]), np.array([[1.0], [4.0]])
    assert float(losses.MeanSquaredError()(y_true, y_pred)) == 2.0
    assert float(losses.BinaryCrossentropy()([1.0, 0.0], [[1.0], [0.0]])) < 1e-6


def test_a_loss_of_the_users_is_reduced_like_ours():
    assert float(Difference()([1.0, 2.0], [2.0, 5.0])) == 2.0
    assert Difference(reduction="none")([1.0, 2.0], [2.0, 5.0]).tolist() == [1.0, 3.0]


def test_a_subclass_may_change_the_formula_of_ours():
    class Doubled(losses.MeanSquaredError):
        def call(self, y_true, y_pred):
            return 2 * super().call(y_true, y_pred)

    assert float(Doubled()([[1.0]], [[3.0]])) == 8.0


def test_targets_and_predictions_may_be_nested():
    def distance(y_true, y_pred):
        return ops.abs(y_true["a"] - y_pred["a"]) + ops.abs(y_true["b"] - y_pred["b"])

    loss = losses._NAMES["LossFunctionWrapper"](distance)
    y_true = {"a": np.array([1.0]), "b": np.array([2.0])}
    y_pred = {"a": np.array([2.0]), "b": np.array([[4.0]])}
    assert float(loss(y_true, y_pred)) == 3.0


def test_an_unknown_reduction_is_refused():
    with pytest.raises(ValueError, match=r"`reduction`.*'sum_over_batch_size'.*reduction='avg'"):
        losses.MeanSquaredError(reduction="avg")


def test_a_loss_without_call_says_what_is_missing():
    with pytest.raises(NotImplementedError, match="Loss must define `call"):
        Loss()([1.0], [1.0])
