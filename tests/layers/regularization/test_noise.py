"""Dropout, GaussianDropout, GaussianNoise: random while training, nothing otherwise."""

import numpy as np
import pytest

from kerasish import layers
from kerasish.backend.discovery import get

X = np.ones((200, 50), "float32")
RANDOM = [
    lambda **given: layers.Dropout(0.25, **given),
    lambda **given: layers.GaussianDropout(0.25, **given),
    lambda **given: layers.GaussianNoise(0.5, **given),
]


@pytest.mark.parametrize("make", RANDOM)
def test_inference_changes_nothing(make):
    layer = make()
    for given in ({}, {"training": False}):
        np.testing.assert_array_equal(layer(X, **given).numpy(), X)


@pytest.mark.parametrize("make", RANDOM)
def test_each_call_draws_anew_and_a_seed_repeats_them_all(make):
    first, second = make(seed=7), make(seed=7)
    draws = [layer(X, training=True).numpy() for layer in (first, first, second, second)]
    assert not np.array_equal(draws[0], draws[1])
    np.testing.assert_array_equal(draws[0], draws[2])
    np.testing.assert_array_equal(draws[1], draws[3])
    other = make(seed=8)(X, training=True).numpy()
    assert not np.array_equal(draws[0], other)


@pytest.mark.parametrize("make", RANDOM)
def test_engines_draw_the_same(make):
    layer, traced = make(seed=7), make(seed=7)
    function = get("graph").function(lambda x: traced(x, training=True))
    for _ in range(3):
        np.testing.assert_array_equal(layer(X, training=True).numpy(), function(X).numpy())


@pytest.mark.parametrize("make", RANDOM)
def test_the_mean_stays(make):
    y = make(seed=3)(X, training=True).numpy().astype("float64")
    assert y.mean() == pytest.approx(1.0, abs=0.03)


def test_dropout_scales_up_what_it_leaves():
    y = layers.Dropout(0.25, seed=1)(X, training=True).numpy()
    kept = y != 0
    assert 1 - kept.mean() == pytest.approx(0.25, abs=0.02)
    np.testing.assert_allclose(y[kept], 1 / 0.75, rtol=1e-6)


def test_dropout_shares_its_mask_along_axes_of_size_one():
    y = layers.Dropout(0.5, noise_shape=(None, 1), seed=1)(X, training=True).numpy()
    assert (y == y[:, :1]).all()
    assert 0 < (y == 0).mean() < 1


def test_all_or_nothing():
    assert not layers.Dropout(1.0)(X, training=True).numpy().any()
    for layer in (layers.Dropout(0), layers.GaussianDropout(0.0), layers.GaussianNoise(0)):
        np.testing.assert_array_equal(layer(X, training=True).numpy(), X)
        assert not layer.variables


def test_gaussian_spreads():
    y = layers.GaussianDropout(0.25, seed=1)(X, training=True).numpy().astype("float64")
    assert y.std() == pytest.approx(np.sqrt(0.25 / 0.75), rel=0.03)
    y = layers.GaussianNoise(0.5, seed=1)(X, training=True).numpy().astype("float64")
    assert y.std() == pytest.approx(0.5, rel=0.03)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: layers.Dropout(1.5), "`rate` must be a number from 0 to 1"),
        (lambda: layers.Dropout("a"), "`rate` must be a number from 0 to 1"),
        (lambda: layers.Dropout(0.5, noise_shape=3), "noise_shape"),
        (lambda: layers.Dropout(0.5, noise_shape=(0, 1)), "positive"),
        (lambda: layers.GaussianDropout(-0.5), "`rate` must be a number from 0 to 1"),
        (lambda: layers.GaussianDropout(1), "less than 1"),
        (lambda: layers.GaussianNoise(1.5), "`stddev` must be a number from 0 to 1"),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("make", RANDOM)
def test_half_precision_stays_half(make):
    layer = make(dtype="mixed_float16")
    assert layer(X, training=True).dtype == "float16"
