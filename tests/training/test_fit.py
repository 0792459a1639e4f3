"""`fit`, `evaluate` and `predict`, against the same training written by hand in NumPy."""

import numpy as np
import pytest

import kerasish as keras
from kerasish.backend.discovery import current

RATE = 0.1
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(20, 3)).astype("float32")
Y = RANDOM.normal(size=(20, 2)).astype("float32")
KERNEL = RANDOM.normal(size=(3, 2)).astype("float32")
WEIGHTS = RANDOM.uniform(0.5, 2.0, 20).astype("float32")


@pytest.fixture(params=["eager", "graph"], autouse=True)
def engine(request):
    before = current().name
    keras.config.set_backend(request.param)
    yield request.param
    keras.config.set_backend(before)


def compiled(**options):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.set_weights([KERNEL, np.zeros(2)])
    model.compile(keras.optimizers.SGD(RATE), "mse", **options)
    return model


class ByHand:
    """Linear regression by gradient descent, in float64."""

    def __init__(self):
        self.kernel, self.bias = KERNEL.astype("float64"), np.zeros(2)

    def predict(self, x):
        return x @ self.kernel + self.bias

    def losses(self, x, y):
        return ((self.predict(x) - y) ** 2).mean(axis=1)

    def step(self, x, y, weights):
        """Take one step; return the sum of the weighted losses before it."""
        total = (self.losses(x, y) * weights).sum()
        slope = 2 / y.size * (self.predict(x) - y) * weights[:, None]
        self.kernel = self.kernel - RATE * x.T @ slope
        self.bias = self.bias - RATE * slope.sum(axis=0)
        return total

    def fit(self, x, y, weights=None, batch_size=8, epochs=1):
        weights = np.ones(len(x)) if weights is None else weights
        history = []
        for _ in range(epochs):
            total = 0.0
            for start in range(0, len(x), batch_size):
                rows = slice(start, start + batch_size)
                total += self.step(x[rows], y[rows], weights[rows])
            history.append(total / len(x))
        return history


def check(model, hand, history=None, losses=None):
    np.testing.assert_allclose(model.get_weights()[0], hand.kernel, atol=1e-5)
    np.testing.assert_allclose(model.get_weights()[1], hand.bias, atol=1e-5)
    if history is not None:
        np.testing.assert_allclose(history.history["loss"], losses, rtol=1e-5)


def test_epochs_with_a_partial_last_batch():
    model, hand = compiled(), ByHand()
    history = model.fit(X, Y, batch_size=8, epochs=3, shuffle=False, verbose=0)
    check(model, hand, history, hand.fit(X, Y, epochs=3))
    assert history.epoch == [0, 1, 2]


def test_steps_in_groups_give_the_same():
    model, hand = compiled(steps_per_execution=2), ByHand()
    history = model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    check(model, hand, history, hand.fit(X, Y, epochs=2))


def test_run_eagerly_gives_the_same():
    model, hand = compiled(run_eagerly=True), ByHand()
    history = model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    check(model, hand, history, hand.fit(X, Y, epochs=2))


def test_sample_weights():
    model, hand = compiled(), ByHand()
    model.fit(X, Y, sample_weight=WEIGHTS, batch_size=8, epochs=2, shuffle=False, verbose=0)
    hand.fit(X, Y, WEIGHTS, epochs=2)
    check(model, hand)


def test_class_weights_are_sample_weights():
    classes = RANDOM.integers(0, 3, 20)
    table = {0: 1.0, 1: 3.0, 2: 0.5}

    def fitted(**weights):
        model = keras.Sequential(
            [keras.Input((3,)), keras.layers.Dense(3, kernel_initializer="ones")]
        )
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("sgd", loss)
        model.fit(X, classes, epochs=2, shuffle=False, verbose=0, **weights)
        return [w.tobytes() for w in model.get_weights()]

    by_sample = fitted(sample_weight=np.array([table[c] for c in classes], "float32"))
    assert fitted(class_weight=table) == by_sample
    assert fitted() != by_sample


def test_the_last_share_is_validation_and_not_trained_on():
    model, hand = compiled(), ByHand()
    history = model.fit(X, Y, batch_size=8, validation_split=0.25, shuffle=False, verbose=0)
    check(model, hand, history, hand.fit(X[:15], Y[:15]))
    np.testing.assert_allclose(
        history.history["val_loss"], [hand.losses(X[15:], Y[15:]).mean()], rtol=1e-5
    )


