"""Losses find their outputs, their targets and their weights, however each is written."""

from collections import namedtuple

import numpy as np
import pytest

from kerasish import losses, ops
from kerasish.backend import discovery
from kerasish.ops.keras_tensor import KerasTensor
from kerasish.training.compile_loss import CompileLoss, weigh

Point = namedtuple("Point", ["x", "y"])

ZEROS = np.zeros((4, 3), "float32")
ONES = np.full((4, 3), 1.0, "float32")
TWOS = np.full((4, 3), 2.0, "float32")  # mse 4 and mae 2 from zeros
THREES = np.full((4, 3), 3.0, "float32")  # mse 9 and mae 3 from zeros


def value(loss, y_true, y_pred, sample_weight=None):
    return float(loss(y_true, y_pred, sample_weight))


def tracked(loss):
    return {tracker.name: float(tracker.result()) for tracker in loss.metrics}


@pytest.mark.parametrize(
    "loss, expected",
    [
        ("mse", 13),
        (["mse", "mae"], 7),
        ({"a": "mse", "b": "mae"}, 7),
        ({"b": "mae", "a": "mse"}, 7),
        ([None, "mse"], 9),
        ({"a": None, "b": "mse"}, 9),
        (["mse", ["mse", "mae"]], 16),
        ([losses.MeanSquaredError(), losses.mean_absolute_error], 7),
    ],
)
def test_losses_are_for_the_outputs_of_a_list(loss, expected):
    loss = CompileLoss(loss, output_names=["a", "b"])
    assert value(loss, [ZEROS, ZEROS], [TWOS, THREES]) == expected


@pytest.mark.parametrize(
    "loss, expected",
    [
        ("mse", 13),
        (["mse", "mae"], 7),
        ({"a": "mse", "b": "mae"}, 7),
        ({"b": "mse"}, 9),
        ({"a": ["mse", "mae"]}, 6),
        ([{"a": "mse"}, {"b": "mse"}], 13),
    ],
)
def test_losses_are_for_the_outputs_of_a_dict(loss, expected):
    loss = CompileLoss(loss, output_names=["dense", "dense_1"])
    assert value(loss, {"a": ZEROS, "b": ZEROS}, {"a": TWOS, "b": THREES}) == expected


@pytest.mark.parametrize("loss", ["mse", ["mse"], {"a": "mse"}, {"a": ["mse"]}])
@pytest.mark.parametrize("y_pred", [TWOS, [TWOS], {"a": TWOS}], ids=["bare", "list", "dict"])
def test_one_output_takes_its_loss_in_any_form(loss, y_pred):
    loss = CompileLoss(loss, output_names=["a"])
    assert value(loss, ZEROS, y_pred) == 4
    assert loss.metrics == []
    assert loss.variables == []


@pytest.mark.parametrize(
    "weights", [[10.0, 0.5], (10.0, 0.5), {"a": 10.0, "b": 0.5}, {"b": 0.5, "a": 10.0}]
)
@pytest.mark.parametrize("loss", [["mse", "mae"], {"a": "mse", "b": "mae"}])
@pytest.mark.parametrize("as_dict", [False, True])
def test_each_loss_is_multiplied_by_its_weight(loss, weights, as_dict):
    if isinstance(loss, list) and isinstance(weights, dict):
        weights = [weights[name] for name in "ab"]
    y_true, y_pred = [ZEROS, ZEROS], [TWOS, THREES]
    if as_dict:
        y_true, y_pred = dict(zip("ab", y_true, strict=True)), dict(zip("ab", y_pred, strict=True))
    loss = CompileLoss(loss, weights, output_names=["a", "b"])
    assert value(loss, y_true, y_pred) == 41.5
    assert tracked(loss) == {"a_loss": 4, "b_loss": 3}


def test_a_float_weighs_the_one_loss_of_all_outputs():
    loss = CompileLoss("mse", 2.0, output_names=["a", "b"])
    assert value(loss, [ZEROS, ZEROS], [TWOS, THREES]) == 26


@pytest.mark.parametrize(
    "y_true",
    [
        [ZEROS, ONES],
        (ZEROS, ONES),
        {"a": ZEROS, "b": ONES},
        {"b": ONES, "a": ZEROS},
        [[ZEROS], [ONES]],
    ],
)
@pytest.mark.parametrize("y_pred", [[TWOS, THREES], (TWOS, THREES), {"a": TWOS, "b": THREES}])
def test_targets_may_be_in_other_containers_than_outputs(y_true, y_pred):
    loss = CompileLoss("mae", output_names=["a", "b"])
    for _ in range(2):
        assert value(loss, y_true, y_pred) == 4


def test_deeper_containers_may_differ_too():
    y_true = ([{"a": ZEROS}, {"b": ([ZEROS], ONES)}],)
    y_pred = [({"a": ONES}, {"b": [(TWOS,), THREES]})]
    assert value(CompileLoss("mae", output_names=["a", "b", "c"]), y_true, y_pred) == 5


