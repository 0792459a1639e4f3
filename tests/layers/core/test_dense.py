import numpy as np
import pytest

from kerasish import constraints, layers, regularizers


@pytest.mark.parametrize("shape", [(4, 3), (4, 2, 3), (2, 2, 2, 3)])
@pytest.mark.parametrize("use_bias", [True, False])
def test_dense_computes_its_formula(use_bias, shape, rng):
    x = rng.normal(size=shape).astype("float32")
    layer = layers.Dense(5, activation="tanh", use_bias=use_bias, bias_initializer="random_normal")
    y = layer(x).numpy()
    kernel, *bias = (w.astype("float64") for w in layer.get_weights())
    np.testing.assert_allclose(y, np.tanh(x @ kernel + sum(bias)), rtol=1e-5, atol=1e-6)
    assert [w.name for w in layer.weights] == ["kernel", "bias"][: 1 + use_bias]


def test_dense_demands_inputs_of_the_size_it_was_built_for(rng):
    layer = layers.Dense(2)
    layer.build((None, 3))
    with pytest.raises(ValueError, match="size 3 along axis -1"):
        layer(np.ones((2, 4), "float32"))
    with pytest.raises(ValueError, match="2 axes at least"):
        layers.Dense(2)(np.ones(3, "float32"))


@pytest.mark.parametrize("units", [0, -1, 2.5, "2", None, True])
def test_units_must_be_a_positive_integer(units):
    with pytest.raises(ValueError, match="`units` must be a positive integer"):
        layers.Dense(units)


def test_penalties_and_constraints_go_with_the_weights(rng):
    x = rng.normal(size=(4, 3)).astype("float32")
    layer = layers.Dense(
        2,
        kernel_regularizer=regularizers.L2(0.5),
        bias_regularizer="l1",
        activity_regularizer=regularizers.L1(0.25),
        kernel_constraint="non_neg",
        bias_initializer="ones",
    )
    y = layer(x).numpy()
    kernel, bias = layer.get_weights()
    found = sorted(float(loss) for loss in layer.losses)
    wanted = [0.5 * (kernel**2).sum(), 0.01 * np.abs(bias).sum(), 0.25 * np.abs(y).sum() / 4]
    np.testing.assert_allclose(found, sorted(wanted), rtol=1e-5)
    assert isinstance(layer.kernel.constraint, constraints.NonNeg)


def test_a_mask_passes_through(rng):
    x = np.array([[[0.0, 0.0], [1.0, 2.0]]], "float32")
    y = layers.Dense(3)(layers.Masking()(x))
    assert y._keras_mask.tolist() == [[False, True]]
