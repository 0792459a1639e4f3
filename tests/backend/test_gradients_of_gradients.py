"""A gradient that a tape gave is differentiable by whatever comes after it, or says it is not."""

import gc
import tracemalloc

import numpy as np
import pytest

import kerasish as keras
from kerasish import layers, ops
from kerasish.testing.bits import assert_same_bits
from tests.engines import current_engine

X = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
Y = X[:, :1]


def slopes(function, x):
    """The gradient of a net by its input, taken by a tape that is closed then."""
    x = ops.convert_to_tensor(x)
    with keras.GradientTape() as tape:
        tape.watch(x)
        out = ops.sum(function(x))
    return tape.gradient(out, x)


def penalty(function, x):
    return ops.mean(ops.square(ops.sqrt(ops.sum(slopes(function, x) ** 2, axis=-1)) - 1))


class InLoss(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.last = layers.Dense(4, "tanh"), layers.Dense(1)

    def call(self, inputs):
        return self.last(self.first(inputs))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ops.mean((y - y_pred) ** 2) + penalty(self, x)


class InCall(InLoss):
    def call(self, inputs):
        net = lambda x: self.last(self.first(x))  # noqa: E731
        self.add_loss(penalty(net, inputs))
        return net(inputs)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ops.mean((y - y_pred) ** 2) + sum(self.losses)


class InStep(InLoss):
    """A training step in TensorFlow's words."""

    def train_step(self, data):
        x, y = data
        with keras.GradientTape() as tape:
            loss = self.compute_loss(x, y, self(x, training=True))
        weights = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return {"loss": loss}


class InBackward(InLoss):
    """A training step in PyTorch's words."""

    def train_step(self, data):
        x, y = data
        self.zero_grad()
        loss = self.compute_loss(x, y, self(x, training=True))
        loss.backward()
        weights = [v for v in self.trainable_weights if v.grad is not None]
        self.optimizer.apply([v.grad for v in weights], weights)
        return {"loss": loss}


def trained(kind, engine, jit=False):
    with current_engine(engine):
        keras.utils.set_random_seed(5)
        model = kind()
        model.build((None, 3))
        model.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=jit)
        model.fit(X, Y, batch_size=3, epochs=3, shuffle=False, verbose=0)
        return model.get_weights()


def by_hand():
    """The same steps with two tapes, one around the other."""
    with current_engine("eager"):
        keras.utils.set_random_seed(5)
        model = InLoss()
        model.build((None, 3))
        for _ in range(3):
            for rows in (slice(0, 3), slice(3, 6)):
                with keras.GradientTape() as tape:
                    loss = model.compute_loss(X[rows], Y[rows], model(X[rows]))
                found = tape.gradient(loss, model.trainable_weights)
                for v, g in zip(model.trainable_weights, found, strict=True):
                    v.assign(v - 0.1 * g)
        return model.get_weights()


@pytest.mark.parametrize("kind", [InLoss, InCall, InStep, InBackward])
def test_a_penalty_on_slopes_trains_the_weights_wherever_it_is_computed(kind):
    found = [trained(kind, "eager"), trained(kind, "graph")]
    for weights in found:
        for a, b in zip(weights, by_hand(), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-5)
        for a, b in zip(weights, found[0], strict=True):
            assert_same_bits(a, b)


def test_several_gradients_taken_together_bring_all_shares():
    a, b = keras.Variable(2.0), keras.Variable(3.0)
    x, y = ops.convert_to_tensor([1.0, 2.0]), ops.convert_to_tensor([0.5, 1.5])

    def total(x, y):
        return ops.sum(ops.tanh(a * x) * ops.sin(b * y))

    def both(inside):
        with keras.GradientTape(persistent=True) as outer:
            with keras.GradientTape() as tape:
                tape.watch([x, y])
                out = total(x, y)
            if inside:
                gx, gy = tape.gradient(out, [x, y])
                loss = ops.sum(gx * gx) + ops.sum(gy * gx) + out
        if inside:
            return [float(g) for g in outer.gradient(loss, [a, b])]
        gx, gy = tape.gradient(out, [x, y])
        (ops.sum(gx * gx) + ops.sum(gy * gx) + out).backward()
        return [float(a.grad), float(b.grad)]

    np.testing.assert_allclose(both(False), both(True), rtol=1e-6)


def test_what_was_let_go_is_an_error_and_not_a_missing_share():
    w = keras.Variable([1.0, 2.0])
    with keras.GradientTape() as tape:
        loss = ops.sum(w * w * w)
    gradient = tape.gradient(loss, w)
    with pytest.raises(RuntimeError, match=r"cannot be differentiated.*persistent"):
        (ops.sum(gradient * gradient) + ops.sum(w)).backward()
    with keras.GradientTape(persistent=True) as tape:
        loss = ops.sum(w * w * w)
    gradient = tape.gradient(loss, w)
    ops.sum(gradient * gradient).backward()
    np.testing.assert_allclose(w.grad.numpy(), [36.0, 288.0])


@pytest.mark.parametrize("frozen", [False, True])
def test_moving_an_input_along_its_gradient_for_many_rounds_keeps_no_round(frozen):
    net = keras.Sequential([keras.Input((50,)), layers.Dense(200, "tanh"), layers.Dense(1)])
    net.trainable = not frozen

    def rounds(count, image):
        for _ in range(count):
            with keras.GradientTape() as tape:
                tape.watch(image)
                score = ops.mean(net(image))
            image = image + 0.1 * tape.gradient(score, image)
        return image

    image = rounds(5, ops.zeros((200, 50)))
    gc.disable()
    try:
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        image = rounds(30, image)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
        gc.enable()
    assert grown < 8 * 200 * 200 * 4  # 30 rounds of activations would be 30 times 160 kB and more
    assert np.isfinite(image.numpy()).all()
