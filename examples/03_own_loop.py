"""A training loop of one's own: the eager engine, a gradient tape, and plain Python.

Every step computes at once, so `print`, `if` and the debugger work in the middle of it.
"""

import os

import numpy as np

import kerasish as keras
from kerasish import layers
from kerasish.datasets import digits

EPOCHS = int(os.environ.get("KERASISH_EXAMPLE_EPOCHS", 10))
BATCH = 32

keras.config.set_backend("eager")
keras.utils.set_random_seed(3)
(x_train, y_train), (x_test, y_test) = digits.load_data()
x_train = x_train.reshape(-1, 64).astype("float32") / 16
x_test = x_test.reshape(-1, 64).astype("float32") / 16

model = keras.Sequential(
    [keras.Input(shape=(64,)), layers.Dense(64, activation="relu"), layers.Dense(10)]
)
loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = keras.optimizers.Adam(learning_rate=0.002)
accuracy = keras.metrics.SparseCategoricalAccuracy()
rng = np.random.default_rng(3)

for epoch in range(EPOCHS):
    order = rng.permutation(len(x_train))
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        with keras.GradientTape() as tape:
            loss = loss_of(y_train[rows], model(x_train[rows], training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        if not np.isfinite(float(loss)):  # an ordinary `if` on a value of the step
            raise SystemExit(f"the loss is {float(loss)} at epoch {epoch}, row {start}")
    accuracy.reset_state()
    accuracy.update_state(y_test, model(x_test))
    print(f"epoch {epoch + 1}: loss {float(loss):.4f}, accuracy {float(accuracy.result()):.4f}")
