"""Values moved but not changed: the laws in every shape, and shapes that do not fit."""

import numpy as np
import pytest

from kerasish.errors import ShapeError
from kerasish.primitives import movement as p
from tests.primitives.cases import case, keep, laws, reals, whole

BACKWARDS = ((1, -1, -1), (0, 3, 2))  # rows 1, 0 and columns 0, 2
LAWS = [
    case(p.reshape, reals(2, 3), shape=(3, 2)),
    case(p.reshape, reals(2, 3), shape=(6,)),
    case(p.reshape, reals(2, 3), shape=(1, 2, 1, 3)),
    case(p.reshape, reals(), shape=(1, 1)),
    case(p.reshape, reals(1), shape=()),
    case(p.reshape, reals(0, 3), shape=(3, 0)),
    case(p.transpose, reals(2, 3), axes=(1, 0)),
    case(p.transpose, reals(2, 1, 3), axes=(2, 0, 1)),
    case(p.transpose, reals(2, 3), axes=(0, 1)),
    case(p.transpose, reals(), axes=()),
    case(p.broadcast_to, reals(3), shape=(2, 3)),
    case(p.broadcast_to, reals(2, 1), shape=(2, 2)),
    case(p.broadcast_to, reals(), shape=(2, 1)),
    case(p.broadcast_to, reals(1), shape=(0,)),
    case(p.broadcast_to, whole(3), shape=(3,)),
    case(p.contiguous, reals(2, 3)),
    case(p.contiguous, reals()),
    case(p.concatenate, reals(2, 3), reals(1, 3, seed=1), axis=0),
    case(p.concatenate, reals(2, 1), reals(2, 3, seed=1), reals(2, 0), axis=1),
    case(p.concatenate, reals(2), axis=0),
    case(p.concatenate, whole(2, 2), whole(2, 1, seed=1), axis=1),
    case(p.slice_, reals(4, 3), window=((1, 3, 1), (0, 3, 1))),
    case(p.slice_, reals(4, 3), window=((0, 4, 3), (2, 3, 1))),
    case(p.slice_, reals(2, 3), window=BACKWARDS),
    case(p.slice_, reals(3), window=((1, 1, 1),)),
    case(p.slice_, reals(), window=()),
    case(p.place, reals(2, 3), shape=(4, 3), window=((1, 3, 1), (0, 3, 1))),
    case(p.place, reals(2, 2), shape=(2, 3), window=BACKWARDS),
    case(p.place, reals(), shape=(), window=()),
    case(p.place, reals(0, 2), shape=(2, 2), window=((0, 0, 1), (0, 2, 1))),
    case(p.pad, reals(2, 3), widths=((1, 0), (0, 2)), value=0.0),
    case(p.pad, reals(2), widths=((1, 1),), value=-np.inf, order=0),
    case(p.pad, reals(), widths=(), value=1.0),
    case(p.pad, whole(0, 2), widths=((2, 1), (0, 0)), value=7),
]


@laws(LAWS)
def test_movements_keep_the_laws(primitive, arrays, params, order):
    keep(primitive, arrays, params, order)


def test_a_slice_runs_backwards_through_the_first_element():
    x = np.arange(6).reshape(2, 3)
    assert p.slice_(x, window=BACKWARDS).numpy().tolist() == [[3, 5], [0, 2]]


def test_movements_are_views_where_they_can_be():
    x = np.arange(6.0).reshape(2, 3)
    for found in (
        p.transpose(x, axes=(1, 0)),
        p.reshape(x, shape=(6,)),
        p.slice_(x, window=((0, 1, 1), (0, 3, 1))),
        p.broadcast_to(x, shape=(2, 2, 3)),
    ):
        assert np.shares_memory(found.numpy(), x)


@pytest.mark.parametrize("primitive, arrays, params, text", [
    (p.reshape, [(2, 3)], {"shape": (4,)}, r"number of elements.*x=f32\[2,3\], shape=\(4,\)"),
    (p.transpose, [(2, 3)], {"axes": (0, 0)}, r"each axis once.*axes=\(0, 0\)"),
    (p.broadcast_to, [(2, 3)], {"shape": (3,)}, "does not broadcast to this shape"),
    (p.concatenate, [(2, 3), (2, 4)], {"axis": 0}, r"agree but for axis 0.*\[\(2, 3\), \(2, 4\)\]"),
    (p.concatenate, [(2, 3), (2, 3)], {"axis": 2}, "No such axis.*axis=2"),
])  # fmt: skip
def test_shapes_that_do_not_fit_are_told(primitive, arrays, params, text):
    with pytest.raises(ShapeError, match=text):
        primitive(*(np.ones(shape, dtype="float32") for shape in arrays), **params)
