"""`python -m kerasish demo`: one model on real digits, in both engines, with the same bits.

Written as a user would write it, and meant to be read as an example.
"""

import hashlib
import pathlib
import tempfile
import time

import numpy as np

import kerasish as keras
from kerasish import layers
from kerasish.datasets import digits


def build() -> keras.Model:
    """A dense classifier; the same seed gives the same initial weights, dropout and shuffling."""
    keras.utils.set_random_seed(42)
    model = keras.Sequential(
        [
            keras.Input(shape=(64,)),
            layers.Dense(128, activation="relu", kernel_initializer="he_normal"),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.Dense(128, activation="relu", kernel_initializer="he_normal"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def load() -> tuple:
    """The digits as rows of 64 numbers from 0 to 1."""
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    x_train = x_train.reshape(-1, 64).astype("float32") / 16
    x_test = x_test.reshape(-1, 64).astype("float32") / 16
    return x_train, y_train, x_test, y_test


def digest(model: keras.Model) -> str:
    """The first 12 hexadecimal digits of the SHA-256 of all weights."""
    weights = b"".join(np.ascontiguousarray(value).tobytes() for value in model.get_weights())
    return hashlib.sha256(weights).hexdigest()[:12]


def loads_as_saved(model: keras.Model, x: np.ndarray) -> bool:
    """Whether a fresh model predicts the same once it has loaded the weights of `model`."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "m.weights.h5")
        model.save_weights(path)
        fresh = build()
        fresh.load_weights(path)
    return np.array_equal(model.predict(x, verbose=0), fresh.predict(x, verbose=0))


def run(epochs: int = 30) -> int:
    """Train in each engine, show the table; return 0 if everything is equal, else 1."""
    x_train, y_train, x_test, y_test = load()
    rows, loaded = [], []
    for engine in ("eager", "graph"):
        keras.config.set_backend(engine)
        model = build()
        print(f"\n{engine}: {epochs} epochs of {len(x_train)} digits")
        start = time.perf_counter()
        model.fit(x_train, y_train, batch_size=32, epochs=epochs, verbose="auto")
        seconds = time.perf_counter() - start
        _, accuracy = model.evaluate(x_test, y_test, verbose=0)
        rows.append((engine, f"{seconds:.2f}", f"{accuracy:.4f}", digest(model)))
        loaded.append(loads_as_saved(model, x_test))

    print(f"\n{'engine':<8}{'seconds':>8}{'accuracy':>10}  weights")
    for engine, seconds, accuracy, weights in rows:
        print(f"{engine:<8}{seconds:>8}{accuracy:>10}  {weights}")
    return verdict([row[-1] for row in rows], loaded)


def verdict(digests: list[str], loaded: list[bool]) -> int:
    """Say what was found out; 0 if all is well, else 1."""
    same = len(set(digests)) == 1
    if same:
        print("\nBoth engines gave the same bits: every weight is equal.")
    else:
        print("\nThe engines disagree: their weights differ, and they should not.")
    if all(loaded):
        print("Saved to m.weights.h5 and loaded into a fresh model: equal predictions.")
    else:
        print("A model loaded from m.weights.h5 predicts something else than the one saved.")
    return 0 if same and all(loaded) else 1
