"""Elements picked by indices: the laws, repeated and negative indices, and what is refused."""

import numpy as np
import pytest

from kerasish.backend.tensor import Tensor
from kerasish.errors import DTypeError
from kerasish.primitives import indexing as p
from tests.primitives.cases import case, keep, laws, reals, whole

ROWS = np.array([1, 0, -1, 1], dtype="int32")
GRID = np.array([[0, 2], [-1, 0]], dtype="int32")
LAWS = [
    case(p.within, ROWS, low=-1, high=2, of="take"),
    case(p.within, GRID, low=None, high=3, of="take"),
    case(p.within, np.array(2, dtype="int64"), low=0, high=3, of="take"),
    case(p.within, np.zeros((0,), dtype="int32"), low=0, high=0, of="take"),
    case(p.gather, reals(3, 2), ROWS, axis=0),
    case(p.gather, reals(2, 3), GRID, axis=1),
    case(p.gather, reals(3), np.array(2, dtype="int64"), axis=0),
    case(p.gather, reals(2, 3), np.zeros((0,), dtype="int32"), axis=1),
    case(p.gather, whole(3, 2), ROWS, axis=0),
    case(p.scatter_add, reals(4, 2), ROWS, shape=(3, 2), axis=0),
    case(p.scatter_add, reals(2, 2, 2), GRID, shape=(2, 3), axis=1),
    case(p.scatter_add, reals(), np.array(1, dtype="int32"), shape=(3,), axis=0),
    case(p.scatter_add, reals(0, 2), np.zeros((0,), dtype="int32"), shape=(3, 2), axis=0),
    case(p.take_along_axis, reals(2, 3), GRID, axis=1),
    case(p.take_along_axis, reals(3, 2), GRID, axis=0),
    case(p.take_along_axis, reals(2, 3), GRID[:1], axis=1),
    case(p.add_along_axis, reals(2, 2), GRID, shape=(2, 3), axis=1),
    case(p.add_along_axis, reals(2, 2), GRID, shape=(3, 2), axis=0),
    case(p.add_along_axis, reals(2, 2), GRID[:1], shape=(2, 3), axis=1),
    case(p.add_along_axis, reals(2, 2), GRID, shape=(1, 3), axis=1),
]


@laws(LAWS)
def test_indexing_keeps_the_laws(primitive, arrays, params, order):
    keep(primitive, arrays, params, order)


def test_what_is_picked_twice_gets_both_gradients():
    x = Tensor(np.zeros(3)).requires_grad_()
    p.gather(x, np.array([0, 2, 2]), axis=0).backward()
    assert x.grad.numpy().tolist() == [1.0, 0.0, 2.0]


def test_an_index_beyond_the_end_wraps_around_with_its_gradient():
    x = Tensor(np.arange(3.0)).requires_grad_()
    found = p.gather(x, np.array([3, -4, 7]), axis=0)
    assert found.numpy().tolist() == [0.0, 2.0, 1.0]
    found.backward()
    assert x.grad.numpy().tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("primitive, more", [
    (p.gather, {}),
    (p.take_along_axis, {}),
    (p.scatter_add, {"shape": (3,)}),
    (p.add_along_axis, {"shape": (3,)}),
])  # fmt: skip
def test_indices_must_be_whole_numbers(primitive, more):
    with pytest.raises(DTypeError, match=rf"{primitive} needs whole-number indices.*f64\[2\]"):
        primitive.infer(p.Spec((2,), "float32"), p.Spec((2,), "float64"), axis=0, **more)
    with pytest.raises(DTypeError):
        primitive(np.ones(2), np.ones(2), axis=0, **more)
