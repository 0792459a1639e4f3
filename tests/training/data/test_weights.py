import numpy as np
import pytest

from kerasish.training.data import adapt, class_weight_to_sample_weights


def weights(**arguments):
    return next(iter(adapt(**arguments).epoch_batches()))[2]


@pytest.mark.parametrize(
    "y",
    [
        np.array([0, 2, 1, 2]),
        np.array([[0], [2], [1], [2]]),
        np.array([0.0, 2.0, 1.0, 2.0]),
        np.eye(3)[[0, 2, 1, 2]],
    ],
)
def test_a_class_gives_its_weight_to_its_rows(y):
    found = weights(x=np.ones(4), y=y, class_weight={0: 0.5, 2: 3.0})
    assert found.tolist() == [0.5, 3.0, 1.0, 3.0]
    assert found.dtype == "float32"


def test_each_time_step_may_have_a_class():
    y = np.array([[0, 1], [1, 1]])[..., None]
    assert class_weight_to_sample_weights(y, {1: 2.0}).tolist() == [[1.0, 2.0], [2.0, 2.0]]


def test_one_weight_serves_all_outputs():
    found = weights(x=np.ones(2), y=[np.ones(2), np.ones(2)], sample_weight=np.array([1, 2]))
    assert [w.tolist() for w in found] == [[1, 2], [1, 2]]


def test_each_output_may_have_its_weights():
    found = weights(
        x=np.ones(2),
        y={"a": np.ones(2), "b": np.ones((2, 3))},
        sample_weight={"a": np.ones(2), "b": np.zeros((2, 3))},
    )
    assert found["b"].shape == (2, 3)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"y": np.ones(2), "sample_weight": np.ones(2), "class_weight": {0: 1}}, "same time"),
        ({"y": [np.ones(2), np.ones(2)], "class_weight": {0: 1}}, "with a single output"),
        ({"class_weight": {0: 1}}, "with a single output"),
        ({"y": np.ones(2), "class_weight": [1, 2]}, r"must be a dict.*class_weight=\[1, 2\]"),
        (
            {"y": [np.ones(2), np.ones(2)], "sample_weight": np.ones((2, 3))},
            r"one number a row.*\(2, 3\)",
        ),
        (
            {"y": [np.ones(2), np.ones(2)], "sample_weight": {"a": np.ones(2)}},
            "one `sample_weight` array per output",
        ),
    ],
)
def test_weights_that_do_not_suit_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        adapt(x=np.ones(2), **arguments)
