import math

import numpy as np
import pytest

from kerasish.callbacks import EarlyStopping
from tests.callbacks.stand_in import Model, run


@pytest.mark.parametrize(
    "arguments, values, epochs",
    [
        ({}, [1.0, 2.0, 3.0], 2),
        ({"patience": 2}, [1.0, 2.0, 3.0, 4.0], 3),
        ({"patience": 2}, [1.0, 2.0, 0.5, 3.0, 3.0, 3.0], 5),
        ({"patience": 1, "min_delta": 0.5}, [1.0, 0.9, 0.8], 2),
        ({"patience": 1, "min_delta": 0.5}, [1.0, 0.4, 0.3], 3),
        ({"patience": 2, "baseline": 0.5}, [1.0, 0.9, 0.95, 0.7], 3),
        ({"patience": 2, "baseline": 0.5}, [1.0, 0.4, 0.9, 0.9, 0.9], 4),
        ({"patience": 1, "start_from_epoch": 2}, [1.0, 2.0, 3.0, 4.0, 5.0], 4),
        ({"mode": "max", "patience": 1}, [1.0, 2.0, 1.5, 3.0], 3),
    ],
)
def test_training_ends_when_nothing_improves(arguments, values, epochs):
    assert run(EarlyStopping(**arguments), values)[0] == epochs


def test_a_first_epoch_never_ends_it():
    assert run(EarlyStopping(patience=0, baseline=0.0), [1.0, 2.0])[0] == 2


def test_the_best_weights_come_back(capsys):
    stop = EarlyStopping(patience=2, restore_best_weights=True, verbose=1)
    epochs, model = run(stop, [3.0, 1.0, 2.0, 2.0])
    assert epochs == 4
    np.testing.assert_array_equal(model.weights[0], [1.0, 1.0])
    said = capsys.readouterr().out
    assert "Epoch 4: early stopping" in said
    assert "epoch 2" in said


def test_the_best_weights_come_back_at_the_end_too():
    _, model = run(EarlyStopping(patience=9, restore_best_weights=True), [3.0, 1.0, 2.0])
    np.testing.assert_array_equal(model.weights[0], [1.0, 1.0])


def test_without_any_improvement_over_the_baseline_the_best_epoch_comes_back():
    stop = EarlyStopping(patience=2, baseline=0.1, restore_best_weights=True)
    _, model = run(stop, [3.0, 1.0, 2.0, 2.5])
    np.testing.assert_array_equal(model.weights[0], [1.0, 1.0])


def test_it_can_be_used_again():
    stop = EarlyStopping(patience=1)
    assert run(stop, [0.1, 0.2])[0] == 2
    assert run(stop, [5.0, 4.0, 3.0])[0] == 3


def test_nan_is_no_improvement():
    assert run(EarlyStopping(patience=2), [math.nan, 1.0, 0.5, math.nan, math.nan])[0] == 5


def test_a_quantity_that_is_missing_is_a_warning():
    with pytest.warns(UserWarning, match="'val_loss', which is not available"):
        run(EarlyStopping(), [1.0], name="loss")


def test_a_metric_says_which_way_is_better():
    class Metric:
        name, _direction = "accuracy", "up"

    class Several:
        metrics = (Metric(),)

    model = Model()
    model.metrics = [Several()]
    epochs, _ = run(
        EarlyStopping("val_accuracy", patience=1), [0.5, 0.6, 0.55], "val_accuracy", model
    )
    assert epochs == 3


def test_an_unknown_quantity_needs_a_mode():
    with pytest.raises(ValueError, match=r"mode='min' or mode='max'.*|.*monitor='weight'"):
        run(EarlyStopping("weight"), [1.0], "weight")


def test_an_unknown_mode_becomes_auto():
    with pytest.warns(UserWarning, match="mode='least'"):
        assert EarlyStopping(mode="least").mode == "auto"
