"""What is given for outputs is found by path, by name, or by position, or is refused."""

import pytest

from kerasish.training.matching import align, align_weights, fitting_names


@pytest.mark.parametrize(
    "given, outputs, names, needed, expected",
    [
        (1, "x", None, None, [1]),
        (1, ["x"], None, None, [1]),
        ([1], "x", None, None, [1]),
        ({"a": 1}, "x", ["a"], None, [1]),
        ([1, 2], ["x", "y"], None, None, [1, 2]),
        ([1, 2], {"b": "x", "a": "y"}, ["a", "b"], None, [1, 2]),
        ({"b": 2, "a": 1}, ("x", "y"), ["a", "b"], None, [1, 2]),
        ({"b": 1, "a": 2}, ("x", "y"), ["b", "a"], None, [1, 2]),
        ({"q": 1, "r": 2}, ("x", "y"), None, None, [1, 2]),
        (({"a": 1}, [2]), [{"a": "x"}, ("y",)], ["a", "b"], None, [1, 2]),
        ({"b": 2}, {"a": "x", "b": "y"}, None, [1], [None, 2]),
        (2, ["x", "y"], None, [1], [None, 2]),
        ([1, 3], ["x", "y", "z"], None, [0, 2], [1, None, 3]),
    ],
)
def test_what_is_given_is_found(given, outputs, names, needed, expected):
    assert align(given, outputs, names, needed) == expected


@pytest.mark.parametrize(
    "given, outputs, names, needed",
    [
        ([1], ["x", "y"], None, None),
        ([1, 2, 3], ["x", "y"], None, None),
        ({"a": 1, "c": 2}, {"a": "x", "b": "y"}, None, None),
        ({"a": 1, "c": 2}, ["x", "y"], ["a", "b"], None),
        ({"a": 1}, {"a": "x", "b": "y"}, None, [1]),
        ([1, 2], ["x", "y", "z"], None, [0]),
    ],
)
def test_what_cannot_be_found_is_refused(given, outputs, names, needed):
    with pytest.raises(ValueError, match="targets and y_pred have different structures"):
        align(given, outputs, names, needed, what="targets")


@pytest.mark.parametrize("weights", [None, 1, [1], (1,)])
def test_one_weight_is_for_all_outputs(weights):
    found = align_weights(weights, ["x", "y"], None, [0, 1])
    assert found == ([None, None] if weights is None else [1, 1])


def test_a_named_weight_is_not_for_another_output():
    assert align_weights({"a": 1}, ["x", "y"], ["a", "b"], [0]) == [1, None]
    with pytest.raises(ValueError, match="sample_weight"):
        align_weights({"a": 1}, ["x", "y"], ["a", "b"], [0, 1])


def test_names_fit_if_there_is_one_for_each_output():
    assert fitting_names(["a", "b"], 2) == ["a", "b"]
    assert fitting_names(["a"], 2) is None
    assert fitting_names(None, 0) is None
