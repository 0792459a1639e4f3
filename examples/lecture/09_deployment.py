"""Deployment without the source: a trained model as one file, run by one file with NumPy alone."""

import os
import pathlib
import shutil
import subprocess
import sys
import time

import numpy as np

import kerasish as keras
from kerasish import layers
from kerasish.datasets import digits
from kerasish.export import GraphFileError, load, loader

EPOCHS = int(os.environ.get("KERASISH_EXAMPLE_EPOCHS", 5))
(x_train, y_train), (x_test, y_test) = digits.load_data()
keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.Input((8, 8)),
        layers.Rescaling(1 / 16),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.BatchNormalization(),
        layers.Dropout(0.2),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=EPOCHS, verbose=0)
model.export("digits.kgraph")
np.save("x.npy", x_test)

# Elsewhere: the loader copied out alone, in a process that finds no kerasish (`-I`).
elsewhere = pathlib.Path("elsewhere")
elsewhere.mkdir(exist_ok=True)
shutil.copy(loader.__file__, elsewhere / "loader.py")
start = time.perf_counter()
command = [sys.executable, "-I", "elsewhere/loader.py", "digits.kgraph", "x.npy", "y.npy"]
subprocess.run(command, check=True)
seconds = time.perf_counter() - start

same = np.load("y.npy").tobytes() == np.asarray(model.predict_on_batch(x_test)).tobytes()
weights = sum(w.nbytes for w in model.get_weights())
print(f"file: {os.path.getsize('digits.kgraph'):,} bytes for {weights:,} bytes of weights")
print(f"a fresh process, from start to the last prediction: {seconds:.2f} s")
print("the bits of predict:", same)

# A file that is damaged is one clear error.
damaged = bytearray(pathlib.Path("digits.kgraph").read_bytes())
damaged[2000] ^= 1
pathlib.Path("damaged.kgraph").write_bytes(damaged)
try:
    load("damaged.kgraph")
except GraphFileError as error:
    print("GraphFileError:", error)
