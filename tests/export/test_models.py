"""Whole models: what a graph file predicts in a process without kerasish is what predict gives."""

import numpy as np
import pytest

import kerasish as keras
from kerasish import activations, layers, ops
from kerasish.export import export, load
from kerasish.testing.bits import assert_same_bits
from tests.export.alone import BATCHES, check_alone, sequential, shaken

OTHERS = {"deserialize", "get", "serialize", "threshold", "glu"}
NAMES = [name for name in activations.__all__ if name not in OTHERS]


def test_every_activation_keeps_its_bits(tmp_path):
    models = {n: sequential((6,), layers.Dense(9), layers.Activation(n)) for n in NAMES}
    threshold = layers.Lambda(lambda x: activations.threshold(x, 0.5, -1.0))
    models["threshold"] = sequential((6,), threshold)
    models["glu"] = sequential((6,), layers.Dense(8), layers.Activation("glu"))
    for name in ("gelu", "sigmoid", "softmax"):
        models[f"{name}64"] = sequential((6,), layers.Activation(name, dtype="float64"))
        models[f"{name}16"] = sequential((6,), layers.Activation(name, dtype="float16"))
    check_alone(tmp_path, models)


def test_normalizations_keep_their_bits(tmp_path):
    check_alone(
        tmp_path,
        {
            "batch": sequential((5,), layers.Dense(4), layers.BatchNormalization()),
            "batch_axis": sequential((3, 2), layers.BatchNormalization(axis=1, scale=False)),
            "batch_renorm": sequential((4,), layers.BatchNormalization(renorm=True)),
            "layer": sequential((4, 3), layers.LayerNormalization(axis=[1, 2])),
            "layer_plain": sequential((7,), layers.LayerNormalization(center=False, scale=False)),
            "unit": sequential((4, 3), layers.UnitNormalization(axis=[1, 2])),
            "half": sequential((5,), layers.LayerNormalization(dtype="mixed_float16")),
        },
    )


def test_what_only_trains_and_what_only_reshapes_keeps_its_bits(tmp_path):
    check_alone(
        tmp_path,
        {
            "regularization": sequential(
                (5,), layers.Dropout(0.5), layers.GaussianNoise(0.5), layers.GaussianDropout(0.5),
                layers.ActivityRegularization(l1=0.1), layers.Dense(3, kernel_regularizer="l2"),
            ),
            "reshaping": sequential(
                (4, 6), layers.Permute((2, 1)), layers.Dense(3), layers.Reshape((2, -1)),
                layers.Flatten(), layers.RepeatVector(2), layers.Dense(2),
            ),
            "channels_first": sequential((4, 3, 2), layers.Flatten("channels_first")),
            "identity": sequential((3,), layers.Identity()),
            "rescaling": sequential((3,), layers.Rescaling(1 / 255, offset=-0.5)),
            "leaky": sequential(
                (4, 3), layers.PReLU(shared_axes=[1]), layers.LeakyReLU(0.1), layers.ELU(0.5),
                layers.ReLU(max_value=1.0, negative_slope=0.1, threshold=0.2), layers.Softmax(1),
            ),
            "masking": sequential(
                (4, 3), layers.Masking(0.5), layers.TimeDistributed(layers.Dense(2)),
            ),
        },
    )  # fmt: skip


def test_embeddings_keep_their_bits(tmp_path):
    check_alone(
        tmp_path,
        {
            "int": sequential((6,), layers.Embedding(5, 3), layers.Flatten(), dtype="int32"),
            "float": sequential(
                (6,),
                layers.ReLU(max_value=4),
                layers.Embedding(5, 3, mask_zero=True),
                layers.Dense(2),
            ),
        },
    )


def two_by_two():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    shared = layers.Dense(5, activation="tanh")
    x, y = shared(a), shared(b)
    merged = [
        layer()([x, y])
        for layer in (
            layers.Add, layers.Multiply, layers.Maximum, layers.Minimum, layers.Subtract,
            layers.Average, layers.Concatenate,
        )
    ]  # fmt: skip
    sums = layers.Concatenate()(merged)
    return keras.Model([a, b], [layers.Dense(3, name="first")(sums), ops.transpose(x) @ y])


