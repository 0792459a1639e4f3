"""A functional model with two inputs: do two images show the same digit?

One small network, shared by both inputs, describes each image; the rest compares the descriptions.
"""

import os

import numpy as np

import kerasish as keras
from kerasish import layers
from kerasish.datasets import digits

EPOCHS = int(os.environ.get("KERASISH_EXAMPLE_EPOCHS", 20))


def pairs(x, y, count, rng):
    """Draw pairs of images, about half of them of the same digit."""
    left = rng.integers(len(x), size=count)
    right = rng.integers(len(x), size=count)
    for i in np.flatnonzero(rng.random(count) < 0.5):
        right[i] = rng.choice(np.flatnonzero(y == y[left[i]]))
    return {"left": x[left], "right": x[right]}, (y[left] == y[right]).astype("float32")


keras.utils.set_random_seed(2)
rng = np.random.default_rng(2)
(x_train, y_train), (x_test, y_test) = digits.load_data()
train_pairs, train_same = pairs(x_train / 16, y_train, 4000, rng)
test_pairs, test_same = pairs(x_test / 16, y_test, 1000, rng)

left = keras.Input(shape=(8, 8), name="left")
right = keras.Input(shape=(8, 8), name="right")
describe = keras.Sequential(
    [layers.Flatten(), layers.Dense(64, activation="relu"), layers.Dense(32, activation="relu")],
    name="describe",
)
both = layers.Concatenate()([describe(left), describe(right)])
hidden = layers.Dense(64, activation="relu")(both)
same = layers.Dense(1, activation="sigmoid", name="same")(hidden)

model = keras.Model(inputs={"left": left, "right": right}, outputs=same)
model.compile("adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(train_pairs, train_same, epochs=EPOCHS, verbose=2)
loss, accuracy = model.evaluate(test_pairs, test_same, verbose=0)
print(f"pairs told apart: {accuracy:.1%}")
