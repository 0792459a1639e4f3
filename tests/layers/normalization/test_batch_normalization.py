import numpy as np
import pytest

from kerasish import layers, ops
from kerasish.backend.discovery import get

EPSILON = 1e-3


def data(rng, shape=(6, 4, 3)):
    return (rng.normal(size=shape) * 2 + 5).astype("float32")


def moments(x, axis=-1):
    axes = tuple(a for a in range(x.ndim) if a != axis % x.ndim)
    x = x.astype("float64")
    return x.mean(axes, keepdims=True), x.var(axes, keepdims=True)


@pytest.mark.parametrize("axis", [-1, 1, 2])
@pytest.mark.parametrize("scale, center", [(True, True), (False, True), (True, False)])
def test_training_normalizes_by_the_batch(axis, scale, center, rng):
    x = data(rng)
    layer = layers.BatchNormalization(axis=axis, scale=scale, center=center)
    layer.build(x.shape)
    shape = [-1 if a == axis % 3 else 1 for a in range(3)]
    gamma = beta = None
    if scale:
        gamma = rng.normal(size=layer.gamma.shape)
        layer.gamma.assign(gamma)
    if center:
        beta = rng.normal(size=layer.beta.shape)
        layer.beta.assign(beta)
    mean, variance = moments(x, axis)
    wanted = (x - mean) / np.sqrt(variance + EPSILON)
    wanted = wanted if gamma is None else wanted * gamma.reshape(shape)
    wanted = wanted if beta is None else wanted + beta.reshape(shape)
    np.testing.assert_allclose(layer(x, training=True).numpy(), wanted, rtol=1e-4, atol=1e-5)


def test_running_means_follow_the_batches_and_serve_afterwards(rng):
    layer = layers.BatchNormalization(momentum=0.75)
    mean, variance = np.zeros(3), np.ones(3)
    for _ in range(3):
        x = data(rng)
        layer(x, training=True)
        m, v = (a.reshape(-1) for a in moments(x))
        mean, variance = 0.75 * mean + 0.25 * m, 0.75 * variance + 0.25 * v
    np.testing.assert_allclose(layer.moving_mean.numpy(), mean, rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), variance, rtol=1e-5)
    wanted = (x - mean) / np.sqrt(variance + EPSILON)
    for given in ({}, {"training": False}):
        np.testing.assert_allclose(layer(x, **given).numpy(), wanted, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(layer.moving_mean.numpy(), mean, rtol=1e-5)


def test_a_frozen_layer_infers_even_while_training(rng):
    layer, x = layers.BatchNormalization(), data(rng)
    layer(x, training=True)
    layer.trainable = False
    before = layer.get_weights()
    y = layer(x, training=True).numpy()
    np.testing.assert_array_equal(y, layer(x, training=False).numpy())
    for a, b in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_masked_steps_do_not_count(rng):
    x = data(rng, (2, 4, 3))
    mask = np.array([[True, True, False, False], [True, True, True, False]])
    x[~mask] = np.nan
    layer = layers.BatchNormalization(momentum=0.0)
    y = layer(x, training=True, mask=mask).numpy()
    there = x[mask].astype("float64")
    np.testing.assert_allclose(layer.moving_mean.numpy(), there.mean(0), rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), there.var(0), rtol=1e-4)
    wanted = (there - there.mean(0)) / np.sqrt(there.var(0) + EPSILON)
    np.testing.assert_allclose(y[mask], wanted, rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="one axis less"):
        layer(x, training=True, mask=mask[0])


def test_half_precision_is_normalized_in_single(rng):
    x = (data(rng) * 100).astype("float16")  # whose squares are infinite
    layer = layers.BatchNormalization(dtype="mixed_float16", momentum=0.0)
    y = layer(x, training=True)
    assert y.dtype == "float16"
    assert np.isfinite(y.numpy()).all()
    assert {v._dtype for v in layer.weights} == {"float32"}
    np.testing.assert_allclose(layer.moving_mean.numpy(), moments(x)[0].reshape(-1), rtol=1e-3)


def test_whole_numbers_become_floats():
    y = layers.BatchNormalization()(np.array([[1, 2], [3, 4]]), training=True)
    assert y.dtype == "float32"


def test_the_plain_step_is_a_few_operations(rng):
    layer, x = layers.BatchNormalization(), data(rng)
    layer(x)
    for training, most in ((False, 7), (True, 20)):
        function = get("graph").function(lambda v, t=training: layer(v, training=t))
        text = str(function.specialise(x)[0].graph)
        free = ("constant", "read", "reshape", "squeeze")  # no work, or a view
        work = [line for line in text.splitlines() if " = " in line]
        work = [line for line in work if line.split(" = ")[1].split()[0] not in free]
        assert len(work) <= most, text


