import numpy as np
import pytest

from kerasish import ops
from kerasish.backend.discovery import get
from kerasish.testing.gradients import check_gradients


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.mark.parametrize("axis", [-1, 1, (1, 2), [2, 1]])
def test_layer_normalization_follows_its_definition(axis, rng):
    x = rng.normal(size=(4, 3, 5))
    places = tuple(sorted(np.atleast_1d(axis) % 3))
    sizes = tuple(x.shape[a] for a in places)
    gamma, beta = rng.normal(size=sizes), rng.normal(size=sizes)
    shape = [s if a in places else 1 for a, s in enumerate(x.shape)]
    centred = x - x.mean(places, keepdims=True)
    wanted = centred / np.sqrt(x.var(places, keepdims=True) + 1e-3)
    found = ops.layer_normalization(x, axis=axis, epsilon=1e-3)
    np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-6)
    wanted = wanted * gamma.reshape(shape) + beta.reshape(shape)
    found = ops.layer_normalization(x, gamma, beta, axis=axis, epsilon=1e-3)
    np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-6)


@pytest.mark.parametrize("axis", [-1, (1, 2)])
def test_rms_normalization_follows_its_definition(axis, rng):
    x = rng.normal(size=(4, 3, 5))
    scale = rng.normal(size=[x.shape[a] for a in np.atleast_1d(axis)])
    wanted = x / np.sqrt((x**2).mean(axis, keepdims=True) + 1e-3) * scale
    found = ops.rms_normalization(x, scale, axis=axis, epsilon=1e-3)
    np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-6)


def test_gradients_agree_with_differences(rng):
    x, gamma, beta = rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=3)
    check_gradients(lambda x, g, b: ops.layer_normalization(x, g, b), x, gamma, beta)
    check_gradients(lambda x, g: ops.rms_normalization(x, g), x, gamma)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_engines_agree_and_the_dtype_stays(dtype, rng):
    x = rng.normal(size=(4, 3)).astype(dtype)
    for function in (ops.layer_normalization, ops.rms_normalization):
        eager, graph = function(x), get("graph").function(function)(x)
        assert eager.dtype == graph.dtype == dtype
        assert eager.numpy().tobytes() == graph.numpy().tobytes()


def test_half_precision_does_not_overflow(rng):
    x = (rng.normal(size=(4, 30)) * 1000).astype("float16")
    for function in (ops.layer_normalization, ops.rms_normalization):
        assert np.isfinite(function(x).numpy()).all()
