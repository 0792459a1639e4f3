import numpy as np
import pytest

from kerasish import layers


@pytest.mark.parametrize("axis", [-1, 1, (1, 2), [2]])
def test_each_sample_has_length_one(axis, rng):
    x = rng.normal(size=(4, 3, 5)).astype("float32")
    places = tuple(np.atleast_1d(axis))
    wanted = x / np.sqrt((x.astype("float64") ** 2).sum(places, keepdims=True))
    np.testing.assert_allclose(layers.UnitNormalization(axis)(x).numpy(), wanted, rtol=1e-5)


def test_zeros_stay_zeros():
    assert not layers.UnitNormalization()(np.zeros((2, 3), "float32")).numpy().any()


def test_wrong_axes_are_refused():
    with pytest.raises(TypeError, match="`axis`"):
        layers.UnitNormalization(axis="last")
    with pytest.raises(ValueError, match="out of bounds"):
        layers.UnitNormalization(axis=3).compute_output_shape((None, 3))