def dict_model():
    inputs = {"left": keras.Input((3,), name="l"), "right": keras.Input((2, 3), name="r")}
    product = ops.matmul(inputs["right"], ops.expand_dims(inputs["left"], -1))
    return keras.Model(inputs, {"product": product[:, :, 0], "left": inputs["left"]})


def test_several_inputs_and_outputs_keep_their_bits(tmp_path):
    check_alone(tmp_path, {"lists": shaken(two_by_two()), "dicts": dict_model()})


def test_structures_come_back_as_they_were(tmp_path):
    export(dict_model(), tmp_path / "model.kgraph")
    runner = load(tmp_path / "model.kgraph")
    assert runner.inputs == {"left": ((None, 3), "float32"), "right": ((None, 2, 3), "float32")}
    assert runner.outputs["product"] == ((None, 2), "float32")
    found = runner({"right": np.ones((4, 2, 3)), "left": np.ones((4, 3))})
    assert list(found) == ["product", "left"]
    assert found["product"].tolist() == [[3.0, 3.0]] * 4
    export(lambda x: [x, (x + 1, None)], tmp_path / "model.kgraph", (None, 2))
    first, (second, third) = load(tmp_path / "model.kgraph")(np.zeros((1, 2)))
    assert (first.tolist(), second.tolist(), third) == ([[0, 0]], [[1, 1]], None)


def test_a_file_holds_the_weights_after_training(tmp_path):
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(40, 5)), rng.normal(size=(40, 2))
    model = keras.Sequential([keras.Input((5,)), layers.Dense(8, "gelu"), layers.Dense(2)])
    model.compile("adam", "mse")
    model.fit(x, y, epochs=2, verbose=0)
    check_alone(tmp_path, {"trained": model})
    assert all(variable.flat is not None for variable in model.trainable_weights)  # one buffer


class Residual(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = layers.Dense(4, activation="relu")
        self.drop = layers.Dropout(0.5)
        self.outer = layers.Dense(4)

    def call(self, x, training=False):
        for _ in range(2):
            x = x + self.drop(self.inner(x), training=training)
        return self.outer(x) / ops.cast(ops.shape(x)[1], x.dtype)


@pytest.mark.parametrize("size", BATCHES)
def test_a_subclassed_model_keeps_its_bits(tmp_path, size):
    model, rng = Residual(), np.random.default_rng(2)
    model(np.ones((2, 4), "float32"))
    export(shaken(model), tmp_path / "model.kgraph")
    x = rng.normal(size=(size, 4)).astype("float32")
    assert_same_bits(load(tmp_path / "model.kgraph")(x), model.predict(x, verbose=0))


def random_model(seed):
    rng = np.random.default_rng(seed)
    pick = lambda *choices: choices[int(rng.integers(len(choices)))]  # noqa: E731
    inputs = keras.Input((int(rng.integers(1, 9)),))
    x = inputs
    for _ in range(int(rng.integers(1, 5))):
        x = layers.Dense(int(rng.integers(1, 20)), pick(*NAMES), use_bias=pick(True, False))(x)
        x = pick(layers.BatchNormalization, layers.LayerNormalization, layers.Identity)()(x)
        side = layers.Dense(x.shape[-1], pick(*NAMES))(inputs)
        x = pick(layers.Add, layers.Multiply, layers.Concatenate)()([x, side])
    return shaken(keras.Model(inputs, layers.Dense(3, "softmax")(x)), seed)


def test_random_models_keep_their_bits(tmp_path):
    check_alone(tmp_path, {f"model_{seed}": random_model(seed) for seed in range(12)})


@pytest.mark.slow
@pytest.mark.parametrize("start", range(100, 400, 50))
def test_many_random_models_keep_their_bits(tmp_path, start):
    check_alone(
        tmp_path, {f"model_{seed}": random_model(seed) for seed in range(start, start + 50)}
    )
