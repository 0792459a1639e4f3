"""What a user sees of an error: frames of the program, and the one where it was raised."""

import io
import os
import sys
import traceback
import warnings

import numpy as np
import pytest

import kerasish as keras
from kerasish import layers
from kerasish._frames import hides_frames, warn
from kerasish.callbacks.bar import open_bars

PACKAGE = os.path.dirname(keras.__file__)
X, Y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")


@pytest.fixture(autouse=True)
def filtering():
    keras.config.enable_traceback_filtering()
    yield
    keras.config.disable_traceback_filtering()  # as for all other tests


class Mine(layers.Layer):
    def call(self, inputs):
        return self.inner(inputs)

    def inner(self, inputs):
        return keras.ops.matmul(inputs, keras.ops.ones((7, 2)))


def compiled(*parts):
    model = keras.Sequential(parts)
    model.compile("sgd", "mse")
    return model


def frames(call):
    """The functions in the traceback of what is called: "ours" stands for each of kerasish."""
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - whatever it is
        call()
    found = traceback.extract_tb(caught.value.__traceback__)[1:]  # without this very function
    return ["ours" if f.filename.startswith((PACKAGE, "<keras")) else f.name for f in found]


@pytest.mark.parametrize(
    "call, expected",
    [
        (lambda: compiled(Mine()).fit(X, Y, verbose=0), ["call", "inner", "ours"]),
        (lambda: compiled(Mine()).predict(X, verbose=0), ["call", "inner", "ours"]),
        (lambda: compiled(Mine()).train_on_batch(X, Y), ["call", "inner", "ours"]),
        (lambda: Mine()(X), ["call", "inner", "ours"]),
        (lambda: Mine()(keras.Input((10,))), ["call", "inner", "ours"]),
        (lambda: keras.Sequential([keras.Input((10,)), Mine()]), ["call", "inner", "ours"]),
        (lambda: layers.Dense(2)(keras.Input(())), ["ours"]),
        (lambda: compiled(layers.Dense(1)).fit(X, Y, epochs=-1), ["ours"]),
    ],
)
@pytest.mark.parametrize("run_eagerly", [False, True])
def test_a_traceback_has_the_users_frames_and_the_one_that_raised(call, expected, run_eagerly):
    backend = keras.config.backend()
    try:
        keras.config.set_backend("eager" if run_eagerly else "graph")
        found = frames(call)
    finally:
        keras.config.set_backend(backend)
    assert found[1:] == expected  # behind the lambda's


def test_frames_of_callbacks_and_generators_stay():
    class Callback(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise OSError("no room")

    def batches():
        yield X, Y
        raise OSError("no file")

    model = compiled(layers.Dense(1))
    assert frames(lambda: model.fit(X, Y, verbose=0, callbacks=[Callback()]))[1:] == [
        "on_epoch_end"
    ]
    assert frames(lambda: model.fit(batches(), shuffle=False, verbose=0))[1:] == ["batches"]


def test_every_frame_is_shown_when_filtering_is_off():
    assert keras.config.is_traceback_filtering_enabled()
    keras.config.disable_traceback_filtering()
    assert not keras.config.is_traceback_filtering_enabled()
    assert frames(lambda: Mine()(X)).count("ours") > 2


def test_an_error_told_again_by_us_alone_is_shown_once():
    with pytest.raises(ValueError, match="does not fit the model's outputs") as caught:
        compiled(layers.Dense(1)).fit(X, np.ones((8, 3, 2), "float32"), verbose=0)
    text = "".join(traceback.format_exception(caught.value))
    assert "direct cause" not in text
    assert "another exception" not in text


def test_an_error_that_a_user_raises_from_another_keeps_it():
    class Careful(layers.Layer):
        def call(self, inputs):
            try:
                return keras.ops.matmul(inputs, keras.ops.ones((7, 2)))
            except ValueError as error:
                raise RuntimeError("wrong data") from error

    with pytest.raises(RuntimeError, match="wrong data") as caught:
        Careful()(X)
    assert isinstance(caught.value.__cause__, ValueError)
    shown = traceback.extract_tb(caught.value.__cause__.__traceback__)
    assert [f.filename.startswith(PACKAGE) for f in shown] == [False, True]


def test_a_function_that_hides_frames_is_otherwise_itself():
    @hides_frames
    def double(x):
        """Twice."""
        return 2 * x

    assert double(4) == 8
    assert (double.__name__, double.__doc__) == ("double", "Twice.")


def test_an_interrupted_bar_ends_its_line(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    class Interrupt(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    with pytest.raises(KeyboardInterrupt):
        compiled(layers.Dense(1)).fit(X, Y, verbose=1, callbacks=[Interrupt()])
    assert sys.stdout.getvalue().endswith("\n")
    assert not open_bars()


def test_a_warning_is_given_at_the_users_line():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compiled(layers.Dense(1)).fit(iter([(X, Y)]), verbose=0)
    assert {entry.filename for entry in caught if "shuffle" in str(entry.message)} == {__file__}
    with pytest.warns(UserWarning, match="here"):
        warn("here")
