"""Anything → Tensor: default dtypes, memory, nested lists, and what is no number."""

import numpy as np
import pytest

import kerasish as keras
from kerasish.backend.convert import as_tensor
from kerasish.backend.tensor import Tensor


@pytest.mark.parametrize("value, dtype, shape", [
    (1, "int32", ()),
    (1.5, "float32", ()),
    (True, "bool", ()),
    (2j, "complex64", ()),
    (2**40, "int64", ()),
    (2**64 - 1, "uint64", ()),
    ([1, 2], "int32", (2,)),
    ([1, 2.5], "float32", (2,)),
    ([[True], [False]], "bool", (2, 1)),
    ([], "float32", (0,)),
    ([[], []], "float32", (2, 0)),
    ((1, 2), "int32", (2,)),
    (range(3), "int32", (3,)),
    (np.float64(1.5), "float64", ()),
    (np.array([1, 2]), "int64", (2,)),
    (np.array([1.5]), "float64", (1,)),
    ([np.float32(1), np.float32(2)], "float32", (2,)),
    ([np.float64(1), 2], "float64", (2,)),
    ([np.array([1.0, 2.0], dtype="float32")], "float32", (1, 2)),
])  # fmt: skip
def test_values_become_tensors_of_the_default_dtypes(value, dtype, shape):
    found = as_tensor(value)
    assert (found.dtype, found.shape) == (dtype, shape)
    np.testing.assert_array_equal(found.numpy(), np.asarray(value))


def test_a_dtype_that_is_asked_for_is_given():
    assert as_tensor([1, 2], "float32").dtype == "float32"
    assert as_tensor(np.array([1.5]), "int32").tolist() == [1]
    assert as_tensor(as_tensor(1.5), "float64").dtype == "float64"


def test_a_tensor_is_taken_as_it_is():
    x = Tensor(np.ones(2))
    assert as_tensor(x) is x


def test_an_array_in_rows_is_not_copied_and_another_is():
    rows = np.ones((2, 3))
    assert as_tensor(rows).numpy() is rows
    assert as_tensor(rows.T).value.flags.c_contiguous


def test_tensors_in_lists_are_stacked_and_pass_gradients():
    x = as_tensor(2.0).requires_grad_()
    found = as_tensor([x, [1, x * 3][1], 5])
    assert (found.dtype, found.tolist()) == ("float32", [2.0, 6.0, 5.0])
    found.backward()
    assert float(x.grad) == 4.0
    assert as_tensor([[as_tensor(1), 2], [3, 4]]).shape == (2, 2)


def test_a_variable_becomes_its_value():
    v = keras.Variable([1.0, 2.0])
    assert as_tensor(v).tolist() == [1.0, 2.0]
    assert as_tensor([v, v]).shape == (2, 2)


@pytest.mark.parametrize("value, text", [
    (None, "A tensor was expected, not None"),
    (object(), "Numbers of one regular shape were expected"),
])  # fmt: skip
def test_what_is_no_number_is_told(value, text):
    with pytest.raises(ValueError, match=text):
        as_tensor(value)


def test_ragged_lists_are_told():
    with pytest.raises(ValueError, match=r"inhomogeneous|regular shape"):
        as_tensor([[1, 2], [3]])


def test_strings_are_kept_as_they_are():
    found = as_tensor(np.array(["a", "bc"]))
    assert (found.dtype, found.shape) == ("string", (2,))


def test_a_python_zero_keeps_its_sign():
    x = as_tensor(np.array([-0.0, 0.0], dtype="float32"))
    assert np.signbit((x * 0.0).numpy()).tolist() == [True, False]
    assert np.signbit((x * -0.0).numpy()).tolist() == [False, True]
    assert np.isnan((x + float("nan")).numpy()).all()
