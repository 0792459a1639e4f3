"""The shortest way through the package, a few seconds at most: if this fails, look here first."""

import numpy as np
import pytest

import kerasish as keras
from kerasish import ops
from kerasish.backend import discovery
from kerasish.testing.bits import assert_same_bits

X = np.random.default_rng(0).normal(size=(40, 4)).astype("float32")
Y = (X[:, 0] > X[:, 1]).astype("int32")


@pytest.fixture(autouse=True)
def engine_as_before():
    before = keras.backend.backend()
    yield
    keras.backend.set_backend(before)


def test_it_imports_and_computes():
    assert keras.__version__
    found = ops.matmul(X, ops.transpose(X))
    assert (found.shape, found.dtype) == ((40, 40), "float32")


def test_a_gradient():
    w = keras.Variable([1.0, 2.0])
    with keras.GradientTape() as tape:
        loss = ops.sum(w * w)
    assert tape.gradient(loss, w).tolist() == [2.0, 4.0]


def test_a_graph_function_has_the_bits_of_eager():
    def step(x):
        return ops.softmax(ops.tanh(x) * 2.0)

    function = discovery.get("graph").function(step)
    assert_same_bits(function(X), step(ops.convert_to_tensor(X)))
    assert "tanh" in function.show_source()


def fit(engine):
    """Two epochs in an engine: losses, weights and predictions."""
    keras.backend.set_backend(engine)
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.layers.Input((4,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(X, Y, batch_size=16, epochs=2, verbose=0)
    return history.history, model.get_weights(), model.predict(X, verbose=0)


def test_both_engines_train_to_the_same_bits():
    eager, graph = fit("eager"), fit("graph")
    assert eager[0] == graph[0]
    assert set(eager[0]) == {"loss", "accuracy"}
    for one, other in zip(eager[1], graph[1], strict=True):
        assert_same_bits(one, other)
    assert_same_bits(eager[2], graph[2])


def test_training_learns():
    history, _, _ = fit("graph")
    assert history["loss"][1] < history["loss"][0]
