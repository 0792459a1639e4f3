import numpy as np
import pytest

from kerasish.arrays.dtype import set_floatx
from kerasish.training.data import adapt, train_validation_split
from kerasish.training.data.arrays import ArrayBatches


def collect(data, epoch=0):
    return list(data.epoch_batches(epoch))


def rows(data, epoch=0):
    return np.concatenate([x for x, _, _ in data.epoch_batches(epoch)]).tolist()


@pytest.mark.parametrize("shuffle", [False, True, "batch"])
@pytest.mark.parametrize("batch_size", [1, 3, 4, 12, 100])
def test_each_row_comes_once_with_its_target(shuffle, batch_size):
    x = np.arange(12)
    data = adapt(x, x * 10, x * 100, batch_size=batch_size, shuffle=shuffle)
    batches = collect(data)
    assert len(batches) == data.num_batches == -(-12 // batch_size)
    assert [len(x) for x, _, _ in batches[:-1]] == [batch_size] * (len(batches) - 1)
    assert data.partial_batch_size == (12 % batch_size or None)
    assert data.has_partial_batch == bool(12 % batch_size)
    for x_batch, y_batch, weights in batches:
        np.testing.assert_array_equal(x_batch * 10, y_batch)
        np.testing.assert_array_equal(x_batch * 100, weights)
    assert sorted(rows(data)) == list(range(12))


def test_batches_have_32_rows_by_default_or_as_steps_ask():
    assert adapt(np.arange(100)).batch_size == 32
    assert adapt(np.arange(100), steps_per_epoch=3).batch_size == 34


def test_without_shuffling_nothing_is_copied():
    x = np.zeros((10, 2), "float32")
    data = adapt(x, batch_size=4)
    assert all(batch.base is x for batch, _, _ in data.epoch_batches())


def test_shuffled_batches_are_copies():
    x = np.zeros((10, 2), "float32")
    for batch, _, _ in adapt(x, batch_size=4, shuffle=True).epoch_batches():
        assert not np.shares_memory(batch, x)
        assert batch.flags.c_contiguous


def test_batches_are_contiguous_even_if_the_array_is_not():
    x = np.asfortranarray(np.arange(20.0, dtype="float32").reshape(10, 2))
    for shuffle in (False, True):
        for batch, _, _ in adapt(x, batch_size=4, shuffle=shuffle).epoch_batches():
            assert batch.flags.c_contiguous


def test_the_order_is_a_function_of_seed_and_epoch():
    x = np.arange(50)
    first = adapt(x, shuffle=True, seed=7)
    again = adapt(x, shuffle=True, seed=7)
    assert rows(first, 0) == rows(again, 0)
    assert rows(first, 0) != rows(first, 1)
    assert rows(first, 1) == rows(again, 1)
    assert rows(first, 0) != rows(adapt(x, shuffle=True, seed=8), 0)
    assert rows(first, 0) == rows(first, 0)


def test_epochs_are_counted_if_nobody_does():
    x = np.arange(50)
    counting, counted = adapt(x, shuffle=True, seed=7), adapt(x, shuffle=True, seed=7)
    for epoch in range(3):
        assert rows(counting, None) == rows(counted, epoch)


def test_the_seed_comes_from_numpys_global_one():
    x = np.arange(50)
    orders = []
    for _ in range(2):
        np.random.seed(3)
        orders.append([rows(adapt(x, shuffle=True)), rows(adapt(x, shuffle=True))])
    assert orders[0] == orders[1]
    assert orders[0][0] != orders[0][1]


def test_batches_kept_together_are_shuffled_within():
    data = adapt(np.arange(11), batch_size=4, shuffle="batch", seed=1)
    batches = [x.tolist() for x, _, _ in data.epoch_batches(0)]
    assert [sorted(batch) for batch in batches] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10]]
    assert batches != [sorted(batch) for batch in batches]


def test_large_rows_are_gathered_in_several_blocks():
    x = np.arange(64, dtype="float32").repeat(40_000).reshape(64, -1)
    data = adapt(x, batch_size=4, shuffle=True, seed=0)
    assert sorted(row[0] for batch, _, _ in data.epoch_batches() for row in batch) == list(
        range(64)
    )


def test_rows_can_be_gathered_into_prepared_arrays():
    x, y = np.arange(10.0, dtype="float32").reshape(5, 2), np.arange(5)
    data = ArrayBatches(x, y)
    out = [np.empty((2, 2), "float32"), np.empty(2, int)]
    gathered = data.gather(np.array([3, 1]), out)
    assert gathered[0] is out[0]
    assert data.batch_of(gathered)[0].tolist() == [[6.0, 7.0], [2.0, 3.0]]
    assert out[1].tolist() == [3, 1]


