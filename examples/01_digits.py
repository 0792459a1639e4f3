"""Train a dense classifier on handwritten digits, keep its weights, and load them again."""

import os

import kerasish as keras
from kerasish import layers
from kerasish.datasets import digits

EPOCHS = int(os.environ.get("KERASISH_EXAMPLE_EPOCHS", 20))

keras.utils.set_random_seed(1)
(x_train, y_train), (x_test, y_test) = digits.load_data()


def build():
    return keras.Sequential(
        [
            keras.Input(shape=(8, 8)),
            layers.Rescaling(1 / 16),
            layers.Flatten(),
            layers.Dense(64, activation="relu", kernel_initializer="he_normal"),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ]
    )


model = build()
model.summary()
model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(
    x_train,
    y_train,
    epochs=EPOCHS,
    validation_split=0.1,
    callbacks=[keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)],
)
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"test accuracy {accuracy:.3f}")

model.save_weights("digits.weights.h5")
loaded = build()
loaded.load_weights("digits.weights.h5")
guesses = loaded.predict(x_test[:10], verbose=0).argmax(axis=-1)
print("guesses", *guesses)
print("labels ", *y_test[:10])
