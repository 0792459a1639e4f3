import collections
import re

import numpy as np
import pytest

import kerasish as keras
from kerasish.utils.data.collate import collate_rows, to_tensors


def collated(*rows):
    return collate_rows(list(rows), range(len(rows)))


@pytest.mark.parametrize(
    "rows, dtype",
    [
        ((1.0, 2.0), "float32"),
        ((1, 2), "int32"),
        ((1, 2**40), "int64"),
        ((1, 2.0), "float32"),
        ((True, False), "bool"),
        ((np.float64(1), np.float64(2)), "float64"),
        ((np.uint8(1), np.uint8(2)), "uint8"),
        ((np.float32(1), 2.0), "float32"),
        ((np.float64(1), 2), "float64"),
        ((np.float16(1), np.float32(2)), "float32"),
        ((np.int32(1), np.float32(2)), "float32"),
    ],
)
def test_numbers_get_the_dtypes_they_have_in_kerasish(rows, dtype):
    batch = collated(*rows)
    assert (batch.dtype, batch.shape) == (dtype, (2,))
    assert batch.tolist() == [rows[0], rows[1]]
    assert to_tensors(batch).dtype == dtype


@pytest.mark.parametrize("dtype", ["float16", "float64", "int8", "bool", "complex64"])
@pytest.mark.parametrize("convert", [np.asarray, keras.ops.convert_to_tensor, keras.Variable])
def test_arrays_tensors_and_variables_are_stacked_in_their_dtype(dtype, convert):
    row = convert(np.ones((2, 3), dtype))
    batch = collated(row, row)
    assert (batch.shape, batch.dtype) == ((2, 2, 3), dtype)


def test_a_batch_is_built_like_its_rows():
    Point = collections.namedtuple("Point", "x, label")
    batch = collated(
        {"b": [1, Point(np.zeros(2), "one")], "a": None},
        {"a": None, "b": [2, Point(np.ones(2), "two")]},
    )
    assert batch["a"] is None
    number, point = batch["b"]
    assert number.tolist() == [1, 2]
    assert isinstance(point, Point)
    assert point.x.tolist() == [[0, 0], [1, 1]]
    assert point.label == ["one", "two"]


def test_strings_make_a_list_and_arrays_of_strings_a_tensor():
    names, words = to_tensors(collated(("a", np.array(["x", "y"])), ("b", np.array(["z", "w"]))))
    assert names == ["a", "b"]
    assert words.numpy().tolist() == [["x", "y"], ["z", "w"]]


def test_what_has_an_array_interface_is_an_array():
    pixels = np.arange(3)

    class Image:  # as PIL's
        __array_interface__ = pixels.__array_interface__

    assert collated(Image(), Image()).tolist() == [[0, 1, 2], [0, 1, 2]]


@pytest.mark.parametrize(
    "first, second, message",
    [
        ((1, 2), 3, "Row 8 of the dataset is not built like row 7 of the same batch."),
        ((1, 2), (3,), "Row 8 of the dataset is not built like row 7"),
        ((1, 2), [1, 2], "at the top. Expected: tuple. Received: list [1, 2]"),
        ((1, 2), (1, [2]), "at [1]. Expected: a leaf. Received: list [2]"),
        ({"a": 1}, {"b": 1}, "Dictionary key mismatch at the top. Expected: ['a']."),
        (np.zeros(2), np.zeros(3), "Row 8 of the dataset has another shape at the top than row 7"),
        ({"a": 1}, {"a": np.zeros(3)}, "at ['a'] than row 7 of the same batch. Expected: ()."),
        ((1, "a"), (1, 2), "Row 7 of the dataset holds at [1] what cannot be stacked"),
        ((1, 2), (1, None), "Row 8 of the dataset holds at [1] what cannot be stacked"),
        (1, object, "Expected: arrays, tensors, numbers or strings"),
        (1, np.array([None]), "Row 8 of the dataset holds at the top what cannot be stacked"),
    ],
)
def test_rows_that_do_not_go_together_are_named(first, second, message):
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        collate_rows([first, second], [7, 8])
    assert "Pass DataLoader(collate=…)" in str(error.value)
