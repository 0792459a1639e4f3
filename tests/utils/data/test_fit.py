"""A DataLoader, and what else comes in batches, as the data of `fit`."""

import gc

import numpy as np
import pytest

import kerasish as keras
from kerasish.testing.bits import assert_same_bits
from kerasish.utils import DataLoader, PyDataset, TensorDataset
from tests.utils.data.datasets import worker_threads

SEED = 5
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(22, 3)).astype("float32")
Y = RANDOM.normal(size=(22, 2)).astype("float32")
KERNEL = RANDOM.normal(size=(3, 2)).astype("float32")


class Pairs:
    def __len__(self):
        return len(X)

    def __getitem__(self, index):
        return X[index], Y[index]


@pytest.fixture(params=["eager", "graph"])
def fitted(request):
    """A function: data for `fit` → the weights and the history afterwards."""

    def fit(*data, **options):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        model.set_weights([KERNEL, np.zeros(2)])
        model.compile("adam", "mse", run_eagerly=request.param == "eager")
        keras.utils.set_random_seed(SEED)
        history = model.fit(*data, **{"epochs": 2, "verbose": 0, "shuffle": False} | options)
        return [*model.get_weights(), np.array(history.history["loss"])]

    return fit


def assert_same(first, second):
    for a, b in zip(first, second, strict=True):
        assert_same_bits(a, b)


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("make", [Pairs, lambda: TensorDataset(X, Y)])
def test_a_loader_trains_as_the_arrays_do(fitted, make, workers):
    loader = DataLoader(make(), 8, workers=workers)
    assert_same(fitted(loader), fitted(X, Y, batch_size=8))


@pytest.mark.parametrize("workers", [0, 2])
def test_a_loader_shuffles_as_fit_does(fitted, workers):
    keras.utils.set_random_seed(SEED)
    loader = DataLoader(Pairs(), 8, shuffle=True, workers=workers)
    # `shuffle` is True by default in `fit`; a loader that was asked about its order is not told
    # that this has no effect.
    assert_same(fitted(loader, shuffle=True), fitted(X, Y, batch_size=8, shuffle=True))


@pytest.mark.parametrize("workers", [0, 2])
def test_a_loader_of_a_stream_trains_as_the_arrays_do(fitted, workers):
    class Stream:
        def __iter__(self):
            return iter(zip(X, Y, strict=True))

    loader = DataLoader(Stream(), 8, workers=workers)
    assert_same(fitted(loader), fitted(X, Y, batch_size=8))


def test_a_loader_may_leave_out_the_last_batch(fitted):
    loader = DataLoader(Pairs(), 8, drop_last=True)
    assert_same(fitted(loader), fitted(X[:16], Y[:16], batch_size=8))


@pytest.mark.parametrize("workers", [0, 2])
def test_epochs_may_end_before_the_loader_does(fitted, workers):
    loader = DataLoader(Pairs(), 8, workers=workers)
    *weights, losses = fitted(loader, epochs=2, steps_per_epoch=1)
    assert losses.shape == (2,)
    assert_same(weights, fitted(X[:16], Y[:16], epochs=1, batch_size=8)[:-1])
    gc.collect()
    assert not worker_threads()


def test_a_loader_validates_and_predicts():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    loader = DataLoader(TensorDataset(X, Y), 8, workers=1)
    history = model.fit(X, Y, validation_data=loader, verbose=0)
    assert history.history["val_loss"] == [model.evaluate(X, Y, batch_size=8, verbose=0)]
    inputs = DataLoader(TensorDataset(X), 8)
    assert_same_bits(model.predict(inputs, verbose=0), model.predict(X, batch_size=8, verbose=0))


def test_inputs_may_be_a_dict():
    class Named(Pairs):
        def __getitem__(self, index):
            return {"x": X[index]}, Y[index]

    def fit(*data, **options):
        inputs = keras.Input((3,), name="x")
        model = keras.Model({"x": inputs}, keras.layers.Dense(2)(inputs))
        model.set_weights([KERNEL, np.zeros(2)])
        model.compile("sgd", "mse")
        model.fit(*data, shuffle=False, verbose=0, **options)
        return model.get_weights()

    assert_same(fit(DataLoader(Named(), 8)), fit({"x": X}, Y, batch_size=8))


def test_a_pydataset_trains_as_the_arrays_do(fitted):
    class Batches(PyDataset):
        def __len__(self):
            return 3

        def __getitem__(self, index):
            rows = slice(8 * index, 8 * index + 8)
            return X[rows], Y[rows]

    assert_same(fitted(Batches(workers=2)), fitted(X, Y, batch_size=8))


def test_a_generator_over_a_loader_trains_as_the_arrays_do(fitted):
    batches = (batch for batch in DataLoader(Pairs(), 8, workers=1))
    assert_same(fitted(batches, epochs=1), fitted(X, Y, epochs=1, batch_size=8))


def test_pytorchs_own_loader_trains_as_the_arrays_do(fitted):
    # PyTorch is in none of the environments that these tests need, so most machines skip this.
    torch = pytest.importorskip("torch")
    dataset = torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(Y))
    loader = torch.utils.data.DataLoader(dataset, 8)
    assert_same(fitted(loader), fitted(X, Y, batch_size=8))
