"""Layers in a row: one step of eager code with the bits of one layer after another."""

import numpy as np
import pytest

import kerasish as keras
from kerasish import layers, ops
from kerasish.backend.composite import Composite
from kerasish.testing.bits import assert_same_bits
from tests.engines import current_engine

X = np.random.default_rng(0).normal(size=(6, 3, 4)).astype("float32")


@pytest.fixture(autouse=True)
def eager():
    with current_engine("eager"):
        yield


@pytest.fixture
def calls(monkeypatch):
    """The composites that were called, in order."""
    found, call = [], Composite.__call__

    def spy(self, *inputs):
        found.append(self)
        return call(self, *inputs)

    monkeypatch.setattr(Composite, "__call__", spy)
    return found


def model_of(*own):
    keras.utils.set_random_seed(1)
    return keras.Sequential([keras.Input(X.shape[1:]), *own])


def one_by_one(model, x):
    for layer in model.layers:
        x = layer(x)
    return x


RUNS = {  # layers → steps that they are in eager code
    "dense": (lambda: [layers.Flatten(), layers.Dense(5, "relu"), layers.Dense(2)], 1),
    "activations": (
        lambda: [
            layers.Dense(5), layers.ReLU(0.7, negative_slope=0.1), layers.Flatten("channels_first"),
            layers.Activation("tanh"), layers.Dense(4, "softmax", use_bias=False),
        ],
        1,
    ),
    "others between": (
        lambda: [
            layers.Dense(5, "elu"), layers.Flatten(), layers.LayerNormalization(),
            layers.Dense(3, "gelu"), layers.Dense(3, "sigmoid"), layers.Softmax(),
        ],
        2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RUNS)
def test_bits_of_values_and_gradients_are_those_of_one_layer_after_another(name, calls):
    make, steps = RUNS[name]
    model = model_of(*make())
    found = []
    for f in (lambda x: one_by_one(model, x), model, model, model):
        x = ops.convert_to_tensor(X).requires_grad_()
        calls.clear()
        with keras.GradientTape() as tape:
            y = f(x)
            loss = ops.sum(ops.square(y) * ops.cos(ops.arange(y.shape[-1], dtype="float32")))
        found.append([y, loss, *tape.gradient(loss, [x, *model.trainable_weights])])
    assert len(calls) == steps
    for values in found[1:]:
        for value, wanted in zip(values, found[0], strict=True):
            assert_same_bits(value, wanted)


def test_what_a_user_wrote_runs_at_every_call():
    seen = []

    class Own(layers.Dense):
        def call(self, inputs):
            seen.append("class")
            return super().call(inputs)

    patched = layers.Dense(3)
    inner = patched.call
    patched.call = lambda inputs: seen.append("instance") or inner(inputs)

    def activation(x):
        seen.append("activation")
        return ops.relu(x)

    model = model_of(layers.Dense(5), Own(4), patched, layers.Dense(2, activation), layers.ReLU())
    seen.clear()
    for _ in range(3):
        model(X)
    assert seen == ["class", "instance", "activation"] * 3


def test_what_a_layer_is_told_later_counts():
    model = model_of(layers.Dense(5, "relu"), layers.Dense(2))
    for _ in range(3):
        model(X)
    model.layers[0].activation = keras.activations.tanh
    assert_same_bits(model(X), one_by_one(model, X))
    model.layers[1].set_weights([np.ones((5, 2), "f"), np.zeros(2, "f")])
    assert_same_bits(model(X), one_by_one(model, X))
    model.layers[0].trainable = False
    with keras.GradientTape() as tape:
        loss = ops.sum(model(X))
    shares = tape.gradient(loss, model.layers[0].weights + model.layers[1].weights)
    assert [share is None for share in shares] == [True, True, False, False]


def test_a_slope_that_is_an_array_is_no_constant_of_a_formula():
    model = model_of(layers.Dense(5), layers.ReLU(negative_slope=np.array(0.5, "float32")))
    for _ in range(3):
        assert_same_bits(model(X), one_by_one(model, X))


def test_masks_and_losses_of_layers_are_handed_on():
    model = model_of(
        layers.Dense(5, "relu"), layers.Dense(2, activity_regularizer="l2"), layers.Dense(2),
    )  # fmt: skip
    for _ in range(3):
        model(X)
        assert len(model.losses) == 1
    masked = model_of(layers.Masking(0.0), layers.Dense(5), layers.Dense(2))
    for _ in range(3):
        y = masked(X * (np.arange(3) < 2)[None, :, None].astype("float32"))
        assert y._keras_mask.numpy().tolist() == [[True, True, False]] * len(X)


def test_a_mask_that_a_model_is_given_is_handed_on():
    model, mask = model_of(layers.Dense(5), layers.Dense(2)), np.arange(3) < np.ones((6, 1)) * 2
    for _ in range(3):
        y = model(X, mask=ops.convert_to_tensor(mask))
        assert y._keras_mask.numpy().tolist() == mask.tolist()


def test_the_layer_that_a_shape_does_not_fit_is_named():
    model = model_of(layers.Dense(5, "relu", name="first"), layers.Dense(2))
    for _ in range(2):
        model(X)
    with pytest.raises(ValueError, match="sequential"):
        model(X[..., :3])
    with pytest.raises(ValueError, match="first"):
        model.call(ops.convert_to_tensor(X[..., :3].copy()))


def test_sizes_that_are_open_are_computed_layer_by_layer(calls):
    model = keras.Sequential([keras.Input((None, 4)), layers.Dense(5, "relu"), layers.Dense(2)])
    for length in (1, 3, 3, 3):
        calls.clear()
        assert_same_bits(model(X[:, :length]), one_by_one(model, X[:, :length]))
        assert len(calls) == 4
