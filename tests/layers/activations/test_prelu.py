import numpy as np
import pytest

from kerasish import layers


@pytest.mark.parametrize(
    "shared, alpha", [(None, (2, 3)), (1, (1, 3)), ([1], (1, 3)), ([1, 2], (1, 1)), ((2,), (2, 1))]
)
def test_slopes_below_zero_are_weights(shared, alpha, rng):
    x = rng.normal(size=(4, 2, 3)).astype("float32")
    layer = layers.PReLU(alpha_initializer="random_normal", shared_axes=shared)
    y = layer(x).numpy()
    (slopes,) = layer.get_weights()
    assert slopes.shape == alpha
    np.testing.assert_allclose(y, np.where(x > 0, x, slopes * x), rtol=1e-6)


def test_slopes_begin_at_zero_and_may_be_penalised():
    layer = layers.PReLU(alpha_regularizer="l2", alpha_constraint="non_neg")
    assert layer(np.array([[-1.0, 2.0]], "float32")).tolist() == [[0.0, 2.0]]
    assert len(layer.losses) == 1
    assert layer.alpha.constraint is not None


def test_other_sizes_along_shared_axes_are_welcome():
    layer = layers.PReLU(shared_axes=[1])
    layer(np.ones((2, 5, 3), "float32"))
    assert layer(np.ones((2, 9, 3), "float32")).shape == (2, 9, 3)
    with pytest.raises(ValueError, match="axis 2"):
        layer(np.ones((2, 5, 4), "float32"))
