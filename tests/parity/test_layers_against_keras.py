"""Layers beside those of the real Keras: values, weights, configs, names."""

import importlib.util
import inspect
import os

import numpy as np
import pytest

from kerasish import layers
from kerasish.backend import clear_session

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # Keras's
    pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64:UserWarning"),  # JAX's
    pytest.mark.skipif(
        not (importlib.util.find_spec("keras") and importlib.util.find_spec("jax")),
        reason="Keras with JAX is not installed, so there is nothing to compare with.",
    ),
]

CASES = [
    ("Activation", {"activation": "gelu"}, (4, 3)),
    ("Add", {}, [(4, 3), (4, 1)]),
    ("Average", {}, [(4, 3), (4, 3)]),
    ("BatchNormalization", {"axis": 1, "momentum": 0.5}, (4, 3, 2)),
    ("BatchNormalization", {"renorm": True, "momentum": 0.5, "renorm_momentum": 0.7}, (8, 3)),
    (
        "BatchNormalization",
        {"renorm": True, "renorm_clipping": {"rmax": 1.1, "rmin": 0.9, "dmax": 0.1}},
        (8, 3),
    ),
    ("Concatenate", {"axis": 1}, [(4, 3, 2), (4, 1, 2)]),
    ("Dense", {"units": 5, "activation": "relu"}, (4, 2, 3)),
    ("ELU", {"alpha": 0.5}, (4, 3)),
    ("Embedding", {"input_dim": 2, "output_dim": 5, "mask_zero": True}, (4, 3)),
    ("Flatten", {"data_format": "channels_first"}, (4, 3, 2, 2)),
    ("LayerNormalization", {"axis": [1, 2]}, (4, 3, 2)),
    ("LeakyReLU", {}, (4, 3)),
    ("Masking", {}, (4, 3, 2)),
    ("Maximum", {}, [(4, 3), (4, 3)]),
    ("Multiply", {}, [(4, 3, 2), (4, 2)]),
    ("PReLU", {"shared_axes": [1]}, (4, 3, 2)),
    ("Permute", {"dims": (2, 1)}, (4, 3, 2)),
    ("ReLU", {"max_value": 1.0, "negative_slope": 0.1, "threshold": 0.2}, (4, 3)),
    ("RepeatVector", {"n": 3}, (4, 3)),
    ("Rescaling", {"scale": 0.5, "offset": 1.0}, (4, 3)),
    ("Reshape", {"target_shape": (2, -1)}, (4, 3, 2)),
    ("Softmax", {"axis": [1, 2]}, (4, 3, 2)),
    ("Subtract", {}, [(4, 3), (4, 3)]),
    ("UnitNormalization", {"axis": [1, 2]}, (4, 3, 2)),
]


@pytest.fixture(scope="module")
def keras():
    os.environ.setdefault("KERAS_BACKEND", "jax")
    return pytest.importorskip("keras")


def data(shape, name):
    rng = np.random.default_rng(0)
    if isinstance(shape, list):
        return [rng.normal(size=s).astype("float32") for s in shape]
    if name == "Embedding":
        return rng.integers(0, 2, size=shape).astype("int32")
    return rng.normal(size=shape).astype("float32")


@pytest.mark.parametrize("name, given, shape", CASES)
def test_values_and_weights_are_kerass(name, given, shape, keras):
    ours, theirs = getattr(layers, name)(**given), getattr(keras.layers, name)(**given)
    x = data(shape, name)
    ours(x), theirs(x)
    rng = np.random.default_rng(1)
    weights = [rng.uniform(0.5, 1.5, size=w.shape).astype("float32") for w in theirs.weights]
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    training = {"training": True} if name == "BatchNormalization" else {}
    for more in (training, training, {}):
        mine, other = ours(x, **more), theirs(x, **more)
        assert mine.dtype == str(other.dtype)
        np.testing.assert_allclose(mine.numpy(), np.asarray(other), rtol=2e-5, atol=2e-6)
    for a, b in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(a.numpy(), np.asarray(b), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(
    "name, given",
    [
        *[(name, given) for name, given, _ in CASES],
        ("ActivityRegularization", {"l1": 0.5}),
        ("Dropout", {"rate": 0.5}),
        ("GaussianDropout", {"rate": 0.5}),
        ("GaussianNoise", {"stddev": 0.5, "seed": 3}),
        ("Identity", {}),
        ("Minimum", {}),
        ("TimeDistributed", "layer"),
    ],
)
def test_configs_and_arguments_are_kerass(name, given, keras):
    clear_session()
    keras.backend.clear_session()
    if given == "layer":
        ours = layers.TimeDistributed(layers.Dense(3))
        theirs = keras.layers.TimeDistributed(keras.layers.Dense(3))
    else:
        ours, theirs = getattr(layers, name)(**given), getattr(keras.layers, name)(**given)
    mine, other = ours.get_config(), theirs.get_config()
    ignored = {"lora_rank", "lora_alpha", "quantization_config", "build_config"}
    strip = lambda c: {k: v for k, v in plain(c).items() if k not in ignored}  # noqa: E731
    assert strip(mine) == strip(other)
    assert type(theirs).from_config(mine).get_config() == other
    wanted = inspect.signature(type(theirs).__init__).parameters
    for label, parameter in inspect.signature(type(ours).__init__).parameters.items():
        if label not in ("kwargs", "args"):
            assert parameter.default == wanted[label].default, label
    ours_in_order = [p for p in inspect.signature(type(ours).__init__).parameters if p in wanted]
    assert ours_in_order == [p for p in wanted if p in ours_in_order]


def plain(config):
    """Tuples as lists, and what is nested too, as JSON would have them."""
    if isinstance(config, dict):
        return {
            k: plain(v)
            for k, v in config.items()
            if k not in ("lora_rank", "lora_alpha", "quantization_config", "shared_object_id")
        }
    return [plain(v) for v in config] if isinstance(config, (list, tuple)) else config
