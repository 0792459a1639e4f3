import numpy as np
import pytest

from kerasish import ops
from kerasish.backend.discovery import get


@pytest.fixture
def x():
    return np.random.default_rng(2).integers(5, size=(4, 7)).astype("float32")


@pytest.mark.parametrize("axis", [-1, 0, None])
def test_sort_and_argsort(axis, x):
    np.testing.assert_array_equal(ops.sort(x, axis).numpy(), np.sort(x, axis))
    order = ops.argsort(x, axis)
    np.testing.assert_array_equal(order.numpy(), np.argsort(x, axis, kind="stable"))
    assert order.dtype == "int32"


@pytest.mark.parametrize("dtype", ["float32", "int32", "uint8"])
@pytest.mark.parametrize("k", [0, 1, 3, 7])
def test_top_k_takes_the_first_of_equals_first(k, dtype, x):
    values, places = ops.top_k(x.astype(dtype), k)
    wanted = np.argsort(-x, -1, kind="stable")[:, :k]
    np.testing.assert_array_equal(places.numpy(), wanted)
    np.testing.assert_array_equal(values.numpy(), np.take_along_axis(x, wanted, -1))
    assert values.dtype == dtype


def test_top_k_needs_k_elements(x):
    with pytest.raises(ValueError, match=r"at least k elements.*k=8"):
        ops.top_k(x, 8)


@pytest.mark.parametrize("k", [1, 2, 6])
def test_in_top_k_counts_what_is_higher(k, x):
    targets = np.array([0, 3, 6, 2])
    own = x[np.arange(4), targets]
    wanted = (x > own[:, None]).sum(-1) < k
    np.testing.assert_array_equal(ops.in_top_k(targets, x, k).numpy(), wanted)


def test_nan_is_in_no_top_k():
    predictions = np.array([[np.nan, 0.5, 0.1]], "float32")
    assert not ops.in_top_k([0], predictions, 1).numpy()[0]
    assert ops.in_top_k([1], predictions, 1).numpy()[0]


def test_gradients_go_to_where_the_largest_were():
    v = ops.convert_to_tensor(np.array([[1.0, 3.0, 2.0]], "float32")).requires_grad_()
    ops.sum(ops.top_k(v, 2)[0] * np.array([[1.0, 10.0]], "float32")).backward()
    assert v.grad.tolist() == [[0.0, 1.0, 10.0]]


def test_both_engines_give_the_same_bits(x):
    function = get("graph").function(lambda x: [*ops.top_k(x, 3), ops.sort(x)])
    for ours, theirs in zip([*ops.top_k(x, 3), ops.sort(x)], function(x), strict=True):
        assert ours.numpy().tobytes() == theirs.numpy().tobytes()


def test_dividing_by_zero_gives_zero():
    assert ops.divide_no_nan([1.0, 3.0, 0.0], [0.0, 2.0, 0.0]).tolist() == [0.0, 1.5, 0.0]
    v = ops.convert_to_tensor(np.array([0.0, 2.0], "float32")).requires_grad_()
    ops.sum(ops.divide_no_nan(np.array([1.0, 6.0], "float32"), v)).backward()
    assert v.grad.tolist() == [0.0, -1.5]
