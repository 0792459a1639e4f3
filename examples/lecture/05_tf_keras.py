"""tf.keras: the same net in ten lines. Its old argument names still work, with a warning each."""

import warnings

import numpy as np

import kerasish as keras

N, D, H = 64, 1000, 100
rng = np.random.default_rng(0)
keras.utils.set_random_seed(0)

with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("default")
    model = keras.Sequential()
    model.add(keras.layers.Dense(H, input_shape=(D,), activation="relu"))
    model.add(keras.layers.Dense(D))
    optimizer = keras.optimizers.SGD(lr=1e-5)
for warning in told:
    print(warning.category.__name__ + ":", warning.message)

model.compile(loss=keras.losses.mean_squared_error, optimizer=optimizer)

x = rng.normal(size=(N, D))
y = rng.normal(size=(N, D))
history = model.fit(x, y, epochs=50, batch_size=N, verbose=0)
losses = history.history["loss"]
print(f"epoch 1: {losses[0]:.5f}, epoch 50: {losses[-1]:.5f}")
print("falls in every epoch:", losses == sorted(losses, reverse=True))
