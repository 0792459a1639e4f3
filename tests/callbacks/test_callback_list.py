import pytest

from kerasish.callbacks import (
    Callback,
    CallbackList,
    EarlyStopping,
    History,
    LambdaCallback,
    ModelCheckpoint,
    ProgbarLogger,
    TerminateOnNaN,
)
from kerasish.callbacks.callback_list import pythonify_logs
from tests.callbacks.stand_in import Model

HOOKS = [name for name in vars(Callback) if name.startswith("on_")]


def test_every_hook_reaches_every_callback():
    heard = []

    def listener(hook):
        return lambda *args, **kwargs: heard.append((hook, *args))

    callbacks = CallbackList([LambdaCallback(**{hook: listener(hook) for hook in HOOKS})])
    for hook in HOOKS:
        position = (3,) if "batch" in hook or "epoch" in hook else ()
        getattr(callbacks, hook)(*position, {"loss": 1})
    assert [hook for hook, *_ in heard] == HOOKS
    assert all(args[0] == 3 for hook, *args in heard if "batch" in hook)


def test_plain_callbacks_want_no_batches():
    callbacks = CallbackList(
        [Callback(), History(), EarlyStopping(), ModelCheckpoint("m.keras"), ProgbarLogger()]
    )
    assert not callbacks.wants_train_batches
    assert not callbacks.wants_test_batches
    assert not callbacks.wants_predict_batches


@pytest.mark.parametrize(
    "hook, wanted",
    [
        ("on_batch_begin", "train"),
        ("on_batch_end", "train"),
        ("on_train_batch_begin", "train"),
        ("on_train_batch_end", "train"),
        ("on_test_batch_begin", "test"),
        ("on_test_batch_end", "test"),
        ("on_predict_batch_begin", "predict"),
        ("on_predict_batch_end", "predict"),
        ("on_epoch_end", None),
    ],
)
def test_who_overrides_a_batch_hook_wants_those_batches(hook, wanted):
    by_class = type("Mine", (Callback,), {hook: lambda self, batch, logs=None: None})()
    by_instance = LambdaCallback(**{hook: lambda batch, logs=None: None})
    for callback in (by_class, by_instance):
        callbacks = CallbackList([callback])
        for task in ("train", "test", "predict"):
            assert getattr(callbacks, f"wants_{task}_batches") is (task == wanted)


def test_the_older_hook_is_called_for_training_batches():
    heard = []
    callbacks = CallbackList([LambdaCallback(on_batch_end=lambda batch, logs: heard.append(batch))])
    callbacks.on_train_batch_end(4, {"loss": 1.0})
    assert heard == [4]


def test_a_checkpoint_wants_batches_only_when_it_counts_them():
    assert CallbackList([ModelCheckpoint("m.keras", save_freq=3)]).wants_train_batches

    class Mine(ModelCheckpoint):
        def on_train_batch_end(self, batch, logs=None): ...

    assert CallbackList([Mine("m.keras")]).wants_train_batches


def test_looking_for_nan_wants_batches():
    assert CallbackList([TerminateOnNaN()]).wants_train_batches


def test_defaults_are_added_once():
    history = History()
    callbacks = CallbackList(
        [history], add_history=True, add_progbar=True, verbose=0, epochs=1, steps=2
    )
    assert callbacks.history is history
    assert [type(callback) for callback in callbacks.callbacks] == [History, ProgbarLogger]


def test_nested_lists_become_one():
    assert len(CallbackList([[Callback()], (Callback(), [Callback()])]).callbacks) == 3


def test_the_model_gets_its_history():
    model = Model()
    callbacks = CallbackList(add_history=True, model=model, epochs=2)
    assert model.history is callbacks.history
    assert callbacks.history.model is model
    assert callbacks.history.params == {"epochs": 2}


def test_what_a_callback_adds_to_the_logs_reaches_the_history():
    def add_rate(epoch, logs):
        logs["rate"] = 0.5

    callbacks = CallbackList(LambdaCallback(on_epoch_end=add_rate), add_history=True, model=Model())
    callbacks.on_epoch_end(0, {"loss": 1})
    assert callbacks.history.history == {"loss": [1.0], "rate": [0.5]}


def test_appended_callbacks_get_model_and_params():
    model, late = Model(), Callback()
    callbacks = CallbackList(model=model, verbose=0)
    callbacks.append(late)
    assert late.model is model
    assert late.params == {"verbose": 0}


@pytest.mark.parametrize("stranger", [EarlyStopping, "early", 3])
def test_strangers_are_refused(stranger):
    with pytest.raises(TypeError, match=r"instances of keras\.callbacks\.Callback"):
        CallbackList([stranger])


def test_logs_become_plain_and_sorted():
    import numpy as np

    logs = pythonify_logs({"b": np.float32(0.5), "a": {"c": np.array(2)}, "d": np.ones(2)})
    assert list(logs) == ["c", "b", "d"]
    assert logs["b"] == 0.5
    assert type(logs["c"]) is float
    assert logs["d"].shape == (2,)


def test_unknown_hooks_of_a_lambda_are_refused():
    with pytest.raises(TypeError, match="on_epoch_stop"):
        LambdaCallback(on_epoch_stop=print)


def test_a_lambda_may_bring_methods_of_its_own():
    assert LambdaCallback(report=lambda: "fine").report() == "fine"
