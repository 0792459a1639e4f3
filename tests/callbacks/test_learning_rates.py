import numpy as np
import pytest

from kerasish.callbacks import CallbackList, LearningRateScheduler, ReduceLROnPlateau
from tests.callbacks.stand_in import Model, run


@pytest.mark.parametrize(
    "arguments, values, rate",
    [
        ({"patience": 2}, [1.0, 1.0, 1.0], 0.01),
        ({"patience": 2}, [1.0, 1.0, 0.5, 0.5], 0.1),
        ({"patience": 1, "factor": 0.5}, [1.0, 1.0, 1.0], 0.025),
        ({"patience": 1, "factor": 0.5, "cooldown": 2}, [1.0] * 3, 0.05),
        ({"patience": 1, "factor": 0.5, "min_lr": 0.04}, [1.0] * 5, 0.04),
        ({"patience": 1, "min_delta": 0.1}, [1.0, 0.95], 0.01),
        ({"patience": 1, "mode": "max"}, [1.0, 2.0], 0.1),
    ],
)
def test_a_plateau_lowers_the_rate(arguments, values, rate):
    _, model = run(ReduceLROnPlateau(**arguments), values)
    assert model.optimizer.learning_rate == pytest.approx(rate)


def test_a_lowering_is_said(capsys):
    run(ReduceLROnPlateau(patience=1, verbose=1), [1.0, 1.0])
    assert "Epoch 2: ReduceLROnPlateau reducing learning rate to 0.01" in capsys.readouterr().out


def test_a_factor_that_raises_is_refused():
    with pytest.raises(ValueError, match=r"factor >= 1\.0.*factor=1\.5"):
        ReduceLROnPlateau(factor=1.5)


def test_a_missing_quantity_is_a_warning():
    with pytest.warns(UserWarning, match="not available"):
        run(ReduceLROnPlateau(), [1.0], "loss")


@pytest.mark.parametrize(
    "schedule", [lambda epoch, rate: rate / 2, lambda epoch: 0.1 / 2 ** (epoch + 1)]
)
def test_a_schedule_sets_the_rate(schedule):
    model = Model()
    callbacks = CallbackList(LearningRateScheduler(schedule), add_history=True, model=model)
    for epoch in range(2):
        callbacks.on_epoch_begin(epoch)
        callbacks.on_epoch_end(epoch, {"loss": 1.0})
    np.testing.assert_allclose(callbacks.history.history["learning_rate"], [0.05, 0.025])


def test_an_error_within_a_schedule_is_not_hidden():
    def schedule(epoch, rate):
        raise TypeError("mine")

    with pytest.raises(TypeError, match="mine"):
        run(LearningRateScheduler(schedule), [1.0])


def test_a_schedule_must_return_a_float():
    with pytest.raises(ValueError, match=r"should be a float.*'fast'"):
        run(LearningRateScheduler(lambda epoch, rate: "fast"), [1.0])


def test_a_scheduled_rate_is_said(capsys):
    run(LearningRateScheduler(lambda epoch, rate: 0.5, verbose=1), [1.0])
    assert "Epoch 1: LearningRateScheduler setting learning rate to 0.5" in capsys.readouterr().out
