"""Reductions: the laws over every choice of axes, ties, and one traversal for all layouts."""

import numpy as np
import pytest

from kerasish.backend.tensor import Tensor
from kerasish.primitives import reduction as p
from kerasish.primitives.movement import transpose
from kerasish.testing.bits import assert_same_bits
from tests.primitives.cases import case, keep, laws, reals, truths, whole

AXES = [
    ((2, 3), (0,)),
    ((2, 3), (1,)),
    ((2, 3), (0, 1)),
    ((2, 1, 3), (0, 2)),
    ((), ()),
    ((1,), (0,)),
]
LAWS = [
    *(
        case(q, reals(*shape), axes=axes, keepdims=keepdims)
        for q in (p.sum_, p.max_, p.min_)
        for shape, axes in AXES
        for keepdims in (False, True)
    ),
    *(case(q, truths(2, 3), axes=(1,), keepdims=False) for q in (p.all_, p.any_)),
    *(case(q, truths(2, 3), axes=(0, 1), keepdims=True) for q in (p.all_, p.any_)),
    *(case(q, whole(2, 3), axes=(0,), keepdims=False) for q in (p.sum_, p.max_, p.min_)),
    case(p.sum_, reals(0, 3), axes=(0,), keepdims=False),
    case(p.sum_, reals(2, 0), axes=(0,), keepdims=True),
    case(p.sum_, reals(2, 3), axes=(), keepdims=False),
    case(p.sum_, whole(3, dtype="uint8"), axes=(0,), keepdims=False),
    *(case(q, reals(2, 3), axis=axis) for q in (p.argmax, p.argmin) for axis in (0, 1)),
    *(case(q, whole(3), axis=0) for q in (p.argmax, p.argmin)),
]  # fmt: skip


@laws(LAWS)
def test_reductions_keep_the_laws(primitive, arrays, params, order):
    keep(primitive, arrays, params, order)


@pytest.mark.parametrize("axes", [(0,), (1,), (0, 1)])
def test_a_reduction_adds_in_one_order_whatever_the_layout(axes, graph):
    x = np.random.default_rng(0).normal(size=(300, 70)).astype("float32")

    def total(x):
        return p.sum_(transpose(x, axes=(1, 0)), axes=axes, keepdims=False)

    laid_out = p.sum_(np.ascontiguousarray(x.T), axes=axes, keepdims=False)
    assert_same_bits(total(Tensor(x)), laid_out)
    assert_same_bits(graph.function(total)(x), laid_out)


def test_what_ties_shares_the_gradient():
    x = Tensor(np.array([[1.0, 3.0, 3.0]])).requires_grad_()
    p.max_(x, axes=(1,), keepdims=False).backward()
    assert x.grad.numpy().tolist() == [[0.0, 0.5, 0.5]]


def test_not_a_number_is_the_extreme():
    x = np.array([1.0, np.nan, 3.0])
    assert np.isnan(p.max_(x, axes=(0,), keepdims=False).numpy())
    assert int(p.argmax(x, axis=0)) == 1


def test_the_first_of_several_extremes_is_found():
    assert int(p.argmax(np.array([1, 3, 3]), axis=0)) == 1
    assert int(p.argmin(np.array([2, 0, 0]), axis=0)) == 1
