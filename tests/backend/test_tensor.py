"""Tensor: its operators against NumPy's, and the protocols of Python that it follows."""

import copy
import operator
import pickle

import numpy as np
import pytest

from kerasish import ops
from kerasish.backend.tensor import Tensor
from kerasish.testing.bits import assert_same_bits

A = np.array([[1.5, -2.0, 3.25], [4.0, 0.5, -6.0]], dtype="float32")
B = np.array([2.0, -0.5, 1.0], dtype="float32")
WHOLE = np.array([5, -3, 2], dtype="int32")
BINARY = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod,
    operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge,
]  # fmt: skip


@pytest.mark.parametrize("operate", BINARY)
@pytest.mark.parametrize("left, right", [(A, B), (A, A), (A, np.float32(2)), (WHOLE, WHOLE)])
def test_operators_are_numpys(operate, left, right):
    wanted = np.asarray(operate(left, right))
    if operate is operator.truediv and wanted.dtype == "float64":
        wanted = wanted.astype("float32")
    assert_same_bits(operate(Tensor(left), Tensor(np.asarray(right))), wanted)
    assert_same_bits(operate(Tensor(left), right), wanted)
    assert_same_bits(operate(left, Tensor(np.asarray(right))), wanted)


@pytest.mark.parametrize("operate", BINARY)
def test_an_array_on_the_left_gives_a_tensor(operate):
    assert isinstance(operate(A, Tensor(B)), Tensor)
    assert isinstance(operate(np.float32(2), Tensor(B)), Tensor)


@pytest.mark.parametrize("operate", [operator.and_, operator.or_, operator.xor])
def test_bits_are_numpys(operate):
    other = np.array([1, 7, 4], dtype="int32")
    assert_same_bits(operate(Tensor(WHOLE), Tensor(other)), operate(WHOLE, other))
    assert_same_bits(operate(Tensor(WHOLE > 0), Tensor(other > 2)), operate(WHOLE > 0, other > 2))
    assert_same_bits(6 & Tensor(WHOLE), 6 & WHOLE)


def test_one_operand_operators_are_numpys():
    assert_same_bits(-Tensor(A), -A)
    assert_same_bits(abs(Tensor(A)), abs(A))
    assert_same_bits(~Tensor(WHOLE), ~WHOLE)
    assert_same_bits(~Tensor(WHOLE > 0), ~(WHOLE > 0))
    assert +Tensor(A) is not None
    assert_same_bits(Tensor(WHOLE) << 2, WHOLE << 2)
    assert_same_bits(Tensor(WHOLE) >> 1, WHOLE >> 1)
    assert_same_bits(Tensor(abs(A)) ** 2, abs(A) ** np.float32(2))
    assert_same_bits(2 ** Tensor(B), np.power(np.float32(2), B))


@pytest.mark.parametrize("a, b", [
    ((2, 3), (3, 4)), ((3,), (3, 4)), ((2, 3), (3,)), ((3,), (3,)), ((5, 2, 3), (3,)),
    ((3,), (5, 3, 2)), ((5, 2, 3), (3, 4)),
])  # fmt: skip
def test_products_are_numpys(a, b):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=a), rng.normal(size=b)
    for found in (Tensor(x) @ Tensor(y), x @ Tensor(y), Tensor(x) @ y):
        assert isinstance(found, Tensor)
        np.testing.assert_allclose(found.numpy(), x @ y, rtol=1e-13)
        assert found.shape == (x @ y).shape


def test_numpys_functions_take_tensors():
    np.testing.assert_array_equal(np.sin(Tensor(A)), np.sin(A))
    np.testing.assert_array_equal(np.asarray(Tensor(A)), A)
    assert np.asarray(Tensor(A), dtype="float64").dtype == "float64"
    assert np.max(np.asarray(Tensor(A))) == 4