@pytest.mark.parametrize(
    "wanted",
    [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 1], [1, 0, 1]],
)
def test_outputs_without_a_loss_need_no_targets(wanted):
    y_pred = [ONES, TWOS, THREES]
    loss = CompileLoss(["mse" if want else None for want in wanted], output_names=["a", "b", "c"])
    y_true = [y for y, want in zip(y_pred, wanted, strict=True) if want]
    y_true = y_true[0] if len(y_true) == 1 else y_true
    for _ in range(2):
        assert value(loss, y_true, y_pred) == 0


def test_targets_of_a_dict_may_be_those_with_a_loss():
    loss = CompileLoss({"b": "mse"}, output_names=["a", "b"])
    assert value(loss, {"b": ZEROS}, {"a": ONES, "b": TWOS}) == 4
    assert value(loss, ZEROS, {"a": ONES, "b": TWOS}) == 4
    listed = CompileLoss([None, "mse"], output_names=["a", "b"])
    assert value(listed, {"b": ZEROS}, [ONES, TWOS]) == 4


def test_no_loss_at_all_is_none():
    assert CompileLoss([None, None])([ZEROS, ZEROS], [ONES, ONES]) is None


@pytest.mark.parametrize(
    "loss",
    [
        {"a": {"c": "mse", "d": "mae"}},
        {"a": {"d": "mae", "c": "mse"}, "b": None},
        {"a": [{"c": "mse"}, {"d": "mae"}]},
    ],
)
def test_nested_losses_follow_the_structure_of_the_outputs(loss):
    y_true = {"a": {"c": ZEROS, "d": ZEROS}, "b": ZEROS}
    y_pred = {"a": {"c": TWOS, "d": THREES}, "b": ONES}
    loss = CompileLoss(loss, output_names=["x", "y", "z"])
    assert value(loss, y_true, y_pred) == 7
    assert tracked(loss) == {"a/c_loss": 4, "a/d_loss": 3}


@pytest.mark.parametrize(
    "inner, kind", [(["mse", "mae"], tuple), (("mse", "mae"), list), (Point("mse", "mae"), Point)]
)
def test_a_flat_list_of_losses_is_for_the_outputs_in_their_order(inner, kind):
    pair = (lambda *x: Point(*x)) if kind is Point else lambda *x: kind(x)
    loss = CompileLoss({"a": inner}, output_names=["x", "y", "z"])
    y_true, y_pred = pair(ZEROS, ZEROS), pair(TWOS, THREES)
    assert value(loss, {"a": y_true, "b": ZEROS}, {"a": y_pred, "b": ONES}) == 7
    assert tracked(loss) == {"a/x_loss": 4, "a/y_loss": 3}


@pytest.mark.parametrize(
    "pair, names",
    [
        (lambda a, b: (a, b), {"x_y_loss", "x_loss", "y_loss"}),
        (lambda a, b: Point(a, b), {"x_y_loss", "x_loss", "y_loss"}),
        (lambda a, b: {"a": a, "b": b}, {"a_b_loss", "a_loss", "b_loss"}),
    ],
)
def test_a_function_may_take_several_outputs_at_once(pair, names):
    seen = []

    def both(y_true, y_pred):
        seen.append((type(y_true), type(y_pred)))
        values = y_pred.values() if isinstance(y_pred, dict) else y_pred
        return ops.mean(sum(values), axis=-1)

    loss = CompileLoss([both, pair("mse", "mae")], output_names=["x", "y"])
    assert value(loss, pair(ZEROS, ZEROS), pair(TWOS, THREES)) == 12
    assert set(tracked(loss)) == names
    assert seen == [(type(pair(0, 0)),) * 2]


def test_names_are_those_of_the_outputs_or_else_of_the_losses():
    y_true, y_pred = [ZEROS, ZEROS], [TWOS, THREES]
    named = CompileLoss(["mse", "mae"], output_names=["a", "b"])
    value(named, y_true, y_pred)
    assert list(tracked(named)) == ["a_loss", "b_loss"]
    unnamed = CompileLoss(["mse", losses.MeanAbsoluteError(name="mine")], output_names=["other"])
    value(unnamed, y_true, y_pred)
    assert list(tracked(unnamed)) == ["mse_loss", "mine_loss"]


def test_trackers_give_the_mean_over_samples():
    loss = CompileLoss(["mse", "mae"], output_names=["a", "b"])
    value(loss, [ZEROS, ZEROS], [TWOS, THREES])
    value(loss, [ZEROS[:2], ZEROS[:2]], [ONES[:2], ONES[:2]])
    assert tracked(loss) == {"a_loss": 3, "b_loss": pytest.approx(7 / 3)}
    assert len(loss.variables) == 4


