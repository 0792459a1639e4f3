"""Matrix products: the laws, every layout, and shapes that do not fit."""

import numpy as np
import pytest

from kerasish.arrays.spec import Spec
from kerasish.errors import ShapeError
from kerasish.primitives import products as p
from kerasish.primitives.movement import transpose
from kerasish.testing.bits import assert_same_bits
from tests.primitives.cases import case, keep, laws, reals, whole

SHAPES = [
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3, 2)),
    ((2, 3), (5, 3, 1)),
    ((2, 1, 2, 2), (3, 2, 1)),
    ((1, 3), (3, 1)),
    ((1, 1), (1, 1)),
    ((4, 1), (1, 3)),
    ((2, 0), (0, 3)),
    ((0, 2), (2, 3)),
]
LAWS = [
    *(case(p.matmul, reals(*a), reals(*b, seed=1)) for a, b in SHAPES),
    case(p.matmul, whole(2, 3), whole(3, 2, seed=1)),
]


@laws(LAWS)
def test_products_keep_the_laws(primitive, arrays, params, order):
    keep(primitive, arrays, params, order)


@pytest.mark.parametrize("size", [(1, 7, 5), (7, 5, 1), (33, 17, 9), (2, 64, 64)])
@pytest.mark.parametrize("turned", [(False, True), (True, False), (True, True)])
def test_every_engine_hands_over_the_same_layouts(size, turned, graph):
    n, k, m = size
    rng = np.random.default_rng(0)
    a = rng.normal(size=(k, n) if turned[0] else (n, k)).astype("float32")
    b = rng.normal(size=(m, k) if turned[1] else (k, m)).astype("float32")

    def product(a, b):
        a = transpose(a, axes=(1, 0)) if turned[0] else a
        b = transpose(b, axes=(1, 0)) if turned[1] else b
        return p.matmul(a, b)

    assert_same_bits(product(a, b), graph.function(product)(a, b))


def test_inner_sizes_that_differ_are_told():
    with pytest.raises(ShapeError, match=r"equal inner sizes.*a\[..., n, k\].*a=f32\[2,3\]"):
        p.matmul(np.ones((2, 3), dtype="float32"), np.ones((4, 5), dtype="float32"))


@pytest.mark.parametrize("a, b", [((3,), (3, 2)), ((2, 3), (3,)), ((), (1, 1))])
def test_a_vector_is_no_matrix(a, b):
    with pytest.raises(ShapeError, match="equal inner sizes"):
        p.matmul.infer(Spec(a, "float32"), Spec(b, "float32"))


def test_leading_axes_that_do_not_broadcast_are_told():
    with pytest.raises(ShapeError, match="do not broadcast"):
        p.matmul(np.ones((2, 2, 3)), np.ones((3, 3, 2)))