def test_a_tensor_says_what_it_is():
    x = Tensor(A)
    assert (x.shape, x.dtype, x.ndim, x.size, x.device) == ((2, 3), "float32", 2, 6, "cpu")
    assert str(x.spec) == "f32[2,3]"
    assert not x.is_symbolic
    assert (x.grad, x.requires_grad) == (None, False)
    assert repr(Tensor(B)) == "<Tensor f32[3]: [ 2. , -0.5,  1. ]>"
    assert "requires_grad=True" in repr(Tensor(B).requires_grad_())


def test_a_tensor_is_a_python_number_where_it_has_one_element():
    x = Tensor(np.array(2.5, dtype="float32"))
    assert (float(x), int(x), complex(x), x.item()) == (2.5, 2, 2.5 + 0j, 2.5)
    assert bool(x)
    assert not Tensor(np.array([0.0]))
    assert f"{x:.2f}" == "2.50"
    assert [10, 20, 30][Tensor(np.array(1))] == 20
    with pytest.raises(ValueError, match="ambiguous"):
        bool(Tensor(A))


def test_a_tensor_is_a_sequence_of_its_rows():
    x = Tensor(A)
    assert len(x) == 2
    assert [row.tolist() for row in x] == A.tolist()
    first, second = x
    assert [first.tolist(), second.tolist()] == A.tolist()
    with pytest.raises(TypeError, match=r"no len\(\)"):
        len(Tensor(np.array(1.0)))


def test_tensors_are_told_apart_in_sets_and_dicts():
    x, y = Tensor(B), Tensor(B)
    assert len({x, y, x}) == 2
    assert {x: 1}[x] == 1


def test_copies_and_pickles_keep_the_value():
    x = Tensor(A)
    for twin in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert_same_bits(twin, x)
    assert not np.shares_memory(copy.deepcopy(x).numpy(), A)


def test_other_libraries_can_take_the_memory():
    assert np.shares_memory(np.from_dlpack(Tensor(A)), A)


def test_methods_move_and_cast():
    x = Tensor(A)
    assert_same_bits(x.T, np.ascontiguousarray(A.T))
    assert x.reshape(3, 2).shape == x.reshape((3, -1)).shape == (3, 2)
    assert x.reshape(-1).shape == (6,)
    assert Tensor(np.zeros((0, 3))).reshape(-1).shape == (0,)
    assert x.astype("int32").dtype == x.astype(np.int32).dtype == "int32"


def test_a_detached_tensor_has_the_value_and_no_record():
    x = Tensor(B).requires_grad_()
    y = (x * 2).detach()
    assert not y.requires_grad
    assert y.tolist() == (B * 2).tolist()


def test_ones_like_a_tensor():
    assert_same_bits(Tensor(A).ones_like(), np.ones_like(A))


def test_a_symbolic_tensor_has_the_same_face(graph):
    seen = {}

    def step(x):
        seen.update(shape=x.shape, dtype=x.dtype, ndim=x.ndim, size=x.size, text=repr(x))
        seen.update(symbolic=x.is_symbolic, rows=len(list(x)), ones=x.ones_like().shape)
        return x.T.reshape(-1).astype("int32")

    found = graph.function(step)(A)
    assert seen == {
        "shape": (2, 3), "dtype": "float32", "ndim": 2, "size": 6, "symbolic": True, "rows": 2,
        "ones": (2, 3), "text": "<Tensor f32[2,3], symbolic>",
    }  # fmt: skip
    assert found.tolist() == A.T.reshape(-1).astype("int32").tolist()


def test_operators_leave_keras_tensors_their_turn():
    import kerasish as keras

    handle = keras.KerasTensor((None, 3))
    assert isinstance(Tensor(B) + handle, keras.KerasTensor)
    assert isinstance(handle * Tensor(B), keras.KerasTensor)


def test_rounding_is_to_even():
    assert round(Tensor(np.array([0.5, 1.5, -1.2]))).tolist() == [0.0, 2.0, -1.0]
    assert ops.round(Tensor(np.array([2.5]))).tolist() == [2.0]
