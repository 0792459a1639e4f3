"""Both engines on an array module as strict as CuPy: nothing slips back to the host."""

import numpy as np
import pytest

import kerasish as keras
from kerasish import ops
from kerasish.arrays import device as devices
from kerasish.backend.tensor import Tensor
from kerasish.testing import strict_arrays
from kerasish.testing.bits import assert_same_bits
from kerasish.testing.strict_arrays import StrictArray


@pytest.fixture(autouse=True)
def strict():
    """New arrays are the strict module's; it is forgotten afterwards."""
    strict_arrays.install()
    with devices.device("strict"):
        yield
    devices._modules.pop("strict")
    devices._owners.pop(StrictArray)


RNG = np.random.default_rng(0)
X = RNG.normal(size=(5, 3)).astype("float32")
Y = np.array([0, 2, 1, 1, 0], dtype="int32")


def network():
    rng = np.random.default_rng(1)
    return [
        keras.Variable(rng.normal(size=shape).astype("float32"))
        for shape in ((3, 4), (4,), (4, 3), (3,))
    ]


def loss_of(x, y, w1, b1, w2, b2):
    h = ops.relu(ops.matmul(x, w1) + b1)
    h = h * 0.5 + 1.0 - h / 2
    logits = ops.matmul(ops.tanh(h), w2) + b2
    picked = ops.take_along_axis(ops.log_softmax(logits), ops.expand_dims(y, 1), axis=1)
    return -ops.mean(picked) + 0.01 * ops.sum(ops.square(w1))


def train(engine, steps=3):
    weights = network()

    def step(x, y):
        with keras.GradientTape() as tape:
            loss = loss_of(x, y, *weights)
        for weight, gradient in zip(weights, tape.gradient(loss, weights), strict=True):
            weight.assign(weight - 0.1 * gradient)
        return loss

    step = engine.function(step)
    losses = [step(X, Y) for _ in range(steps)]
    return losses, weights


def test_a_training_step_stays_on_the_device(engine):
    losses, weights = train(engine)
    assert all(type(loss.value) is StrictArray for loss in losses)
    assert all(type(weight.value.value) is StrictArray for weight in weights)


def test_a_training_step_has_the_same_bits_as_on_the_host(engine):
    there = train(engine)
    with devices.device("cpu"):
        here = train(engine)
    for a, b in zip(there[0] + there[1], here[0] + here[1], strict=True):
        assert_same_bits(a, b)


@pytest.mark.parametrize("number", [2, 2.5, True, 0.0, 10**10, float("nan")])
def test_numbers_beside_a_tensor_go_to_its_device(number):
    x = Tensor(StrictArray(X))
    for found in (x + number, number - x, x * number, x > number):
        assert type(found.value) is StrictArray


def test_values_go_to_the_device_and_come_back():
    x = ops.convert_to_tensor(X)
    assert type(x.value) is StrictArray
    assert_same_bits(x.numpy(), X)
    assert x.tolist() == X.tolist()
    assert float(x[0, 0]) == float(X[0, 0])
    v = keras.Variable(X)
    v.assign(X * 2)
    assert_same_bits(v.numpy(), X * 2)
    assert type(v.value.value) is StrictArray


def test_subscripts_stay_on_the_device():
    x = ops.convert_to_tensor(X)
    for key in (1, slice(1, 3), (..., 0), Y[:3], ops.convert_to_tensor(Y[:3]), X[:, 0] > 0):
        host = key.numpy() if isinstance(key, Tensor) else key
        assert_same_bits(x[key].numpy(), np.ascontiguousarray(X[host]))
        assert type(x[key].value) is StrictArray


def test_random_numbers_are_those_of_the_host():
    there = keras.random.normal((7,), seed=3)
    assert type(there.value) is StrictArray
    with devices.device("cpu"):
        assert_same_bits(there, keras.random.normal((7,), seed=3))
