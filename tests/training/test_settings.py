"""Settings changed after compile: what takes effect, when, and what is said of the rest."""

import warnings

import numpy as np
import pytest

import kerasish as keras
from kerasish import layers, ops
from kerasish.testing.bits import assert_same_bits
from tests.engines import current_engine

X = np.random.default_rng(0).normal(size=(12, 3)).astype("float32")
Y = X[:, :1] * 2


@pytest.fixture(params=["eager", "graph"])
def engine(request):
    with current_engine(request.param), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`trainable` of")
        yield request.param


def net(*middle):
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [keras.Input((3,)), layers.Dense(4, name="first"), *middle, layers.Dense(1, name="last")]
    )


def moved(model, *names, fit=lambda model: model.fit(X, Y, batch_size=5, verbose=0)):
    """Which layers a fit changes."""
    before = {layer.name: layer.get_weights() for layer in model.layers}
    fit(model)
    return {
        layer.name
        for layer in model.layers
        if any((a != b).any() for a, b in zip(before[layer.name], layer.get_weights(), strict=True))
    }


def test_what_was_trainable_when_compiled_is_trained_until_the_next_compile(engine):
    model = net()
    model.compile("sgd", "mse")
    assert moved(model) == {"first", "last"}
    model.layers[0].trainable = False
    assert moved(model) == {"first", "last"}
    assert not model.layers[0].trainable
    model.compile("sgd", "mse")
    assert moved(model) == {"last"}
    model.layers[0].trainable = True
    assert moved(model) == {"last"}
    assert model.layers[0].trainable
    assert model.layers[0].kernel.trainable
    model.compile("adam", "mse")
    assert moved(model) == {"first", "last"}


def test_freezing_between_compile_and_the_first_build_counts_from_the_next_compile(engine):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([layers.Dense(4, name="first"), layers.Dense(1, name="last")])
    model.compile("sgd", "mse")
    model.layers[0].trainable = False
    model.fit(X, Y, verbose=0)
    assert moved(model) == {"first", "last"}
    model.compile("sgd", "mse")
    assert moved(model) == {"last"}


