"""Variable: what it is, how it is assigned, and that what was read before stays as it was."""

import copy
import pickle

import numpy as np
import pytest

import kerasish as keras
from kerasish import ops
from kerasish.backend.convert import as_tensor
from kerasish.backend.scopes import autocast_to
from kerasish.errors import ShapeError
from kerasish.testing.bits import assert_same_bits


def test_a_variable_says_what_it_is():
    v = keras.Variable([1.0, 2.0], name="v")
    assert (v.name, v.path, v.shape, v.ndim, v.size, v.dtype) == ("v", "v", (2,), 1, 2, "float32")
    assert (v.trainable, v.aggregation, v.regularizer, v.constraint) == (True, "none", None, None)
    assert repr(v) == "<Variable path=v, shape=(2,), dtype=float32, value=[1., 2.]>"


@pytest.mark.parametrize("value, dtype, wanted", [
    (1.0, None, "float32"),
    (1, None, "int32"),
    (np.ones(2), None, "float64"),
    (np.ones(2), "float32", "float32"),
    ([True], None, "bool"),
    (as_tensor([1.0]), "float16", "float16"),
])  # fmt: skip
def test_the_dtype_is_that_of_the_value_unless_one_is_given(value, dtype, wanted):
    assert keras.Variable(value, dtype=dtype).dtype == wanted


def test_an_initializer_makes_the_first_value():
    v = keras.Variable(lambda shape, dtype: ops.ones(shape, dtype) * 3, shape=(2, 1))
    assert (v.dtype, v.numpy().tolist()) == ("float32", [[3.0], [3.0]])
    assert keras.Variable("zeros", shape=(2,)).numpy().tolist() == [0.0, 0.0]


def test_the_first_value_is_a_copy():
    array = np.ones(2, dtype="float32")
    v = keras.Variable(array)
    array[0] = 5
    assert v.numpy().tolist() == [1.0, 1.0]
    w = keras.Variable(v)
    v.assign([3.0, 4.0])
    assert w.numpy().tolist() == [1.0, 1.0]


@pytest.mark.parametrize("arguments, text", [
    ({"name": "a/b"}, "`name` must be a string without '/'"),
    ({"aggregation": "median"}, "Unknown `aggregation`.*'median'"),
    ({"colour": 1}, r"Unknown arguments of Variable. Received: arguments=\['colour'\]"),
    ({"shape": (3,)}, r"The initial value has another shape. Expected: \(3,\)"),
    ({"dtype": "float31"}, "Invalid dtype"),
])  # fmt: skip
def test_bad_arguments_are_told(arguments, text):
    with pytest.raises(ValueError, match=text):
        keras.Variable([1.0, 2.0], **arguments)


@pytest.mark.parametrize("shape, text", [
    (None, "`shape` is needed when the initializer is a callable"),
    ((None, 2), "sizes must be known and not negative"),
    ((-1,), "sizes must be known and not negative"),
])  # fmt: skip
def test_an_initializer_needs_a_shape(shape, text):
    with pytest.raises(ValueError, match=text):
        keras.Variable(lambda shape, dtype: ops.ones(shape, dtype), shape=shape)


@pytest.mark.parametrize("what", ["regularizer", "constraint"])
def test_what_is_called_on_a_variable_must_be_callable(what):
    with pytest.raises(ValueError, match=f"`{what}` must be callable or None"):
        setattr(keras.Variable(1.0), what, 3)


# Assignment.


@pytest.mark.parametrize("value", [
    [5.0, 6.0], np.array([5, 6]), np.array([5.0, 6.0], dtype="float32"), as_tensor([5.0, 6.0]),
    np.array([[5.0, 6.0], [0, 0]])[0], np.array([6.0, 5.0])[::-1],
], ids=str)  # fmt: skip
def test_assign_sets_the_value_in_the_variables_dtype(value):
    v = keras.Variable([1.0, 2.0])
    returned = v.assign(value)
    assert (v.dtype, v.numpy().tolist()) == ("float32", [5.0, 6.0])
    assert returned.numpy().tolist() == [5.0, 6.0]


def test_assign_copies_what_the_caller_may_change():
    v, array = keras.Variable([1.0, 2.0]), np.array([5.0, 6.0], dtype="float32")
    v.assign(array)
    array[0] = 7
    assert v.numpy().tolist() == [5.0, 6.0]
    w = keras.Variable([0.0, 0.0])
    w.assign(v)
    v.assign_add([1.0, 1.0])
    assert w.numpy().tolist() == [5.0, 6.0]


def test_assign_add_and_sub():
    v = keras.Variable([1.0, 2.0])
    v.assign_add([1.0, 1.0])
    v.assign_sub([0.5, 0.0])
    assert v.numpy().tolist() == [1.5, 3.0]


@pytest.mark.parametrize("value", [[1.0], [[1.0, 2.0]], 3.0, [1.0, 2.0, 3.0]])
def test_a_value_that_does_not_fit_leaves_the_variable_unchanged(value):
    v = keras.Variable([1.0, 2.0], name="weight")
    with pytest.raises(ShapeError):
        v.assign(value)
    with pytest.raises(ShapeError):
        v.assign_add(np.ones((2, 2)))
    assert v.numpy().tolist() == [1.0, 2.0]


