import math

import pytest

from kerasish.callbacks import CallbackList, TerminateOnNaN
from tests.callbacks.stand_in import Model


@pytest.mark.parametrize("loss, stops", [(1.0, False), (math.nan, True), (math.inf, True)])
def test_a_loss_that_is_no_number_ends_training(loss, stops, capsys):
    model = Model()
    CallbackList(TerminateOnNaN(), model=model).on_train_batch_end(3, {"loss": loss})
    assert model.stop_training is stops
    assert ("Batch 3: Invalid loss, terminating training" in capsys.readouterr().out) is stops


def test_it_may_raise_instead():
    callbacks = CallbackList(TerminateOnNaN(raise_error=True), model=Model())
    with pytest.raises(RuntimeError, match="batch 0: loss=nan"):
        callbacks.on_train_batch_end(0, {"loss": math.nan})
