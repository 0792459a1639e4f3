"""Every activation against its formula, in every engine and on KerasTensors."""

import inspect
import math

import numpy as np
import pytest

import kerasish as keras
from kerasish import activations, ops
from kerasish._registry import CustomObjectScope
from kerasish.backend.discovery import get

X = np.array([[-7.0, -3.5, -1.0, -0.6, -0.3, 0.0], [0.2, 0.5, 1.0, 2.5, 6.5, 9.0]])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x, axis=-1):
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def exact_gelu(x):
    return x * 0.5 * np.vectorize(math.erfc)(-x / math.sqrt(2))


FORMULAS = {
    "celu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "exponential": np.exp,
    "gelu": exact_gelu,
    "glu": lambda x: x[:, :3] * sigmoid(x[:, 3:]),
    "hard_shrink": lambda x: np.where(np.abs(x) > 0.5, x, 0),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hard_silu": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "linear": lambda x: x,
    "log_sigmoid": lambda x: -np.log1p(np.exp(-x)),
    "log_softmax": lambda x: np.log(softmax(x)),
    "mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)),
    "sigmoid": sigmoid,
    "silu": lambda x: x * sigmoid(x),
    "soft_shrink": lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0),
    "softmax": softmax,
    "softplus": lambda x: np.log1p(np.exp(x)),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "sparse_plus": lambda x: np.where(x <= -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x)),
    "sparse_sigmoid": lambda x: np.clip((x + 1) / 2, 0, 1),
    "squareplus": lambda x: (x + np.sqrt(x * x + 4)) / 2,
    "tanh": np.tanh,
    "tanh_shrink": lambda x: x - np.tanh(x),
}
ALIASES = {"swish": "silu", "hard_swish": "hard_silu"}
OTHERS = {"sparsemax", "threshold", "get", "serialize", "deserialize"}


def test_every_public_activation_has_a_formula_here():
    assert set(activations.__all__) == set(FORMULAS) | set(ALIASES) | OTHERS


@pytest.mark.parametrize("name", FORMULAS)
def test_values_are_those_of_the_formula(name):
    found = getattr(activations, name)(ops.convert_to_tensor(X))
    np.testing.assert_allclose(found.numpy(), FORMULAS[name](X), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", [*FORMULAS, "sparsemax"])
def test_graphs_give_the_same_bits(name):
    function = getattr(activations, name)
    x = ops.convert_to_tensor(X, "float32")
    traced = get("graph").function(function)
    assert np.asarray(traced(x)).tobytes() == np.asarray(function(x)).tobytes()


@pytest.mark.parametrize("name", [*FORMULAS, "sparsemax"])
def test_keras_tensors_keep_their_unknown_size(name):
    found = getattr(activations, name)(keras.KerasTensor((None, 6)))
    assert found.shape == (None, 3 if name == "glu" else 6)


@pytest.mark.parametrize("name", ["gelu", "celu", "sparsemax", "squareplus", "mish", "sparse_plus"])
def test_gradients_are_those_of_differences(name):
    function, h = getattr(activations, name), 1e-6
    points = np.array([[-2.0, -0.7, -0.2, 0.15, 0.6, 1.7]])
    weights = np.arange(1.0, 7.0)
    x = ops.convert_to_tensor(points).requires_grad_()
    ops.sum(function(x) * weights).backward()
    wanted = [
        (
            np.sum(function(ops.convert_to_tensor(points + step)).numpy() * weights)
            - np.sum(function(ops.convert_to_tensor(points - step)).numpy() * weights)
        )
        / (2 * h)
        for step in h * np.eye(6)
    ]
    np.testing.assert_allclose(x.grad.numpy()[0], wanted, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    "arguments",
    [
        {"negative_slope": 0.1},
        {"max_value": 2.0},
        {"max_value": 6},
        {"threshold": 0.4},
        {"negative_slope": 0.1, "max_value": 2.0, "threshold": 0.4},
        {"negative_slope": 0.5, "max_value": 6},
        {"max_value": 6, "threshold": 0.4},
    ],
)
def test_relu_has_its_three_pieces(arguments):
    full = {"negative_slope": 0.0, "max_value": np.inf, "threshold": 0.0, **arguments}
    line = full["negative_slope"] * (X - full["threshold"])
    wanted = np.where(full["threshold"] < X, np.minimum(X, full["max_value"]), line)
    np.testing.assert_allclose(activations.relu(X, **arguments).numpy(), wanted, rtol=1e-12)


def test_softmax_spans_several_axes():
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    found = activations.softmax(x, axis=(1, 2)).numpy()
    wanted = softmax(x.reshape(2, 12)).reshape(2, 3, 4)
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_gelu_by_tanh_is_near_the_exact_one():
    near = activations.gelu(X, approximate=True).numpy()
    assert 0 < np.abs(near - exact_gelu(X)).max() < 5e-4


def test_exact_gelu_keeps_digits_far_below_zero():
    found = activations.gelu(np.array([-10.0])).item()
    assert found == pytest.approx(-5 * math.erfc(10 / math.sqrt(2)), rel=1e-12)


def test_sparsemax_is_the_projection_onto_the_simplex():
    x = np.random.default_rng(1).normal(size=(50, 7)) * 2
    found = activations.sparsemax(x).numpy()
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-12)
    assert (found == 0).any()
    for row, p in zip(x, found, strict=True):  # p = max(x - t, 0) for one t
        level = (row - p)[p > 0]
        assert np.ptp(level) < 1e-12
        assert np.all(row[p == 0] <= level[0] + 1e-12)
    np.testing.assert_allclose(activations.sparsemax(x.T, axis=0).numpy().T, found)


def test_threshold_replaces_what_is_not_above():
    assert activations.threshold([-1.0, 0.5, 2.0], 0.5, 9.0).tolist() == [9, 9, 2]


def test_glu_wants_an_even_axis():
    with pytest.raises(ValueError, match=r"even size.*axis=-1"):
        activations.glu(np.ones((2, 3)))


@pytest.mark.parametrize("name", [*FORMULAS, *ALIASES, "sparsemax"])
def test_names_lead_to_functions_and_back(name):
    function = activations.get(name)
    assert function is getattr(activations, name)
    written = activations.serialize(function)
    assert written == ALIASES.get(name, name)
    assert activations.deserialize(written) is function


def test_none_is_linear_and_objects_stay():
    layer = type("Layer", (), {"__call__": lambda self, x: x})()
    assert activations.get(None) is activations.linear
    assert activations.get(layer) is layer


def test_custom_functions_are_written_by_name():
    def twice(x):
        return 2 * x

    config = activations.serialize(twice)
    assert config["config"] == "twice"
    with CustomObjectScope({"twice": twice}):
        assert activations.get(config) is twice
        assert activations.get("twice") is twice


def test_unknown_names_are_errors_with_advice():
    with pytest.raises(ValueError, match="'relu'"):
        activations.get("relo")


def test_defaults_are_those_of_keras():
    assert str(inspect.signature(activations.relu)).startswith("(x: 'Any', negative_slope")
    assert inspect.signature(activations.gelu).parameters["approximate"].default is False
    assert inspect.signature(ops.gelu).parameters["approximate"].default is True
