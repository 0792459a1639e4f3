"""The battery that every layer must pass."""

import numpy as np
import pytest

from kerasish import layers
from kerasish.testing.layers import check_layer

PAIR = [(4, 3), (4, 3)]
CASES = [
    ("Activation", {"activation": "tanh"}, (4, 3)),
    ("ActivityRegularization", {"l1": 0.1, "l2": 0.2}, (4, 3)),
    ("Add", {}, PAIR),
    ("Average", {}, [*PAIR, (4, 3)]),
    ("BatchNormalization", {}, (4, 3)),
    ("BatchNormalization", {"axis": 1, "scale": False, "momentum": 0.5}, (4, 3, 2)),
    ("BatchNormalization", {"renorm": True, "center": False}, (4, 2, 3)),
    ("BatchNormalization", {"renorm": True, "renorm_clipping": {"rmax": 1.1}}, (4, 3)),
    ("Concatenate", {}, [(4, 3), (4, 2)]),
    ("Concatenate", {"axis": 1}, [(4, 3, 2), (4, 1, 2)]),
    ("Dense", {"units": 5}, (4, 3)),
    (
        "Dense",
        {
            "units": 5,
            "activation": "relu",
            "use_bias": False,
            "kernel_regularizer": "l2",
            "kernel_constraint": "max_norm",
            "activity_regularizer": "l1",
        },
        (4, 2, 3),
    ),
    ("Dropout", {"rate": 0.5, "seed": 7}, (4, 3)),
    ("Dropout", {"rate": 0.5, "noise_shape": [None, 1], "seed": 7}, (4, 3)),
    ("ELU", {"alpha": 0.5}, (4, 3)),
    ("Flatten", {}, (4, 3, 2)),
    ("Flatten", {"data_format": "channels_first"}, (4, 3, 2, 2)),
    ("GaussianDropout", {"rate": 0.5, "seed": 7}, (4, 3)),
    ("GaussianNoise", {"stddev": 0.5, "seed": 7}, (4, 3)),
    ("Identity", {}, (4, 3)),
    ("LayerNormalization", {}, (4, 3)),
    ("LayerNormalization", {"axis": [1, 2], "center": False}, (4, 3, 2)),
    ("LayerNormalization", {"axis": 1, "scale": False}, (4, 3, 2)),
    ("LeakyReLU", {"negative_slope": 0.1}, (4, 3)),
    ("Masking", {"mask_value": 0.5}, (4, 3, 2)),
    ("Maximum", {}, PAIR),
    ("Minimum", {}, [(4, 3), (4, 1)]),
    ("Multiply", {}, [(4, 3, 2), (4, 2)]),
    ("PReLU", {"alpha_initializer": "glorot_uniform"}, (4, 3)),
    ("PReLU", {"alpha_initializer": "ones", "shared_axes": [1]}, (4, 3, 2)),
    ("Permute", {"dims": (2, 1)}, (4, 3, 2)),
    ("ReLU", {"max_value": 1.0, "negative_slope": 0.1, "threshold": 0.2}, (4, 3)),
    ("RepeatVector", {"n": 3}, (4, 3)),
    ("Rescaling", {"scale": 0.5, "offset": 1.0}, (4, 3)),
    ("Reshape", {"target_shape": (2, -1)}, (4, 3, 2)),
    ("Softmax", {}, (4, 3)),
    ("Subtract", {}, PAIR),
    ("UnitNormalization", {"axis": [1, 2]}, (4, 3, 2)),
]


@pytest.mark.parametrize("name, given, shape", CASES)
def test_every_layer_keeps_the_rules(name, given, shape):
    check_layer(getattr(layers, name), given, shape)


@pytest.mark.parametrize("dtype", ["int32", "int64", "float32"])
def test_embedding_keeps_the_rules(dtype):
    for shape in [(4,), (4, 3)]:
        numbers = np.random.default_rng(0).integers(0, 2, shape).astype(dtype)
        check_layer(layers.Embedding, {"input_dim": 2, "output_dim": 5}, input_data=numbers)


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.Dense(2),
        lambda: layers.Dropout(0.5, seed=1),
        lambda: layers.BatchNormalization(),
    ],
)
def test_time_distributed_keeps_the_rules(make):
    check_layer(layers.TimeDistributed, lambda: {"layer": make()}, (4, 3, 5))


def test_every_public_layer_is_in_the_battery():
    tried = {name for name, _, _ in CASES} | {"Embedding", "TimeDistributed"}
    elsewhere = {"Input", "InputLayer", "InputSpec", "Lambda", "Layer", "Wrapper"}
    public = {name for name in layers.__all__ if name[0].isupper()}
    assert public - elsewhere == tried
