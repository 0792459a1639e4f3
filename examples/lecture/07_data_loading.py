"""Data in batches: a dataset of one's own, shuffled, read ahead by threads; and into `fit`."""

import numpy as np

import kerasish as keras
from kerasish import layers
from kerasish.datasets import digits
from kerasish.tape import DataLoader, TensorDataset

keras.config.set_backend("eager")
(x_train, y_train), (x_test, y_test) = digits.load_data()


class Digits:
    """A dataset: how many rows there are, and each of them."""

    def __init__(self, images, labels):
        self.images, self.labels = images, labels

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.images[index].astype("float32").reshape(-1) / 16, self.labels[index]


def make_model():
    keras.utils.set_random_seed(1)
    return keras.Sequential([keras.Input((64,)), layers.Dense(32, activation="relu"),
                             layers.Dense(10)])  # fmt: skip


# A loop of one's own.
loader = DataLoader(Digits(x_train, y_train), batch_size=32, shuffle=True, workers=2, seed=7)
model = make_model()
optimizer = keras.optimizers.Adam(1e-2)
optimizer.build(model.parameters())
criterion = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
for epoch in range(2):
    for x_batch, y_batch in loader:
        loss = criterion(y_batch, model(x_batch))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: loss {loss.item():.3f}")

# The order comes from the seed, whatever the threads do.
again = DataLoader(Digits(x_train, y_train), batch_size=32, shuffle=True, workers=0, seed=7)
loader.set_epoch(0)
same = all(np.array_equal(a[1], b[1]) for a, b in zip(loader, again, strict=True))
print("the same order again, without threads:", same)


# What goes wrong in a thread arrives here, with the line where it happened.
class Broken(Digits):
    def __getitem__(self, index):
        if index == 100:
            raise OSError("the file of row 100 is gone")
        return super().__getitem__(index)


try:
    for _ in DataLoader(Broken(x_train, y_train), batch_size=32, workers=2):
        pass
except OSError as error:
    trace = error.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    print("from a worker:", error, "| raised in", trace.tb_frame.f_code.co_name)


# The same rows into `fit`: from a loader, a PyDataset, a generator.
class Batches(keras.utils.PyDataset):
    def __len__(self):
        return len(x_train) // 64

    def __getitem__(self, index):
        rows = slice(64 * index, 64 * index + 64)
        return x_train[rows].reshape(-1, 64) / np.float32(16), y_train[rows]


def generator():
    yield from (Batches()[i] for i in range(len(Batches())))


arrays = TensorDataset(x_train.reshape(-1, 64) / np.float32(16), y_train)
found = {}
for name, data in {
    "DataLoader": DataLoader(arrays, batch_size=64, drop_last=True),
    "PyDataset": Batches(),
    "generator": generator(),
}.items():
    model = make_model()
    model.compile("adam", criterion)
    model.fit(data, epochs=1, shuffle=False, verbose=0)
    found[name] = model.get_weights()
    print(f"fit on a {name}: weights {model.get_weights()[0].sum():.4f}")
first = found["DataLoader"]
print("all to the bit:", all(all(map(np.array_equal, w, first)) for w in found.values()))