def test_validation_every_second_epoch():
    history = compiled().fit(X, Y, epochs=5, validation_data=(X, Y), validation_freq=2, verbose=0)
    assert len(history.history["loss"]) == 5
    assert len(history.history["val_loss"]) == 2


def test_shuffling_shows_each_row_once():
    seen = []

    class Seeing(keras.Model):
        def call(self, x):
            return x

        def train_step(self, data):
            seen.extend(np.asarray(data[0]).ravel().tolist())
            return {"loss": 0.0}

    model = Seeing()
    model.compile("sgd", "mse", run_eagerly=True)
    rows = np.arange(20, dtype="float32")[:, None]
    model.fit(rows, rows, batch_size=8, epochs=2, verbose=0)
    assert sorted(seen[:20]) == sorted(seen[20:]) == list(range(20))
    assert seen[:20] != seen[20:]
    assert seen[:20] != list(range(20))


def test_a_later_first_epoch_is_counted_from_there():
    history = compiled().fit(X, Y, epochs=5, initial_epoch=3, verbose=0)
    assert history.epoch == [3, 4]


def test_a_callback_stops_training_after_its_batch():
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 1

    model, hand = compiled(), ByHand()
    history = model.fit(X, Y, batch_size=4, epochs=3, shuffle=False, verbose=0, callbacks=[Stop()])
    hand.fit(X[:8], Y[:8], batch_size=4)
    check(model, hand)
    assert history.epoch == [0]


@pytest.mark.parametrize("watched", [False, True])
@pytest.mark.parametrize("batches, epochs", [(4, 2), (5, 3)])
@pytest.mark.filterwarnings("ignore:`shuffle=True` has no effect")
def test_a_generator_that_ends_ends_training(batches, epochs, watched):
    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            """Being there makes the loop call it."""

    data = ((X, Y) for _ in range(batches))
    with pytest.warns(UserWarning, match="ran out of data"):
        history = compiled().fit(
            data, epochs=6, steps_per_epoch=2, verbose=0, callbacks=[Watch()] * watched
        )
    assert history.epoch == list(range(epochs))
    assert all(loss > 0 for loss in history.history["loss"])


def test_evaluate_weighs_a_partial_batch_by_its_rows():
    model, hand = compiled(metrics=["mae"]), ByHand()
    found = model.evaluate(X, Y, batch_size=8, verbose=0, return_dict=True)
    np.testing.assert_allclose(found["loss"], hand.losses(X, Y).mean(), rtol=1e-5)
    np.testing.assert_allclose(found["mae"], np.abs(hand.predict(X) - Y).mean(), rtol=1e-5)
    check(model, hand)


def test_logs_by_name_are_sorted_wherever_they_come_from(engine):
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(list(logs))

    model = compiled(metrics=["mse", "mae", "accuracy"])
    history = model.fit(X, Y, verbose=0, callbacks=[Watch()])
    seen.append(list(history.history))
    seen.append(list(model.evaluate(X, Y, verbose=0, return_dict=True)))
    seen.append(list(model.train_on_batch(X, Y, return_dict=True)))
    seen.append(list(model.test_on_batch(X, Y, return_dict=True)))
    assert all(names == ["accuracy", "loss", "mae", "mse"] for names in seen)


def test_predict_joins_the_batches():
    found = compiled().predict(X, batch_size=8, verbose=0)
    assert found.dtype == "float32"
    np.testing.assert_allclose(found, ByHand().predict(X), rtol=1e-4, atol=1e-5)


def test_single_batches():
    model, hand = compiled(), ByHand()
    np.testing.assert_allclose(model.test_on_batch(X, Y), hand.losses(X, Y).mean(), rtol=1e-5)
    np.testing.assert_allclose(model.train_on_batch(X, Y), hand.fit(X, Y, batch_size=20), rtol=1e-5)
    check(model, hand)
    np.testing.assert_allclose(model.predict_on_batch(X), hand.predict(X), rtol=1e-4, atol=1e-5)


def test_a_failing_step_leaves_no_epoch_behind():
    model = compiled()
    before = [w.tobytes() for w in model.get_weights()]
    with pytest.raises(ValueError, match=r"shape"):
        model.fit(X[:, :2], Y, verbose=0)
    assert [w.tobytes() for w in model.get_weights()] == before
    hand = ByHand()
    model.fit(X, Y, batch_size=8, shuffle=False, verbose=0)
    hand.fit(X, Y)
    check(model, hand)
