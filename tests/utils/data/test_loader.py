import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kerasish as keras
from kerasish.utils import DataLoader, TensorDataset
from tests.utils.data.datasets import Rows, Stream, seen, worker_threads


@pytest.mark.parametrize("workers", [0, 1, 3])
@pytest.mark.parametrize("make", [Rows, Stream])
def test_batches_come_in_order_and_the_last_may_be_smaller(make, workers):
    loader = DataLoader(make(7), batch_size=3, workers=workers)
    for _ in range(2):
        assert seen(loader) == [[0, 1, 2], [3, 4, 5], [6]]


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("make", [Rows, Stream])
def test_a_smaller_last_batch_can_be_left_out(make, workers):
    loader = DataLoader(make(7), batch_size=3, workers=workers, drop_last=True)
    assert seen(loader) == [[0, 1, 2], [3, 4, 5]]


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(0, 20),
    batch_size=st.integers(1, 7),
    workers=st.integers(0, 3),
    prefetch=st.integers(1, 3),
    drop_last=st.booleans(),
    make=st.sampled_from([Rows, Stream, lambda n: TensorDataset(np.ones((n, 2)), np.arange(n))]),
)
def test_each_row_is_seen_once_and_in_order(count, batch_size, workers, prefetch, drop_last, make):
    dataset = make(count)
    loader = DataLoader(
        dataset, batch_size, workers=workers, prefetch=prefetch, drop_last=drop_last
    )
    batches = seen(loader)
    kept = count - count % batch_size if drop_last else count
    assert [row for batch in batches for row in batch] == list(range(kept))
    assert all(len(batch) == batch_size for batch in batches[:-1])
    if not isinstance(dataset, Stream):
        assert len(loader) == len(batches)


def test_the_order_is_a_function_of_seed_and_epoch_alone():
    first = DataLoader(Rows(), 4, shuffle=True, seed=3)
    epochs = [seen(first) for _ in range(3)]
    assert epochs[0] != epochs[1]
    assert all(sorted(np.concatenate(epoch)) == list(range(10)) for epoch in epochs)
    second = DataLoader(Rows(pause=0.001), 4, shuffle=True, workers=3, seed=3)
    assert [seen(second) for _ in range(3)] == epochs
    assert seen(DataLoader(Rows(), 4, shuffle=True, seed=4)) != epochs[0]


def test_training_can_be_taken_up_at_an_epoch():
    loader = DataLoader(Rows(), 4, shuffle=True, seed=3)
    epochs = [seen(loader) for _ in range(3)]
    again = DataLoader(Rows(), 4, shuffle=True, seed=3)
    again.set_epoch(1)
    assert [seen(again), seen(again)] == epochs[1:]


def test_without_a_seed_the_global_one_decides():
    def order():
        keras.utils.set_random_seed(11)
        return seen(DataLoader(Rows(), 4, shuffle=True))

    assert order() == order()
    assert DataLoader(Rows(), shuffle=True).seed != DataLoader(Rows(), shuffle=True).seed
    assert DataLoader(Rows()).seed is None


@pytest.mark.parametrize("workers", [0, 2])
def test_several_epochs_may_run_at_once(workers):
    loader = DataLoader(Rows(6), 2, workers=workers)
    pairs = zip(loader, loader, strict=True)
    assert [(a.numpy().tolist(), b.numpy().tolist()) for (_, a), (_, b) in pairs] == [
        ([0, 1], [0, 1]),
        ([2, 3], [2, 3]),
        ([4, 5], [4, 5]),
    ]
    assert not worker_threads()


def test_batches_are_tensors_that_a_loop_can_work_with():
    weights = keras.ops.ones((2, 3))
    model = keras.Sequential([keras.layers.Dense(4)])
    for x, y in DataLoader(Rows(4), 2):
        assert (x.dtype, y.dtype) == ("float32", "int32")
        assert (x @ weights).shape == (2, 3)
        assert model(x).shape == (2, 4)


def test_the_rows_of_a_tensor_dataset_are_gathered_at_once(monkeypatch):
    monkeypatch.setattr(TensorDataset, "__getitem__", None)
    dataset = TensorDataset(np.arange(10).reshape(5, 2), np.arange(5))
    assert seen(DataLoader(dataset, 2)) == [[0, 1], [2, 3], [4]]


def test_a_subclass_of_tensor_dataset_may_change_its_rows():
    class Doubled(TensorDataset):
        def __getitem__(self, index):
            x, y = super().__getitem__(index)
            return x, y * 2

    assert seen(DataLoader(Doubled(np.ones((3, 1)), np.arange(3)), 2)) == [[0, 2], [4]]


@pytest.mark.parametrize("workers", [0, 2])
def test_rows_may_be_put_together_otherwise(workers):
    def padded(rows):
        longest = max(len(row) for row in rows)
        return np.array([row + [0] * (longest - len(row)) for row in rows]), len(rows)

    loader = DataLoader([[1], [2, 3], [4]], 2, workers=workers, collate=padded)
    first, second = loader
    assert first[0].numpy().tolist() == [[1, 0], [2, 3]]
    assert first[1] == 2
    assert second[0].numpy().tolist() == [[4]]


def test_pytorchs_names_are_taken():
    loader = DataLoader(
        Rows(4), batch_size=2, num_workers=1, prefetch_factor=3, collate_fn=lambda rows: len(rows)
    )
    assert (loader.workers, loader.prefetch) == (1, 3)
    assert list(loader) == [2, 2]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"batch_size": 0}, "`batch_size` must be a whole number, 1 or more. Received: batch_"),
        ({"batch_size": 2.0}, "Received: batch_size=2.0"),
        ({"batch_size": np.arange(3)}, "Received: batch_size=[0 1 2]"),
        ({"workers": -1}, "`workers` must be a whole number, 0 or more. Received: workers=-1"),
        ({"prefetch": 0}, "`prefetch` must be a whole number, 1 or more"),
        ({"seed": -1}, "`seed` must be a whole number, from 0 to 18446744073709551615"),
        ({"collate": 3}, "`collate` must be a function from a list of rows"),
        ({"workers": 1, "num_workers": 2}, "`num_workers` is another name of `workers`"),
    ],
)  # fmt: skip
def test_arguments_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        DataLoader(Rows(), **arguments)


def test_an_epoch_has_a_number():
    with pytest.raises(ValueError, match="`epoch` must be a whole number, 0 or more"):
        DataLoader(Rows()).set_epoch(-1)


def test_what_is_no_dataset_is_refused():
    with pytest.raises(TypeError, match=r"must have `__len__` and `__getitem__.*TensorDataset"):
        DataLoader(3)


def test_a_stream_has_no_length_and_no_other_order():
    with pytest.raises(ValueError, match="`shuffle` needs a dataset with `__len__`"):
        DataLoader(Stream(), shuffle=True)
    with pytest.raises(TypeError, match="The dataset has no `__len__`"):
        len(DataLoader(Stream()))


@pytest.mark.parametrize("workers", [0, 2])
def test_rows_that_differ_are_named(workers):
    class Ragged(Rows):
        def __getitem__(self, index):
            return np.zeros(index // 4), index

    batches = iter(DataLoader(Ragged(), 3, workers=workers))
    assert next(batches)[0].shape == (3, 0)
    with pytest.raises(ValueError, match=r"Row 4 of the dataset has another shape at \[0\] than"):
        next(batches)