def test_the_message_names_the_variable():
    v = keras.Variable([1.0, 2.0], name="weight")
    with pytest.raises(
        ShapeError, match=r"does not fit the variable 'weight'. Expected: shape \(2,\)"
    ):
        v.assign([1.0, 2.0, 3.0])


def test_numpy_gives_a_copy():
    v = keras.Variable([1.0, 2.0])
    v.numpy()[0] = 9
    np.asarray(v)[0] = 9
    assert v.numpy().tolist() == [1.0, 2.0]


# A tensor read before a change keeps its value, however the change is made.


def add_one(v):
    v.assign(v + 1.0)


CHANGES = {
    "assign": lambda v, graph: v.assign(v.numpy() + 1),
    "assign a tensor": lambda v, graph: v.assign(v + 1.0),
    "assign_add": lambda v, graph: v.assign_add(v.ones),
    "a graph run": lambda v, graph: graph.function(lambda: add_one(v))(),
    "assign in place": lambda v, graph: v.assign(np.broadcast_to(np.float32(2), (4,))),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_read_before_keeps_its_value(change, graph):
    v = keras.Variable(np.arange(4, dtype="float32"))
    v.ones = np.ones(4, dtype="float32")
    seen = [(v.value, v.numpy())]
    for _ in range(3):
        CHANGES[change](v, graph)
        seen.append((v.value, v.numpy()))
        pieces = v[1:3], ops.reshape(v, (2, 2)), v * 1.0
    for tensor, array in seen:
        assert_same_bits(tensor, array)
    assert pieces[0].tolist() == seen[-1][1][1:3].tolist()


def test_a_run_that_repeats_keeps_what_was_read_between(graph):
    v = keras.Variable(np.zeros(3, dtype="float32"))
    step = graph.function(lambda: add_one(v))
    read = []
    for _ in range(5):
        step()
        read.append(v.value)
    assert [tensor.tolist()[0] for tensor in read] == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_memory_is_written_in_place_when_nobody_read_it(graph):
    v = keras.Variable(np.zeros(3, dtype="float32"))
    step = graph.function(lambda: add_one(v))
    step()
    memory = v.storage.array
    for _ in range(3):
        step()
    assert v.storage.array is memory
    assert memory.tolist() == [4.0, 4.0, 4.0]


def test_two_variables_may_be_given_one_tensor(graph):
    a, b = keras.Variable([1.0, 2.0]), keras.Variable([0.0, 0.0])
    b.assign(a.value)
    graph.function(lambda: add_one(a))()
    add_one(b)
    add_one(b)
    assert (a.numpy().tolist(), b.numpy().tolist()) == ([2.0, 3.0], [3.0, 4.0])


# Operators, protocols, mixed precision.


def test_a_variable_has_a_tensors_operators():
    v, other = keras.Variable([4.0, 9.0]), np.array([2.0, 3.0], dtype="float32")
    for found, wanted in (
        (v + other, [6.0, 12.0]), (other - v, [-2.0, -6.0]), (v * 2, [8.0, 18.0]),
        (v / other, [2.0, 3.0]), (-v, [-4.0, -9.0]), (v > 5, [False, True]), (v[1], 9.0),
        (abs(-v), [4.0, 9.0]), (v**0.5, [2.0, 3.0]), (+v, [4.0, 9.0]),
    ):  # fmt: skip
        assert found.tolist() == wanted
    assert [float(row) for row in v] == [4.0, 9.0]
    assert len(v) == 2


def test_a_variable_of_one_element_is_a_number():
    v = keras.Variable(2)
    assert (float(v), int(v), [5, 6, 7][v]) == (2.0, 2, 7)
    with pytest.raises(TypeError, match="The variable 'n' is no bool"):
        bool(keras.Variable(2, name="n"))


def test_variables_are_told_apart_in_dicts():
    a, b = keras.Variable([1.0]), keras.Variable([1.0])
    assert {a: 1, b: 2}[b] == 2


def test_float_variables_are_read_in_the_autocast_dtype():
    v, n = keras.Variable([1.0]), keras.Variable([1])
    fixed = keras.Variable([1.0], autocast=False)
    with autocast_to("float16"):
        assert (v.dtype, v.value.dtype) == ("float16", "float16")
        assert (fixed.value.dtype, n.value.dtype) == ("float32", "int32")
        v.assign([0.1])
    assert v.dtype == "float32"
    assert v.numpy()[0] == np.float32(0.1)


def test_what_is_not_trainable_gets_no_gradient():
    v = keras.Variable([1.0], trainable=False)
    assert not (v * 2).requires_grad
    v.trainable = True
    assert (v * 2).requires_grad


def test_copies_and_pickles_are_variables_of_their_own():
    v = keras.Variable([1.0, 2.0], trainable=False, name="v")
    for twin in (copy.deepcopy(v), pickle.loads(pickle.dumps(v))):
        v.assign([1.0, 2.0])
        assert (twin.path, twin.trainable, twin.dtype) == ("v", False, "float32")
        assert_same_bits(twin, v)
        v.assign([5.0, 5.0])
        assert twin.numpy().tolist() == [1.0, 2.0]
