"""Constraints against what they promise."""

import numpy as np
import pytest

from kerasish import constraints, ops
from kerasish.backend.discovery import get

W = np.random.default_rng(0).normal(size=(5, 4)) * [[0.01, 0.5, 2.0, 9.0]]
ALL = [
    constraints.NonNeg(),
    constraints.MaxNorm(1.5),
    constraints.MinMaxNorm(0.5, 1.5),
    constraints.MinMaxNorm(0.5, 1.5, rate=0.25, axis=1),
    constraints.UnitNorm(axis=[0, 1]),
]


def norms(w, axis=0):
    return np.linalg.norm(w, axis=axis)


def test_no_element_is_negative():
    np.testing.assert_array_equal(constraints.NonNeg()(W).numpy(), np.maximum(W, 0))


def test_long_vectors_are_shortened():
    found = norms(constraints.MaxNorm(1.5)(W).numpy())
    np.testing.assert_allclose(found, np.minimum(norms(W), 1.5), rtol=1e-5)


def test_vectors_become_unit_vectors():
    np.testing.assert_allclose(norms(constraints.UnitNorm()(W).numpy()), 1, rtol=1e-5)
    np.testing.assert_allclose(norms(constraints.UnitNorm(1)(W).numpy(), 1), 1, rtol=1e-5)
    whole = constraints.UnitNorm([0, 1])(W).numpy()
    assert np.sqrt((whole**2).sum()) == pytest.approx(1, rel=1e-5)


def test_norms_go_a_part_of_the_way_into_the_interval():
    for rate in (1.0, 0.25):
        found = norms(constraints.MinMaxNorm(0.5, 1.5, rate)(W).numpy())
        wanted = rate * np.clip(norms(W), 0.5, 1.5) + (1 - rate) * norms(W)
        np.testing.assert_allclose(found, wanted, rtol=1e-4)


def test_zeros_stay_zeros():
    for constraint in ALL:
        assert np.all(constraint(np.zeros((3, 2))).numpy() == 0)


@pytest.mark.parametrize("constraint", ALL)
def test_graphs_give_the_same_bits(constraint):
    w = ops.convert_to_tensor(W, "float32")
    traced = get("graph").function(lambda w: constraint(w) * 1.0)
    assert traced(w).numpy().tobytes() == constraint(w).numpy().tobytes()


@pytest.mark.parametrize("constraint", ALL)
def test_configs_make_equal_constraints(constraint):
    config = constraints.serialize(constraint)
    assert config["module"] == "keras.constraints"
    twin = constraints.deserialize(config)
    assert type(twin) is type(constraint)
    assert twin.get_config() == constraint.get_config()


def test_names_and_classes_are_found():
    assert constraints.get(None) is None
    assert constraints.get("max_norm").get_config() == {"max_value": 2, "axis": 0}
    assert isinstance(constraints.get("NonNeg"), constraints.NonNeg)
    assert isinstance(constraints.get(constraints.UnitNorm), constraints.UnitNorm)
    assert constraints.min_max_norm is constraints.MinMaxNorm
    assert constraints.Constraint()(3) == 3
    with pytest.raises(ValueError, match="max_norm"):
        constraints.get("max_norn")
