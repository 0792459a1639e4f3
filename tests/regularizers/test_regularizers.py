"""Penalties against their formulas."""

import numpy as np
import pytest

from kerasish import ops, regularizers
from kerasish.backend.discovery import get

X = np.random.default_rng(0).normal(size=(4, 6))


def cosines(rows):
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return np.abs((unit @ unit.T)[np.triu_indices(len(rows), 1)])


CASES = [
    (regularizers.L1(0.3), 0.3 * np.abs(X).sum()),
    (regularizers.L2(0.3), 0.3 * (X**2).sum()),
    (regularizers.L1L2(0.3, 0.2), 0.3 * np.abs(X).sum() + 0.2 * (X**2).sum()),
    (regularizers.L1L2(), 0.0),
    (regularizers.OrthogonalRegularizer(0.3), 0.3 * cosines(X).mean()),
    (regularizers.OrthogonalRegularizer(0.3, "columns"), 0.3 * cosines(X.T).mean()),
]


@pytest.mark.parametrize("regularizer, wanted", CASES)
def test_penalties_are_those_of_the_formula(regularizer, wanted):
    found = regularizer(ops.convert_to_tensor(X))
    assert found.shape == ()
    assert found.dtype == "float64"
    assert float(found) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("regularizer, wanted", CASES)
def test_graphs_give_the_same_bits(regularizer, wanted):
    x = ops.convert_to_tensor(X, "float32")
    traced = get("graph").function(regularizer)
    assert np.asarray(traced(x)).tobytes() == np.asarray(regularizer(x)).tobytes()


@pytest.mark.parametrize("regularizer, wanted", CASES)
def test_configs_make_equal_regularizers(regularizer, wanted):
    config = regularizers.serialize(regularizer)
    assert config["module"] == "keras.regularizers"
    twin = regularizers.deserialize(config)
    assert type(twin) is type(regularizer)
    assert twin.get_config() == regularizer.get_config()


def test_rows_without_a_direction_cost_nothing_and_have_a_gradient():
    x = ops.convert_to_tensor(np.array([[0.0, 0.0], [3.0, 4.0]])).requires_grad_()
    penalty = regularizers.OrthogonalRegularizer()(x)
    penalty.backward()
    assert float(penalty) == 0
    assert np.all(np.isfinite(x.grad.numpy()))


def test_names_and_classes_are_found():
    assert regularizers.get(None) is None
    assert regularizers.get("l1").l1 == 0.01
    assert isinstance(regularizers.get("l1_l2"), regularizers.L1L2)
    assert isinstance(regularizers.get("orthogonal_regularizer"), regularizers.Regularizer)
    assert isinstance(regularizers.get(regularizers.L2), regularizers.L2)
    assert regularizers.l2 is regularizers.L2
    assert regularizers.L1(None).l1 == 0.01
    assert regularizers.L1L2(None, None).get_config() == {"l1": 0.0, "l2": 0.0}


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda: regularizers.L1(-0.1), "l1=-0.1"),
        (lambda: regularizers.L2(float("nan")), "l2=nan"),
        (lambda: regularizers.L1L2(l2="much"), "l2='much'"),
        (lambda: regularizers.OrthogonalRegularizer(float("inf")), "factor=inf"),
        (lambda: regularizers.OrthogonalRegularizer(mode="all"), "'columns'.*mode='all'"),
        (lambda: regularizers.OrthogonalRegularizer()(np.ones(3)), r"two axes.*shape=\(3,\)"),
        (lambda: regularizers.get("l3"), "l3"),
    ],
)
def test_errors_name_the_argument(call, text):
    with pytest.raises(ValueError, match=text):
        call()


def test_the_base_asks_for_a_config():
    assert regularizers.Regularizer()(1.0) == 0.0
    with pytest.raises(NotImplementedError, match="get_config"):
        regularizers.Regularizer().get_config()
