"""`x[key]` against NumPy, under both engines, with its gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hn

from kerasish.backend import discovery
from kerasish.backend.tensor import Tensor
from kerasish.errors import ShapeError
from kerasish.testing.bits import assert_same_bits
from kerasish.testing.gradients import check_gradients

SHAPES = hn.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)


def numbered(shape):
    return np.arange(int(np.prod(shape, dtype=int)), dtype="float32").reshape(shape)


@st.composite
def subscripts(draw):
    """A shape, and whole numbers, slices, `...` and None that fit it."""
    shape = draw(SHAPES)
    key = draw(hn.basic_indices(shape, min_dims=0, max_dims=5, allow_newaxis=True))
    return shape, key


@st.composite
def gathers(draw):
    """A shape, and slices with one index array among them."""
    shape = draw(hn.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4))
    axis = draw(st.integers(0, len(shape) - 1))
    inner = draw(hn.array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=3))
    element = st.integers(-shape[axis], shape[axis] - 1)
    index = draw(hn.arrays("int32", inner, elements=element))
    before = tuple(draw(st.slices(size)) for size in shape[:axis])
    after = tuple(draw(st.slices(size)) for size in shape[axis + 1 :])
    return shape, (*before, index, *after)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(subscripts())
def test_whole_numbers_slices_and_new_axes_are_numpys(case):
    shape, key = case
    x = numbered(shape)
    assert_same_bits(Tensor(x)[key], np.ascontiguousarray(x[key]).reshape(np.shape(x[key])))


@settings(max_examples=80, deadline=None, derandomize=True)
@given(gathers())
def test_an_index_array_among_slices_is_numpys(case):
    shape, key = case
    x = numbered(shape)
    assert_same_bits(Tensor(x)[key], np.ascontiguousarray(x[key]))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.one_of(subscripts(), gathers()))
def test_the_graph_engine_picks_the_same(case):
    shape, key = case
    x = numbered(shape)
    found = discovery.get("graph").function(lambda x: x[key] * 1.5)(x)
    assert_same_bits(found, Tensor(x)[key] * 1.5)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.one_of(subscripts(), gathers()))
def test_gradients_go_back_to_where_they_were_picked(case):
    shape, key = case
    check_gradients(lambda x: x[key] * x[key], numbered(shape).astype("float64") / 7)


X = numbered((3, 4))


@pytest.mark.parametrize("key", [
    X > 5,
    (X > 5).tolist(),
    ([0, 2], [1, 3]),
    (np.array([[0], [2]]), np.array([1, 3])),
    (slice(None), [True, False, True, False]),
    Tensor(X > 5),
    np.int64(1),
    range(2),
    (1, ..., None),
    (Tensor(np.array(2)), slice(None, None, -2)),
], ids=str)  # fmt: skip
def test_other_subscripts_are_numpys_too(key):
    host = key if isinstance(key, tuple) else (key,)
    host = tuple(np.asarray(k) if isinstance(k, (list, range, Tensor)) else k for k in host)
    assert_same_bits(Tensor(X)[key], np.ascontiguousarray(X[host]))


def test_an_empty_list_picks_nothing():
    assert Tensor(X)[[]].shape == (0, 4)


def test_a_mask_passes_gradients():
    x = Tensor(X.astype("float64")).requires_grad_()
    x[X > 5].backward()
    assert x.grad.numpy().tolist() == (X > 5).astype(float).tolist()


def test_a_symbolic_index_gathers(graph):
    found = graph.function(lambda x, i: x[i])(X, np.array(2))
    assert found.tolist() == X[2].tolist()


@pytest.mark.parametrize("key, text", [
    (3, r"Index 3 is beyond axis 0. Received: shape=\(3, 4\)"),
    ((0, -5), "Index -5 is beyond axis 1"),
    ((0, 0, 0), "More subscripts than axes. Received: subscripts=3, ndim=2"),
])  # fmt: skip
def test_subscripts_that_do_not_fit_are_told(key, text):
    with pytest.raises(ShapeError, match=text):
        Tensor(X)[key]
