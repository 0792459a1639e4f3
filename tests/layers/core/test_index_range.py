"""Indices out of range are errors in every engine, which name the layer, before any update."""

import numpy as np
import pytest

import kerasish as keras
from kerasish import layers, ops
from kerasish.errors import IndexRangeError
from tests.engines import current_engine

ENGINES = [("eager", False), ("graph", False), ("graph", True)]


@pytest.fixture(params=ENGINES, ids=lambda pair: "compiled" if pair[1] else pair[0])
def model(request):
    """Embeds numbers below 5, behind batch normalization of something else."""
    engine, jit = request.param
    if jit:
        pytest.importorskip("llvmlite", reason="compiled code needs the extra `jit`")
    with current_engine(engine):
        keras.utils.set_random_seed(1)
        numbers, x = keras.Input((3,), dtype="int32"), keras.Input((3,))
        embedded = layers.Flatten()(layers.Embedding(5, 2, name="words")(numbers))
        joined = layers.Concatenate()([embedded, layers.BatchNormalization()(x)])
        model = keras.Model([numbers, x], layers.Dense(1)(layers.Dropout(0.5)(joined)))
        model.compile("adam", "mse", metrics=["mae"], jit_compile=jit)
        yield model


NUMBERS = np.arange(24).reshape(8, 3).astype("int32") % 5
REST = np.random.default_rng(0).random((8, 3)).astype("float32")
Y = REST[:, :1]


@pytest.mark.parametrize("index", [5, 7, 1000, -1])
def test_an_index_out_of_range_is_an_error_and_changes_no_weight(model, index):
    model.fit([NUMBERS, REST], Y, batch_size=4, epochs=2, verbose=0)
    wrong = NUMBERS.copy()
    wrong[5, 1] = index
    before = [v.numpy() for v in (*model.variables, *model.optimizer.variables)]
    message = r"Embedding in layer 'words': an index is out of range\. Expected: 0 to 4\. "
    message += rf"Received: index={index}$"
    for call in (
        lambda: model.train_on_batch([wrong, REST], Y),
        lambda: model.fit([wrong[4:], REST[4:]], Y[4:], verbose=0),
        lambda: model.evaluate([wrong, REST], Y, verbose=0),
        lambda: model.predict([wrong, REST], verbose=0),
        lambda: model([wrong, REST]),
    ):
        with pytest.raises(IndexRangeError, match=message):
            call()
    after = [v.numpy() for v in (*model.variables, *model.optimizer.variables)]
    for a, b in zip(before, after, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_bad_batch_in_the_midst_of_an_epoch_stops_it(model):
    wrong = np.concatenate([NUMBERS] * 20)
    wrong[100, 0] = 9
    rest = np.concatenate([REST] * 20)
    with pytest.raises(IndexRangeError, match=r"layer 'words'.*index=9"):
        model.fit([wrong, rest], rest[:, :1], batch_size=4, epochs=3, verbose=0, shuffle=False)


def test_what_an_error_says_is_what_keras_users_catch():
    with pytest.raises(ValueError, match=r"take: an index is out of range\. Expected: -3 to 2"):
        ops.take(np.zeros(3), [3])
    with pytest.raises(IndexError, match="take_along_axis"):
        ops.take_along_axis(np.zeros((2, 3)), np.array([[0], [3]]), axis=1)
    with pytest.raises(IndexError, match=r"x\[indices\]: .* Expected: -3 to 2"):
        ops.convert_to_tensor(np.zeros(3))[np.array([0, -4])]
    with pytest.raises(IndexError, match="nothing, for there are no elements"):
        ops.take(np.zeros((0,)), [0])
    assert ops.take(np.arange(3), [-1, -3]).tolist() == [2, 0]


SCORES = np.eye(3, dtype="float32")[[0, 2, 1, 1]]
SPARSE = {
    "sparse_categorical_crossentropy": lambda y: keras.losses.sparse_categorical_crossentropy(
        y, SCORES, from_logits=True
    ),
    "sparse_categorical_accuracy": lambda y: keras.metrics.SparseCategoricalAccuracy()(y, SCORES),
    "sparse_top_k_categorical_accuracy": (
        lambda y: keras.metrics.SparseTopKCategoricalAccuracy(2)(y, SCORES)
    ),
    "one_hot": lambda y: ops.one_hot(y, 3),
}


@pytest.mark.parametrize("engine", ["eager", "graph"])
@pytest.mark.parametrize("name", SPARSE)
def test_a_class_number_that_there_is_no_class_for_is_an_error(name, engine):
    with current_engine(engine):
        function = keras.backend.discovery.current().function(lambda y: SPARSE[name](y))
        function(np.array([0, 1, 2, 0], "int32"))
        with pytest.raises(IndexRangeError, match=rf"^{name}: .* Received: index=3$"):
            function(np.array([0, 1, 3, 0], "int32"))
    with pytest.raises(IndexRangeError, match=rf"^{name}: "):
        SPARSE[name](np.array([0, 1, 3, 0]))


def test_a_negative_number_is_no_class_but_in_a_loss():
    y = np.array([0, -1, 1, -1])
    assert ops.one_hot(y, 2).tolist() == [[1, 0], [0, 0], [0, 1], [0, 0]]
    assert float(keras.metrics.SparseCategoricalAccuracy()(y, SCORES)) == 0.5
    with pytest.raises(IndexRangeError, match="Expected: 0 to 2"):
        SPARSE["sparse_categorical_crossentropy"](y)


@pytest.mark.parametrize("engine", ["eager", "graph"])
@pytest.mark.parametrize("ignored", [255, -1, 1])
def test_what_the_loss_ignores_no_metric_refuses(engine, ignored):
    with current_engine(engine):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((3,)), layers.Dense(3)])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=ignored)
        model.compile("sgd", loss, metrics=["accuracy"])
        y = np.array([0, ignored, 2, 2] * 2)
        history = model.fit(REST, y, verbose=0).history
        assert np.isfinite(history["loss"][0])
        right = model.predict(REST, verbose=0).argmax(-1) == y
        expected = (right & (y != ignored)).mean()
        assert model.evaluate(REST, y, verbose=0)[1] == pytest.approx(expected)


def batches():
    for classes in (3, 3, 4):
        yield REST, np.arange(8) % classes


@pytest.mark.parametrize("engine", ["eager", "graph"])
def test_a_generators_labels_are_looked_through_in_every_batch(engine):
    seen = []
    keep = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(net.get_weights())
    )
    with current_engine(engine):
        net = keras.Sequential([keras.Input((3,)), layers.Dense(3, "softmax")])
        net.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        with pytest.raises(IndexRangeError, match=r"sparse_categorical_crossentropy: .* index=3"):
            net.fit(batches(), verbose=0, callbacks=[keep], shuffle=False)
    assert len(seen) == 2
    for a, b in zip(seen[-1], net.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
