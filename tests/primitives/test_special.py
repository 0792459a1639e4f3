"""erf, erfc and erfinv against Python's own, and their gradients against differences."""

import math
import statistics

import numpy as np
import pytest

import kerasish as keras
from kerasish import ops
from kerasish.backend.discovery import get
from kerasish.primitives import special

POINTS = np.concatenate([np.linspace(-6.5, 6.5, 4001), [0.0, 1e-300, 0.46875, 4.0, 1e200]])


def test_erf_is_right_to_four_units_of_the_last_place():
    wanted = np.array([math.erf(x) for x in POINTS])
    found = special.erf(POINTS).numpy()
    assert np.all(np.abs(found - wanted) <= 4 * np.spacing(np.abs(wanted)))


def test_erfc_keeps_its_digits_in_the_tail():
    points = np.linspace(-5, 26, 4001)
    wanted = np.array([math.erfc(x) for x in points])
    np.testing.assert_allclose(special.erfc(points).numpy(), wanted, rtol=1e-13)


@pytest.mark.parametrize("name, tolerance", [("erf", 6e-7), ("erfc", 5e-6)])
def test_float32_is_computed_in_float32(name, tolerance):
    points = np.linspace(-5, 6, 4001).astype("float32")
    wanted = np.array([getattr(math, name)(x) for x in points.tolist()])
    found = getattr(special, name)(points)
    assert found.dtype == "float32"
    np.testing.assert_allclose(found.numpy(), wanted, rtol=tolerance, atol=1e-30)


def test_erfinv_undoes_erf():
    values = np.concatenate([np.linspace(-1, 1, 2001)[1:-1], [1e-20, 1 - 1e-15]])
    back = np.array([math.erf(x) for x in special.erfinv(values).numpy()])
    np.testing.assert_allclose(back, values, rtol=1e-14)


def test_the_ends_are_what_they_should_be():
    ends = np.array([np.inf, -np.inf, np.nan, 0.0])
    np.testing.assert_array_equal(special.erf(ends).numpy(), [1, -1, np.nan, 0])
    np.testing.assert_array_equal(special.erfc(ends).numpy(), [0, 2, np.nan, 1])
    values = np.array([1.0, -1.0, 1.5, np.nan])
    np.testing.assert_array_equal(special.erfinv(values).numpy(), [np.inf, -np.inf, np.nan, np.nan])


def test_the_normal_quantile_is_that_of_python():
    shares = np.linspace(-0.5, 0.5, 1001)[1:-1]
    normal = statistics.NormalDist()
    wanted = [normal.inv_cdf(0.5 + q) for q in shares]
    np.testing.assert_allclose(special.normal_quantile(np, shares), wanted, rtol=1e-12, atol=1e-15)
    inner = shares[np.abs(shares) < special.SHALLOW]
    np.testing.assert_array_equal(
        special.normal_quantile(np, inner), special.normal_quantile(np, inner, shallow=True)
    )


@pytest.mark.parametrize("primitive", [special.erf, special.erfc, special.erfinv])
def test_gradients_are_those_of_differences(primitive):
    points = np.array([-0.9, -0.46, 0.0, 0.3, 0.47, 0.8])
    x = ops.convert_to_tensor(points).requires_grad_()
    ops.sum(primitive(x)).backward()
    h = 1e-5
    wanted = (primitive(points + h).numpy() - primitive(points - h).numpy()) / (2 * h)
    np.testing.assert_allclose(x.grad.numpy(), wanted, rtol=1e-8)


@pytest.mark.parametrize("primitive", [special.erf, special.erfc, special.erfinv])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_graphs_give_the_same_bits(primitive, dtype):
    x = keras.random.uniform((300, 70), -0.99, 0.99, dtype=dtype, seed=3)
    traced = get("graph").function(lambda x: primitive(x * 1.0) * 1.0)
    assert traced(x).numpy().tobytes() == primitive(x).numpy().tobytes()


def test_whole_numbers_become_floats():
    assert ops.erf([0, 1]).dtype == "float32"
    assert special.erf(np.zeros((0, 3))).shape == (0, 3)
