import numpy as np
import pytest

from kerasish import layers


def test_the_inputs_pass_and_cost(rng):
    x = rng.normal(size=(4, 3)).astype("float32")
    layer = layers.ActivityRegularization(l1=0.5, l2=0.25)
    np.testing.assert_array_equal(layer(x).numpy(), x)
    wanted = (0.5 * np.abs(x).sum() + 0.25 * (x**2).sum()) / 4
    assert float(layer.losses[0]) == pytest.approx(wanted, rel=1e-5)


def test_the_config_has_the_factors_alone():
    config = layers.ActivityRegularization(l1=0.5).get_config()
    assert "activity_regularizer" not in config
    assert (config["l1"], config["l2"]) == (0.5, 0.0)
