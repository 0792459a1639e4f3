"""Metrics find their outputs, and their results have Keras's names."""

from collections import OrderedDict

import numpy as np
import pytest

from kerasish import metrics, ops
from kerasish.backend import discovery
from kerasish.ops.keras_tensor import KerasTensor
from kerasish.training.compile_metrics import CompileMetrics, key_order, labelled

ZEROS = np.zeros((4, 3), "float32")
TWOS = np.full((4, 3), 2.0, "float32")  # mse 4 and mae 2 from zeros
THREES = np.full((4, 3), 3.0, "float32")  # mse 9 and mae 3 from zeros
FIRST = np.array([1.0, 0.0, 0.0, 0.0])


def results(compiled, y_true, y_pred, sample_weight=None):
    compiled.update_state(y_true, y_pred, sample_weight)
    return {name: float(value) for name, value in compiled.result().items()}


@pytest.mark.parametrize("given", [["mse", "mae"], {"a": ["mse", "mae"]}, [["mse"], "mae"]])
@pytest.mark.parametrize("y_pred", [TWOS, [TWOS], {"a": TWOS}], ids=["bare", "list", "dict"])
def test_all_metrics_are_for_the_only_output_and_do_not_name_it(given, y_pred):
    compiled = CompileMetrics(given, None, output_names=["a"])
    assert results(compiled, ZEROS, y_pred) == {"mse": 4, "mae": 2}


def test_results_gather_over_batches_and_start_again():
    compiled = CompileMetrics([metrics.MeanSquaredError()], [metrics.MeanSquaredError()])
    compiled.update_state(ZEROS, TWOS, FIRST)
    found = results(compiled, ZEROS, THREES, FIRST)
    assert found == {"mean_squared_error": 6.5, "weighted_mean_squared_error": 6.5}
    y_pred = np.concatenate([TWOS[:1], THREES[1:]])
    compiled.reset_state()
    found = results(compiled, ZEROS, y_pred, FIRST)
    assert found == {"mean_squared_error": 7.75, "weighted_mean_squared_error": 4}
    assert len(compiled.variables) == 4


@pytest.mark.parametrize(
    "given, expected",
    [
        (["mse", ["mse", "mae"]], {"a_mse": 4, "b_mse": 9, "b_mae": 3}),
        ([None, "mae"], {"b_mae": 3}),
        ([[], ["mae"]], {"b_mae": 3}),
        ({"b": "mae"}, {"b_mae": 3}),
        ({"b": "mae", "a": ["mae"]}, {"a_mae": 2, "b_mae": 3}),
        ({}, {}),
        (None, {}),
    ],
)
@pytest.mark.parametrize("y_pred", [[TWOS, THREES], {"b": THREES, "a": TWOS}])
def test_each_output_has_its_metrics(given, expected, y_pred):
    compiled = CompileMetrics(given, None, output_names=["a", "b"])
    assert results(compiled, [ZEROS, ZEROS], y_pred) == expected


def test_without_names_of_outputs_equal_names_are_numbered():
    both = [["mse", "mae"], ["mse", "mae"]]
    found = results(CompileMetrics(both, [["mse"], ["mse"]]), [ZEROS, ZEROS], [TWOS, THREES])
    assert found == {
        "mse": 4, "mae": 2, "mse_1": 9, "mae_1": 3, "weighted_mse": 4, "weighted_mse_1": 9,
    }  # fmt: skip


def test_weighted_metrics_say_so_where_another_has_their_name():
    plain = [[metrics.Mean(name="x")], [metrics.Mean(name="x")]]
    weighted = [[metrics.Mean(name="x"), metrics.Mean(name="y")], [metrics.Mean(name="x")]]
    assert [label for label, _ in labelled(plain, weighted, ["a", "b"])] == [
        "a_x", "b_x", "a_weighted_x", "a_y", "b_weighted_x",
    ]  # fmt: skip
    assert [label for label, _ in labelled(plain, weighted, [None, None])] == [
        "x", "x_1", "weighted_x", "y", "weighted_x_1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "weights, expected",
    [
        (None, {"a_mse": 7.75, "b_mse": 7.75}),
        (FIRST, {"a_mse": 4, "b_mse": 4}),
        ([FIRST], {"a_mse": 4, "b_mse": 4}),
        ([FIRST, None], {"a_mse": 4, "b_mse": 7.75}),
        ({"a": None, "b": FIRST}, {"a_mse": 7.75, "b_mse": 4}),
    ],
)
def test_sample_weights_are_for_all_outputs_or_for_each(weights, expected):
    y_pred = np.concatenate([TWOS[:1], THREES[1:]])
    compiled = CompileMetrics(None, [["mse"], ["mse"]], output_names=["a", "b"])
    assert results(compiled, [ZEROS, ZEROS], [y_pred, y_pred], weights) == expected