def test_the_change_is_told_once():
    model = net()
    model.compile("sgd", "mse")
    model.layers[0].trainable = False
    with pytest.warns(UserWarning, match=r"`trainable` of \['first'\] has changed since compile"):
        model.fit(X, Y, verbose=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit(X, Y, verbose=0)


def test_a_critic_that_is_frozen_in_the_generators_model_trains_by_itself(engine):
    keras.utils.set_random_seed(2)
    critic = keras.Sequential([keras.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(1)])
    critic.compile("adam", "mse")
    critic.trainable = False
    generator = keras.Sequential([keras.Input((3,)), layers.Dense(3)])
    noise = keras.Input((3,))
    both = keras.Model(noise, critic(generator(noise)))
    both.compile("adam", "mse")
    for _ in range(2):
        before = [critic.get_weights(), generator.get_weights()]
        critic.train_on_batch(X, Y)
        assert all((a != b).any() for a, b in zip(before[0], critic.get_weights(), strict=True))
        for a, b in zip(before[1], generator.get_weights(), strict=True):
            assert_same_bits(a, b)
        before = [critic.get_weights(), generator.get_weights()]
        both.train_on_batch(X, Y)
        assert all((a != b).any() for a, b in zip(before[1], generator.get_weights(), strict=True))
        for a, b in zip(before[0], critic.get_weights(), strict=True):
            assert_same_bits(a, b)
    assert not critic.trainable


def fitted(engine, change, jit=False, middle=(), optimizer=lambda: keras.optimizers.SGD(0.1)):
    """Weights after two epochs, a change, and two more; nobody watches the batches."""
    with current_engine(engine):
        keras.utils.set_random_seed(7)
        model = net(*[make() for make in middle])
        model.compile(optimizer(), "mse", jit_compile=jit)

        class Change(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                if epoch == 1:
                    change(self.model)

        model.fit(X, Y, batch_size=2, epochs=4, verbose=0, callbacks=[Change()])
        return [*model.get_weights(), *model.predict(X, verbose=0)]


CHANGES = {
    "learning rate": lambda m: setattr(m.optimizer, "learning_rate", 0.001),
    "momentum": lambda m: setattr(m.optimizer, "momentum", 0.5),
    "clipnorm": lambda m: setattr(m.optimizer, "clipnorm", 0.01),
    "weight decay": lambda m: setattr(m.optimizer, "weight_decay", 0.1),
    "rate of dropout": lambda m: setattr(m.layers[1], "rate", 0.9),
    "activation": lambda m: setattr(m.layers[0], "activation", keras.activations.tanh),
    "setting of a layer of one's own": lambda m: setattr(m.layers[2], "factor", 3.0),
    "optimizer": lambda m: setattr(m, "optimizer", keras.optimizers.SGD(0.001)),
    "engine": lambda m: setattr(m, "run_eagerly", True),
}


class Scale(layers.Layer):
    """A layer of one's own with a plain setting."""

    factor = 1.0

    def __init__(self):
        super().__init__()
        self.factor = 1.0
        self.calls = 0

    def call(self, inputs):
        self.calls = self.calls + 1  # what a call notes down is no setting
        self.last_shape = inputs.shape
        return inputs * self.factor


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.native)])
def test_a_setting_takes_effect_at_the_next_step_in_every_engine(name, jit):
    if jit:
        pytest.importorskip("llvmlite", reason="compiled code needs the extra `jit`")
    middle = [lambda: layers.Dropout(0.2), Scale]
    make = lambda: keras.optimizers.SGD(0.01, momentum=0.9)  # noqa: E731
    eager = fitted("eager", CHANGES[name], middle=middle, optimizer=make)
    graph = fitted("graph", CHANGES[name], jit, middle, make)
    unchanged = fitted("graph", lambda m: None, jit, middle, make)
    for a, b in zip(eager, graph, strict=True):
        assert_same_bits(a, b)
    differs = any((a != b).any() for a, b in zip(graph, unchanged, strict=True))
    assert differs is (name != "engine")


def test_nothing_is_traced_anew_while_no_setting_changes():
    with current_engine("graph"):
        model = net(Scale())
        model.compile("sgd", "mse")
        for _ in range(3):
            model.fit(X, Y, batch_size=4, verbose=0)
            model.stop_training = False
            net()  # another model
            model.predict(X, verbose=0)
        assert model._functions["train"].traces == 1
        assert model._functions["predict"].traces == 1
        model.layers[1].factor = 2.0
        first = model.predict(X, verbose=0)
        model.layers[1].factor = 1.0
        assert (first != model.predict(X, verbose=0)).any()


def test_jit_compile_set_later_takes_effect():
    pytest.importorskip("llvmlite", reason="compiled code needs the extra `jit`")
    with current_engine("graph"):
        model = net()
        model.compile("sgd", "mse", jit_compile=False)
        model.fit(X, Y, verbose=0)
        assert "numpy (jit_compile=False)" in model.explain()
        model.jit_compile = True
        model.fit(X, Y, verbose=0)
        assert "native (compiled)" in model.explain()


@pytest.mark.parametrize(
    "name, value", [("units", 9), ("kernel_regularizer", "l2"), ("use_bias", False)]
)
def test_what_only_build_reads_has_no_effect_and_that_is_said(name, value):
    model = net()
    with pytest.warns(UserWarning, match=f"Setting `{name}` of layer 'first' has no effect"):
        setattr(model.layers[0], name, value)
    assert ops.shape(model(X)) == (12, 1)


def test_settings_that_calls_read_are_set_without_a_word():
    model = net(layers.Dropout(0.5), layers.BatchNormalization())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.layers[1].rate = 0.1
        model.layers[2].momentum = 0.5
        model.layers[0].activation = "relu"
        model.layers[0].activity_regularizer = None
