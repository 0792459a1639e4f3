import numpy as np
import pytest

from kerasish import layers


@pytest.mark.parametrize("axis", [-1, 1, (1, 2), [-1, -2], (3, 1)])
@pytest.mark.parametrize("scale, center", [(True, True), (False, True), (True, False)])
def test_each_sample_is_normalized_over_the_axes(axis, scale, center, rng):
    x = (rng.normal(size=(4, 3, 5, 2)) * 2 + 5).astype("float32")
    layer = layers.LayerNormalization(axis=axis, scale=scale, center=center)
    layer.build(x.shape)
    places = tuple(sorted(a % 4 for a in np.atleast_1d(axis)))
    sizes = tuple(x.shape[a] for a in places)
    wide = x.astype("float64")
    wanted = wide - wide.mean(places, keepdims=True)
    wanted = wanted / np.sqrt(wide.var(places, keepdims=True) + 1e-3)
    shape = [s if a in places else 1 for a, s in enumerate(x.shape)]
    for variable, apply in ((layer.gamma, np.multiply), (layer.beta, np.add)):
        if variable is not None:
            assert variable.shape == sizes
            value = rng.normal(size=sizes)
            variable.assign(value)
            wanted = apply(wanted, value.reshape(shape))
    np.testing.assert_allclose(layer(x).numpy(), wanted, rtol=1e-4, atol=1e-5)


def test_half_precision_is_normalized_in_single(rng):
    x = (rng.normal(size=(4, 3)) * 300 + 500).astype("float16")
    y = layers.LayerNormalization(dtype="mixed_float16")(x)
    assert y.dtype == "float16"
    wide = x.astype("float64")
    wanted = (wide - wide.mean(-1, keepdims=True)) / wide.std(-1, keepdims=True)
    np.testing.assert_allclose(y.numpy(), wanted, atol=2e-3)


def test_the_deprecated_way_neither_centres_nor_shifts(rng):
    x = rng.normal(size=(4, 3)).astype("float32")
    with pytest.warns(UserWarning, match="deprecated"):
        layer = layers.LayerNormalization(rms_scaling=True)
    wanted = x / np.sqrt(x.var(-1, keepdims=True) + 1e-3)
    np.testing.assert_allclose(layer(x).numpy(), wanted, rtol=1e-4)
    assert [w.name for w in layer.weights] == ["gamma"]
    assert layer.get_config()["rms_scaling"] is True


@pytest.mark.parametrize("axis", ["last", 1.5, None, [1.0]])
def test_axes_must_be_whole_numbers(axis):
    with pytest.raises(TypeError, match="`axis`"):
        layers.LayerNormalization(axis=axis)


def test_an_axis_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="out of bounds"):
        layers.LayerNormalization(axis=3).compute_output_shape((None, 3))


def test_a_mask_passes_through():
    x = layers.Masking()(np.array([[[0.0, 0.0], [1.0, 2.0]]], "float32"))
    assert layers.LayerNormalization()(x)._keras_mask.tolist() == [[False, True]]
