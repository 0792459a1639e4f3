"""Weight files of the real Keras and ours: each reads the other's, with equal predictions."""

import os

import h5py
import numpy as np
import pytest

import kerasish

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def keras():
    os.environ.setdefault("KERAS_BACKEND", "jax")
    return pytest.importorskip("keras")


def sequential(k):
    return k.Sequential(
        [
            k.Input((4,)),
            k.layers.Dense(8, activation="relu"),
            k.layers.BatchNormalization(),
            k.layers.Dropout(0.5),
            k.layers.Dense(3, activation="softmax"),
        ]
    )


def functional(k):
    """Two inputs, a shared layer, a model within the model, two outputs."""
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    shared = k.layers.Dense(5, activation="relu")
    inner = k.Sequential([k.Input((5,)), k.layers.Dense(6), k.layers.BatchNormalization()])
    joined = k.layers.Concatenate()([inner(shared(a)), inner(shared(b))])
    added = k.layers.Add()([shared(a), shared(b)])
    return k.Model([a, b], [k.layers.Dense(2)(joined), k.layers.Dense(1)(added)])


def model_in_models(k):
    """A model used twice, within a Sequential, within a model."""
    inputs, inner_inputs = k.Input((4,)), k.Input((4,))
    inner = k.Model(inner_inputs, k.layers.Dense(4)(k.layers.Dense(4)(inner_inputs)))
    outer = k.Sequential([k.Input((4,)), inner, k.layers.Dense(4)])
    return k.Model(inputs, k.layers.Dense(1)(outer(inner(inputs))))


def subclassed(k):
    class Residual(k.layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.inner = k.layers.Dense(units, activation="relu")
            self.outer = k.layers.Dense(units)

        def build(self, input_shape):
            self.inner.build(input_shape)
            self.outer.build(input_shape)

        def call(self, x):
            return x + self.outer(self.inner(x))

    class Subclassed(k.Model):
        def __init__(self):
            super().__init__()
            self.first = k.layers.Dense(4)
            self.blocks = [Residual(4), Residual(4), [k.layers.Dense(4)]]
            self.named = {"b": k.layers.Dense(4), "a": k.layers.Dense(4)}
            self._hidden = k.layers.Dense(4)
            self.again = self.first
            self.seeds = k.random.SeedGenerator(1)
            self.scale = self.add_weight(shape=(4,), initializer="ones", name="scale")
            self.head = k.Sequential([k.layers.Dense(2), k.layers.Activation("tanh")])

        def call(self, x):
            x = self._hidden(self.again(self.first(x))) * self.scale
            for block in self.blocks[:2]:
                x = block(x)
            x = self.blocks[2][0](x)
            return self.head(self.named["a"](self.named["b"](x)))

    return Subclassed()


def functional_subclass(k):
    class Encoder(k.Model):
        def __init__(self):
            inputs = k.Input((4,))
            codes = k.layers.Dense(3)(inputs)
            super().__init__(inputs, codes)
            self.decoder = k.layers.Dense(4)
            self.aardvark = k.layers.Dense(4)

        def call(self, inputs):
            return self.aardvark(self.decoder(super().call(inputs)))

    return Encoder()


MODELS = [sequential, functional, model_in_models, subclassed, functional_subclass]


def data(make):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(16, 4)).astype("float32")
    return [x, x[::-1].copy()] if make is functional else x


def predictions(model, x):
    outputs = model.predict(x, verbose=0)
    return outputs if isinstance(outputs, list) else [outputs]


def built(make, k):
    """A model with weights that no other model has."""
    model = make(k)
    model(data(make))
    rng = np.random.default_rng(int.from_bytes(os.urandom(4)))
    model.set_weights([abs(rng.normal(size=w.shape)) for w in model.get_weights()])
    return model


def contents(path):
    """Path → shape for every dataset, and the paths of all groups."""
    with h5py.File(path) as file:
        found = {}
        file.visititems(lambda name, item: found.update({name: getattr(item, "shape", None)}))
        return found


@pytest.mark.parametrize("make", MODELS)
@pytest.mark.parametrize("ours_writes", [True, False])
def test_each_reads_the_others_file(make, ours_writes, keras, tmp_path):
    writer, reader = (kerasish, keras) if ours_writes else (keras, kerasish)
    path, x = str(tmp_path / "m.weights.h5"), data(make)
    written, read = built(make, writer), built(make, reader)
    written.save_weights(path)
    read.load_weights(path)
    for a, b in zip(predictions(written, x), predictions(read, x), strict=True):
        # Relative to the largest: sums that cancel carry the rounding of their large terms.
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6 * max(1.0, np.abs(b).max()))


@pytest.mark.parametrize("make", MODELS)
def test_both_write_the_same_layout(make, keras, tmp_path):
    for name, k in (("ours", kerasish), ("theirs", keras)):
        built(make, k).save_weights(str(tmp_path / f"{name}.weights.h5"))
    ours, theirs = (contents(tmp_path / f"{name}.weights.h5") for name in ("ours", "theirs"))
    assert ours == theirs


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop"])
@pytest.mark.parametrize("ours_writes", [True, False])
def test_training_goes_on_from_the_others_file(optimizer, ours_writes, keras, tmp_path):
    writer, reader = (kerasish, keras) if ours_writes else (keras, kerasish)
    path = str(tmp_path / "m.weights.h5")
    rng = np.random.default_rng(1)
    x = rng.normal(size=(16, 4)).astype("float32")
    y = rng.normal(size=(16, 1)).astype("float32")

    def make(k):
        model = k.Sequential([k.Input((4,)), k.layers.Dense(3, "tanh"), k.layers.Dense(1)])
        model.compile(optimizer, "mse")
        return model

    written, read = make(writer), make(reader)
    written.fit(x, y, epochs=3, shuffle=False, verbose=0)
    written.save_weights(path)
    if not ours_writes:
        read.load_weights(path)
    else:  # Keras has no slots to load into before its optimizer is built
        read.optimizer.build(read.trainable_variables)
        read.load_weights(path)
    assert int(read.optimizer.iterations) == 3
    for model in (written, read):
        model.fit(x, y, epochs=3, shuffle=False, verbose=0)
    for a, b in zip(written.get_weights(), read.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