@pytest.mark.parametrize("other", [np.array([1, 0, 0, 0]), None])
def test_sample_weights_are_for_all_outputs_or_for_each(other):
    one = np.array([2, 0, 0, 0])
    loss = CompileLoss("mse", output_names=["a", "b"])
    assert value(loss, [ZEROS, ZEROS], [TWOS, THREES], one) == 2 + 4.5
    expected = 2 + (9 if other is None else 2.25)
    for weights in ([one, other], {"a": one, "b": other}):
        assert value(loss, [ZEROS, ZEROS], [TWOS, THREES], weights) == expected


def test_crossentropy_is_chosen_by_the_shapes_of_each_output():
    loss = CompileLoss("crossentropy", output_names=["a", "b", "c"])
    half, third = np.full((4, 1), 0.5), np.full((4, 3), 1 / 3)
    y_true = [ZEROS[:, :1], ZEROS[:, 0], np.eye(3)[[0, 1, 2, 0]]]
    assert value(loss, y_true, [half, third, third]) == pytest.approx(np.log(2) + 2 * np.log(3))


def test_only_the_first_of_several_losses_for_a_bare_output_counts_as_in_keras():
    loss = CompileLoss(["mse", "mae"], output_names=["a"])
    with pytest.warns(UserWarning, match="only the first counts"):
        assert value(loss, ZEROS, TWOS) == 4


def test_it_may_be_built_with_symbolic_tensors():
    loss = CompileLoss({"a": "mse", "b": "ce"}, output_names=["a", "b"])
    loss.build([KerasTensor((None, 3))] * 2, [KerasTensor((None, 3))] * 2)
    assert loss.built
    assert [tracker.name for tracker in loss.metrics] == ["a_loss", "b_loss"]


@pytest.mark.parametrize("engine", ["eager", "graph"])
def test_within_a_function_trackers_are_made_and_updated(engine):
    loss = CompileLoss(["mse", "mae"], [1.0, 10.0], output_names=["a", "b"])
    step = discovery.get(engine).function(lambda y_true, y_pred: loss(y_true, y_pred))
    for _ in range(2):
        assert float(step([ZEROS, ZEROS], [TWOS, THREES])) == 34
    assert tracked(loss) == {"a_loss": 4, "b_loss": 3}


@pytest.mark.parametrize(
    "loss, y_pred, error, message",
    [
        ({"a": "mse", "c": "mse"}, [ONES, ONES], ValueError, r"Expected keys \['a', 'b'\]"),
        ({"a": "mse"}, [ONES, ONES], ValueError, "Expected keys"),
        ({"c": "mse"}, {"a": ONES, "b": ONES}, KeyError, "can't be found in either the model's"),
        ({"a": {"x": "mse"}}, {"a": ONES, "b": ONES}, KeyError, "can't be found in the model's"),
        (["mse"] * 3, [ONES, ONES], KeyError, r"The path: \(2,\)"),
        (["nope", "mse"], [ONES, ONES], ValueError, "nope"),
    ],
)
def test_losses_without_an_output_are_refused(loss, y_pred, error, message):
    y_true = {"a": ZEROS, "b": ZEROS} if isinstance(y_pred, dict) else [ZEROS, ZEROS]
    with pytest.raises(error, match=message):
        CompileLoss(loss, output_names=["a", "b"])(y_true, y_pred)


@pytest.mark.parametrize("y_true", [[ZEROS], [ZEROS] * 3, {"a": ZEROS, "c": ZEROS}, ZEROS])
def test_targets_that_go_with_no_output_are_refused(y_true):
    loss = CompileLoss("mse", output_names=["a", "b"])
    for _ in range(2):
        with pytest.raises(ValueError, match=r"(?s)y_true and y_pred have different .*y_pred: \["):
            loss(y_true, [ONES, ONES])
        loss([ZEROS, ZEROS], [ONES, ONES])


def test_sample_weights_that_go_with_no_output_are_refused():
    loss = CompileLoss("mse", output_names=["a", "b"])
    with pytest.raises(ValueError, match="sample_weight and y_pred have different structures"):
        loss([ZEROS, ZEROS], [ONES, ONES], {"a": np.ones(4)})


def test_another_number_of_outputs_than_before_is_refused():
    loss = CompileLoss("mse")
    loss([ZEROS, ZEROS], [ONES, ONES])
    with pytest.raises(ValueError, match="built for 2 outputs"):
        loss(ZEROS, ONES)


@pytest.mark.parametrize("weights", ["x", 1, np.ones(2)[:1]])
def test_weights_of_another_type_are_refused(weights):
    with pytest.raises(ValueError, match=r"Expected `loss_weights`.*Received: loss_weights="):
        CompileLoss("mse", weights)


@pytest.mark.parametrize(
    "loss, weights",
    [
        ({"a": {"c": "mse", "d": "mae"}}, [1]),
        ("mse", [1.0, 2.0]),
        ({"a": "mse", "b": "mse"}, 1.0),
        ({"a": "mse", "b": "mse"}, {"a": 1.0, "c": 1.0}),
    ],
)
def test_as_many_weights_as_losses_are_needed(loss, weights):
    with pytest.raises(ValueError, match="must match the number of losses"):
        weigh(loss, weights)