@pytest.mark.parametrize(
    "y_pred, output_names, expected",
    [
        ({"b": TWOS, "a": TWOS}, ["b", "a"], ["b", "a"]),
        ({"b": TWOS, "a": TWOS}, ["dense", "dense_1"], ["a", "b"]),
        (OrderedDict(b=TWOS, a=TWOS), None, ["b", "a"]),
        ({"a": TWOS}, ["a"], None),
        ({"a": TWOS, "b": [TWOS]}, ["a", "b"], None),
        ([TWOS, TWOS], ["a", "b"], None),
    ],
)
def test_outputs_of_a_flat_dict_come_in_the_order_of_their_names(y_pred, output_names, expected):
    assert key_order(y_pred, output_names) == expected


@pytest.mark.parametrize("names", [["b", "a"], ["dense", "dense_1"], None])
def test_keys_of_outputs_count_more_than_names(names):
    compiled = CompileMetrics({"a": "mse", "b": "mae"}, None, output_names=names)
    shapes = {"a": KerasTensor((4, 3)), "b": KerasTensor((4, 3))}
    compiled.build(shapes, shapes)
    found = results(compiled, {"b": ZEROS, "a": ZEROS}, {"a": TWOS, "b": THREES})
    assert list(found) == (["b_mae", "a_mse"] if names == ["b", "a"] else ["a_mse", "b_mae"])
    assert found == {"a_mse": 4, "b_mae": 3}


def test_targets_of_a_list_of_outputs_may_be_named():
    compiled = CompileMetrics({"b": "mse", "a": "mse"}, None, output_names=["b", "a"])
    assert results(compiled, {"a": TWOS, "b": ZEROS}, [TWOS, THREES]) == {"b_mse": 4, "a_mse": 1}


@pytest.mark.parametrize("names", [["w", "x", "y", "z"], None])
def test_metrics_may_be_nested_as_the_outputs_are(names):
    given = {"a": "mse", "b": {"c": None, "d": ("mae", ["mse", "mae"])}}
    y_true = {"a": ZEROS, "b": {"c": ZEROS, "d": [ZEROS, ZEROS]}}
    y_pred = {"a": TWOS, "b": {"c": TWOS, "d": [THREES, THREES]}}
    found = results(CompileMetrics(given, None, output_names=names), y_true, y_pred)
    if names:
        assert found == {"w_mse": 4, "y_mae": 3, "z_mse": 9, "z_mae": 3}
    else:
        assert found == {"mse": 4, "mae": 3, "mse_1": 9, "mae_1": 3}


def test_outputs_without_metrics_need_no_targets():
    compiled = CompileMetrics({"b": "mse"}, None, output_names=["a", "b"])
    assert results(compiled, {"b": ZEROS}, {"a": TWOS, "b": THREES}) == {"b_mse": 9}
    none = CompileMetrics([], None)
    assert results(none, "of no use", [TWOS, TWOS]) == {}


def test_functions_and_classes_name_themselves():
    def my_metric(y_true, y_pred):
        return ops.mean(y_pred - y_true, axis=-1)

    given = [my_metric, metrics.MeanAbsoluteError, "acc", "MSE"]
    found = results(CompileMetrics(given, None), ZEROS, TWOS)
    assert found == {"my_metric": 2, "mean_absolute_error": 2, "acc": 1, "MSE": 4}


def test_before_the_first_batch_there_is_nothing():
    compiled = CompileMetrics(["mse"], None)
    assert (compiled.name, compiled.built) == ("compile_metrics", False)
    assert compiled.metrics == []
    assert compiled.variables == []
    compiled.reset_state()
    with pytest.raises(ValueError, match="not yet been built"):
        compiled.result()


@pytest.mark.parametrize("engine", ["eager", "graph"])
def test_within_a_function_metrics_are_made_and_updated(engine):
    compiled = CompileMetrics(["mse", "acc"], ["mse"])
    function = discovery.get(engine).function
    step = function(lambda *batch: compiled.update_state(*batch))
    for y_pred in (TWOS, THREES):
        step(ZEROS, y_pred, FIRST)
    found = {name: float(value) for name, value in function(compiled.result)().items()}
    assert found == {"mse": 6.5, "acc": 1, "weighted_mse": 6.5}


@pytest.mark.parametrize("given", ["mse", metrics.MeanSquaredError()])
def test_metrics_outside_of_a_container_are_refused(given):
    with pytest.raises(ValueError, match="Expected `metrics` argument to be a list"):
        CompileMetrics(given, None)
    with pytest.raises(ValueError, match="Expected `weighted_metrics` argument to be a list"):
        CompileMetrics(None, given)


@pytest.mark.parametrize("given", [["mse"], ["mse"] * 3, {"c": "mse"}, {"a": {"x": "mse"}}])
@pytest.mark.parametrize("argument", ["metrics", "weighted_metrics"])
def test_metrics_that_go_with_no_output_are_refused(given, argument):
    arguments = {"metrics": None, "weighted_metrics": None, argument: given}
    compiled = CompileMetrics(**arguments, output_names=["a", "b"])
    with pytest.raises(ValueError, match=rf"(?s)`{argument}`|Received: {argument}="):
        compiled.build([ZEROS, ZEROS], [TWOS, THREES])


@pytest.mark.parametrize(
    "given, message", [(["mse", None], "received `None`"), (["nope"], "'nope'.*Received: metrics=")]
)
def test_what_is_no_metric_is_refused(given, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        CompileMetrics(given, None).build(ZEROS, TWOS)
