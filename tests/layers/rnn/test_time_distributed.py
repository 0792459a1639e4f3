import numpy as np
import pytest

from kerasish import Input, layers


def test_one_layer_serves_all_steps(rng):
    x = rng.normal(size=(4, 5, 3)).astype("float32")
    inner = layers.Dense(2)
    layer = layers.TimeDistributed(inner)
    y = layer(x).numpy()
    kernel, bias = inner.get_weights()
    np.testing.assert_allclose(y, x @ kernel + bias, rtol=1e-5, atol=1e-6)
    assert layer.trainable_weights == inner.trainable_weights
    assert layer(Input((5, 3))).shape == (None, 5, 2)
    assert layer(Input((None, 3))).shape == (None, None, 2)


def test_steps_come_one_after_another(rng):
    x = rng.normal(size=(4, 3, 2)).astype("float32")
    inner = layers.BatchNormalization(momentum=0.5)
    layers.TimeDistributed(inner)(x, training=True)
    mean = np.zeros(2)
    for step in range(3):
        mean = 0.5 * mean + 0.5 * x[:, step].mean(0)
    np.testing.assert_allclose(inner.moving_mean.numpy(), mean, rtol=1e-5, atol=1e-6)


def test_each_step_is_given_its_part_of_the_mask():
    seen = []

    class Looking(layers.Layer):
        def call(self, inputs, mask=None):
            seen.append(None if mask is None else mask.tolist())
            return inputs

    x = np.ones((2, 3, 1), "float32")
    mask = np.array([[True, False, True], [True, True, False]])
    layers.TimeDistributed(Looking())(x, mask=mask)
    assert seen[-3:] == [[True, True], [False, True], [True, False]]
    layers.TimeDistributed(Looking())(x)
    assert seen[-3:] == [None] * 3


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="must be a Layer"):
        layers.TimeDistributed(lambda x: x)
    layer = layers.TimeDistributed(layers.Dense(2))
    with pytest.raises(ValueError, match="time axis"):
        layer(np.ones((2, 3), "float32"))
    x = np.ones((2, 3, 4), "float32")
    for shape in [(3, 3), (2, 4), (2,)]:
        with pytest.raises(ValueError, match="the mask must begin"):
            layers.TimeDistributed(layers.Dense(2))(x, mask=np.ones(shape, bool))
