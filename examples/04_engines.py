"""Choosing an engine: the same model, line by line or as one compiled graph, with equal bits."""

import os
import time

import numpy as np

import kerasish as keras
from kerasish import layers
from kerasish.datasets import digits

EPOCHS = int(os.environ.get("KERASISH_EXAMPLE_EPOCHS", 10))

(x_train, y_train), _ = digits.load_data()


def train(run_eagerly):
    keras.utils.set_random_seed(4)
    model = keras.Sequential(
        [
            keras.Input(shape=(8, 8)),
            layers.Rescaling(1 / 16),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", run_eagerly=run_eagerly)
    start = time.perf_counter()
    model.fit(x_train, y_train, epochs=EPOCHS, verbose=0)
    return model.get_weights(), time.perf_counter() - start


# For a whole program: KERASISH_BACKEND=graph in the environment, or this line.
keras.config.set_backend("graph")

compiled, compiled_seconds = train(run_eagerly=False)
by_line, by_line_seconds = train(run_eagerly=True)  # for this model only: to debug it
print(f"graph {compiled_seconds:.2f} s, line by line {by_line_seconds:.2f} s")
print("equal bits:", all(map(np.array_equal, compiled, by_line)))