def test_structures_are_kept():
    x = {"a": np.arange(4), "b": [np.arange(4) * 2, np.arange(4) * 3]}
    y = (np.arange(4) + 1, None)
    (batch,) = collect(adapt(x, y))
    assert set(batch[0]) == {"a", "b"}
    assert batch[0]["b"][1].tolist() == [0, 3, 6, 9]
    assert batch[1][0].tolist() == [1, 2, 3, 4]
    assert batch[1][1] is None
    assert batch[2] is None


def test_floats_become_floatx_and_the_rest_stays():
    arrays = [np.zeros(2, dtype) for dtype in ("float64", "float16", "int64", "uint8", "bool")]
    (batch,) = collect(adapt(arrays))
    assert [array.dtype.name for array in batch[0]] == [
        "float32", "float32", "int64", "uint8", "bool",
    ]  # fmt: skip
    set_floatx("float64")
    try:
        assert collect(adapt(np.zeros(2, "float32")))[0][0].dtype == "float64"
    finally:
        set_floatx("float32")


def test_tensors_of_others_are_taken():
    class Torch:
        def __init__(self, array):
            self.array = array

        def detach(self):
            return self

        def cpu(self):
            return self

        def numpy(self):
            return self.array

    class Foreign:
        def __array__(self, dtype=None, copy=None):
            return np.arange(3.0)

    class Table:
        iloc = None

        def __init__(self, array):
            self.array = array

        def to_numpy(self):
            return self.array

    assert collect(adapt(Torch(np.arange(3))))[0][0].tolist() == [0, 1, 2]
    assert collect(adapt(Foreign()))[0][0].dtype == "float32"
    assert collect(adapt(Table(np.ones((2, 3)))))[0][0].shape == (2, 3)
    assert collect(adapt(Table(np.ones(2))))[0][0].shape == (2, 1)


def test_text_is_taken():
    assert collect(adapt(np.array(["a", "b"])))[0][0].tolist() == ["a", "b"]
    assert collect(adapt(np.array(["a", "b"], dtype=object)))[0][0].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"x": np.ones(3), "y": np.ones(4)}, "ambiguous.*'x' sizes: 3; 'y' sizes: 4"),
        ({"x": [np.ones(3), np.ones(2)]}, "ambiguous.*'x' sizes: 3, 2"),
        ({"x": np.ones((0, 2))}, r"`x` has no rows.*\(0, 2\)"),
        ({"x": np.float32(3)}, "`x` must have an axis of rows"),
        ({"x": np.ones(3), "y": np.array(3)}, "`y` must have an axis of rows"),
        ({"x": np.array([[1], [1, 2]], dtype=object)}, "`x` must hold numbers.*object"),
        ({"x": np.array(["2020-01-01"], "M8[D]")}, "`x` must hold numbers.*datetime64"),
        ({"x": "letters"}, "Unrecognized data type.*x='letters'"),
        ({"x": None}, "Unrecognized data type.*x=None"),
        ({"x": 3}, "Unrecognized data type.*x=3"),
        ({"x": [[1.0, 2.0]]}, r"Unrecognized data type.*np\.array\(x\)"),
        ({"x": np.ones(2), "y": [1, 2]}, r"Unrecognized data type.*np\.array\(y\)"),
        ({"x": {1, 2}}, "Unrecognized data type"),
        ({"x": np.ones(2), "batch_size": 0}, "`batch_size` must be a positive integer.*=0"),
        ({"x": np.ones(2), "batch_size": 2.5}, r"`batch_size` must be.*=2\.5"),
        ({"x": np.ones(2), "steps_per_epoch": -1}, "`steps_per_epoch` must be.*=-1"),
        ({"x": np.ones(2), "shuffle": "rows"}, "Unknown `shuffle`.*'rows'"),
    ],
)
def test_bad_data_is_one_error_that_names_it(arguments, message):
    with pytest.raises(ValueError, match=message):
        adapt(**arguments)


def test_a_sparse_matrix_is_refused_with_advice():
    class Sparse:
        shape = (2, 2)

        def toarray(self): ...

    with pytest.raises(ValueError, match=r"pass x\.toarray\(\)"):
        adapt(Sparse())


def test_a_split_takes_the_last_rows_for_validation():
    arrays = ({"a": np.arange(10)}, np.arange(10) * 2, None)
    train, validation = train_validation_split(arrays, 0.2)
    assert train[0]["a"].tolist() == list(range(8))
    assert validation[0]["a"].tolist() == [8, 9]
    assert validation[1].tolist() == [16, 18]
    assert train[2] is None
    assert validation[2] is None
    assert train[1].base is arrays[1]


@pytest.mark.parametrize(
    "arrays, split, message",
    [
        ((np.arange(3), None), 0.9, "3 samples, too few.*=0.9"),
        ((np.arange(1), None), 0.5, "1 samples, too few.*0.5"),
        ((np.arange(3), None), 1.5, "between 0 and 1"),
        ((iter([1]), None), 0.5, "`validation_split` is only supported for.*list_iterator"),
    ],
)
def test_a_bad_split_is_an_error(arrays, split, message):
    with pytest.raises(ValueError, match=message):
        train_validation_split(arrays, split)
