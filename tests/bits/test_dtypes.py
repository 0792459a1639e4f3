"""Small and large floats train to the same bits in every engine; a layer reads its own dtype."""

import numpy as np
import pytest

import kerasish as keras
from kerasish import layers, ops
from kerasish.testing.bits import assert_same_bits
from tests.engines import current_engine

POLICIES = ["mixed_float16", "float16", "float64", "mixed_bfloat16", "bfloat16"]
X = np.random.default_rng(0).normal(size=(20, 6)).astype("float32")


@pytest.fixture(params=POLICIES)
def policy(request):
    if "bfloat16" in request.param:
        pytest.importorskip("ml_dtypes", reason="bfloat16 needs the package ml_dtypes")
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy(before)


def trained(engine, jit=False):
    with current_engine(engine):
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [
                keras.Input((6,)), layers.Dense(8, "relu"), layers.BatchNormalization(),
                layers.Dense(4, "tanh", dtype="float32"), layers.Dense(5, "gelu"),
                layers.LayerNormalization(), layers.Dense(3, "softmax", dtype="float32"),
            ]
        )  # fmt: skip
        model.compile(
            "adam", "sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=jit
        )
        history = model.fit(X, np.arange(20) % 3, batch_size=8, epochs=2, verbose=0).history
        predictions = model.predict(X, verbose=0)
        assert predictions.dtype == "float32"
        return [*model.get_weights(), predictions, *map(np.array, history.values())]


@pytest.mark.parametrize("engine", ["graph", pytest.param("compiled", marks=pytest.mark.native)])
def test_every_policy_trains_to_the_same_bits(policy, engine):
    if engine == "compiled":
        pytest.importorskip("llvmlite", reason="compiled code needs the extra `jit`")
    for a, b in zip(trained("eager"), trained("graph", engine == "compiled"), strict=True):
        assert_same_bits(a, b)


class Times(layers.Layer):
    """A layer of one's own that multiplies by a weight."""

    def build(self, input_shape):
        self.factor = self.add_weight(shape=(input_shape[-1],), initializer="uniform")

    def call(self, inputs):
        return inputs * self.factor


INNER = {
    "dense": lambda **k: layers.Dense(3, "relu", **k),
    "normalization": lambda **k: layers.BatchNormalization(**k),
    "layer normalization": lambda **k: layers.LayerNormalization(gamma_initializer="uniform", **k),
    "slopes": lambda **k: layers.PReLU(alpha_initializer="uniform", **k),
    "a layer of one's own": lambda **k: Times(**k),
}


@pytest.mark.parametrize("name", INNER)
@pytest.mark.parametrize("engine", ["eager", "graph"])
def test_a_layer_reads_its_weights_in_its_own_dtype_however_it_is_called(name, engine):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        with current_engine(engine):
            keras.utils.set_random_seed(1)
            layer = INNER[name](dtype="float32")
            model = keras.Sequential(
                [keras.Input((3,)), layers.Dense(3, dtype="float32"), layer, layers.Identity()]
            )
            within = keras.Sequential(model.layers[:2])
            halves = X[:, :3].astype("float16")  # what a model of halves makes of its inputs
            x = ops.convert_to_tensor(halves.astype("float32"))
            wanted = layer(model.layers[0](x))
            for _ in range(3):  # layers in a row are one step from their third call on
                for found in (model(x), within(x), within.predict(x, verbose=0)):
                    assert_same_bits(found, ops.cast(wanted, str(found.dtype)))
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("dtype", ["float64", "float16"])
def test_layers_of_another_dtype_in_a_float32_model_give_one_answer(dtype):
    keras.utils.set_random_seed(1)
    inner = [layers.Dense(6, dtype=dtype), layers.Dense(7, dtype=dtype)]
    model = keras.Sequential([keras.Input((3,)), *inner])
    x = X[:, :3]
    wanted = inner[1](inner[0](x))
    for found in (model(x), model(x), model(x), model(x)):
        assert_same_bits(found, wanted)
    assert str(wanted.dtype) == dtype