# Renormalization.


def renormalized(x, state, momentum, clipping):
    """One step of batch renormalization in float64: the outputs, and the state moved."""
    mean, variance = (a.reshape(-1) for a in moments(x))
    stddev = np.sqrt(variance + EPSILON)
    known = np.maximum(state["renorm_stddev"], np.sqrt(EPSILON))
    r = np.clip(stddev / known, clipping.get("rmin", 0), clipping.get("rmax", np.inf))
    d = (mean - state["renorm_mean"]) / known
    d = np.clip(d, -clipping.get("dmax", np.inf), clipping.get("dmax", np.inf))
    y = (x - mean) / stddev * r + d
    for name, value, keep in (
        ("renorm_mean", mean, 0.5),
        ("renorm_stddev", stddev, 0.5),
        ("moving_mean", mean, momentum),
        ("moving_stddev", stddev, momentum),
    ):
        state[name] = keep * state[name] + (1 - keep) * value
    return y


@pytest.mark.parametrize("engine", ["eager", "graph"])
@pytest.mark.parametrize(
    "clipping", [{}, {"rmax": 1.5, "rmin": 0.5}, {"dmax": 0.25}, {"rmax": 1.0, "dmax": 0.0}]
)
def test_renormalization_follows_its_definition(clipping, engine, rng):
    layer = layers.BatchNormalization(
        momentum=0.75, renorm=True, renorm_clipping=clipping, renorm_momentum=0.5
    )
    layer.build((None, 4, 3))
    gamma, beta = rng.normal(size=3), rng.normal(size=3)
    layer.gamma.assign(gamma)
    layer.beta.assign(beta)
    zeros = {"renorm_mean": np.zeros(3), "moving_mean": np.zeros(3)}
    state = {**zeros, "renorm_stddev": np.ones(3), "moving_stddev": np.ones(3)}
    function = get(engine).function(lambda v: layer(v, training=True))
    for _ in range(4):
        x = data(rng)
        wanted = renormalized(x.astype("float64"), state, 0.75, clipping) * gamma + beta
        np.testing.assert_allclose(function(x).numpy(), wanted, rtol=1e-4, atol=1e-4)
    for name, value in state.items():
        np.testing.assert_allclose(getattr(layer, name).numpy(), value, rtol=1e-4)
    variance = np.maximum(state["moving_stddev"] ** 2 - EPSILON, 0)
    np.testing.assert_allclose(layer.moving_variance.numpy(), variance, rtol=1e-4)
    x = data(rng)
    wanted = (x - state["moving_mean"]) / np.sqrt(variance + EPSILON) * gamma + beta
    np.testing.assert_allclose(layer(x).numpy(), wanted, rtol=1e-4, atol=1e-4)


def test_no_gradient_passes_the_corrections(rng):
    x = data(rng)

    def gradient(layer):
        leaf = ops.convert_to_tensor(x).requires_grad_()
        ops.sum(layer(leaf, training=True) * (x * x)).backward()
        return leaf.grad.numpy()

    # With the corrections held at 1 and 0 there is nothing but the plain layer.
    held = {"rmin": 1.0, "rmax": 1.0, "dmax": 0.0}
    renorm = layers.BatchNormalization(renorm=True, renorm_clipping=held)
    plain = gradient(layers.BatchNormalization())
    np.testing.assert_allclose(gradient(renorm), plain, rtol=1e-4, atol=1e-4)


def test_renormalization_adds_three_states():
    layer = layers.BatchNormalization(renorm=True, moving_variance_initializer="zeros")
    layer.build((None, 3))
    assert [w.name for w in layer.weights] == [
        "gamma",
        "beta",
        "moving_mean",
        "moving_variance",
        "moving_stddev",
        "renorm_mean",
        "renorm_stddev",
    ]
    assert not layer.moving_stddev.numpy().any()


@pytest.mark.parametrize(
    "clipping, message",
    [
        ({"bogus": 1.0}, "Unknown keys"),
        ({"rmax": 0.5, "rmin": 1.0}, "rmax < rmin"),
        ({"dmax": -1.0}, "dmax < 0"),
    ],
)
def test_impossible_limits_are_refused(clipping, message):
    with pytest.raises(ValueError, match=message):
        layers.BatchNormalization(renorm=True, renorm_clipping=clipping)


def test_an_axis_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="out of bounds"):
        layers.BatchNormalization(axis=3).compute_output_shape((None, 3))
