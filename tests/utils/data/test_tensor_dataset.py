import numpy as np
import pytest

import kerasish as keras
from kerasish.utils import DataLoader, TensorDataset


def test_rows_are_tuples_and_arrays_are_not_copied():
    x, y = np.arange(6.0).reshape(3, 2), np.arange(3)
    dataset = TensorDataset(x, y)
    assert len(dataset) == 3
    assert dataset.arrays[0] is x
    row = dataset[-1]
    assert isinstance(row, tuple)
    assert (row[0].tolist(), row[1]) == ([4.0, 5.0], 2)
    assert dataset[1:][1].tolist() == [1, 2]


def test_tensors_variables_and_lists_are_arrays_too():
    dataset = TensorDataset(
        keras.ops.ones((2, 3), dtype="float16"), keras.Variable([1.0, 2.0]), [1, 2], ["a", "b"]
    )
    ((half, variable, numbers, texts),) = DataLoader(dataset, 2)
    assert (half.dtype, variable.dtype, numbers.dtype) == ("float16", "float32", "int32")
    assert texts == ["a", "b"]


def test_batches_are_copies():
    x = np.zeros((4, 2), "float32")
    ((batch,),) = DataLoader(TensorDataset(x), 4)
    assert not np.shares_memory(batch.numpy(), x)


@pytest.mark.parametrize(
    "arrays, message",
    [
        ((), "needs at least one array"),
        ((np.ones(2), 3.0), "Array 1 of the TensorDataset has no axis of rows"),
        ((np.ones(2), np.ones(3)), r"same number of rows. Received: rows=\[2, 3\]"),
    ],
)
def test_what_has_no_common_rows_is_refused(arrays, message):
    with pytest.raises(ValueError, match=message):
        TensorDataset(*arrays)
