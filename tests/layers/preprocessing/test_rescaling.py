import numpy as np
import pytest

from kerasish import layers


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32"])
@pytest.mark.parametrize("scale, offset", [(1 / 255, 0.0), (2.0, -1.0), ([1.0, 2.0], [0.5, 0.0])])
def test_inputs_are_scaled_and_shifted(scale, offset, dtype):
    x = np.array([[0, 255], [3, 7]]).astype(dtype)
    y = layers.Rescaling(scale, offset=offset)(x)
    assert y.dtype == "float32"
    wanted = x.astype("float64") * np.array(scale) + np.array(offset)
    np.testing.assert_allclose(y.numpy(), wanted, rtol=1e-6)
