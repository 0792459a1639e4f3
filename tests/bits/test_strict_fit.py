"""A whole `fit` on an array module as strict as CuPy: nothing leaks; the bits are the host's."""

import numpy as np
import pytest

import kerasish as keras
from kerasish.arrays import device as devices
from kerasish.backend.discovery import current
from kerasish.testing import strict_arrays
from kerasish.testing.bits import assert_same_bits
from kerasish.testing.strict_arrays import StrictArray

RNG = np.random.default_rng(0)
X = RNG.random((40, 4), dtype=np.float32)
Y = RNG.integers(0, 3, 40)


@pytest.fixture(autouse=True)
def strict():
    """The strict device, and afterwards everything as it was."""
    before = current().name
    strict_arrays.install()
    yield
    devices._modules.pop("strict")
    devices._owners.pop(StrictArray)
    keras.config.set_backend(before)


def fitted(device, engine):
    keras.config.set_backend(engine)
    keras.utils.set_random_seed(3)
    with keras.device(device):
        model = keras.Sequential(
            [
                keras.Input((4,)),
                keras.layers.Dense(8, activation="relu"),
                keras.layers.BatchNormalization(),
                keras.layers.Dropout(0.3),
                keras.layers.Dense(3, activation="softmax"),
            ]
        )
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        history = model.fit(X, Y, epochs=2, batch_size=16, validation_split=0.25, verbose=0)
        return history.history, model.get_weights(), model.predict(X, verbose=0)


@pytest.mark.parametrize("engine", ["eager", "graph"])
def test_a_fit_stays_on_its_device_and_has_the_hosts_bits(engine):
    history, weights, predictions = fitted("strict", engine)
    host_history, host_weights, host_predictions = fitted("cpu", "graph")
    assert history == host_history
    for a, b in zip(weights, host_weights, strict=True):
        assert_same_bits(a, b)
    assert_same_bits(predictions, host_predictions)
