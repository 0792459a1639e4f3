"""logaddexp and logsumexp: whole numbers, halves, infinities, and nothing at all."""

import math

import numpy as np
import pytest

from kerasish import ops

INFINITE = np.array([-np.inf, np.inf, np.inf, 0], "float32")
PAIRS = [
    (np.array([3], "uint8"), np.array([4], "uint8"), [4.3132617], "float32"),
    (np.array([True]), np.array([False]), [1.3132617], "float32"),
    (np.array([1.5], "float16"), 2.5, [2.8132617], "float32"),
    (INFINITE, INFINITE, [-math.inf, math.inf, math.inf, math.log(2)], "float32"),
    (INFINITE, INFINITE[::-1].copy(), [0, math.inf, math.inf, 0], "float32"),
]


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # of what is not taken
@pytest.mark.parametrize("a, b, wanted, dtype", PAIRS)
def test_logaddexp_has_the_dtype_and_value_of_floats(a, b, wanted, dtype, run):
    found = run(lambda x: ops.logaddexp(x, b), a)
    assert found.dtype == dtype
    np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-6)


@pytest.mark.parametrize(
    "shape, axis, wanted", [((0,), None, ()), ((2, 0), -1, (2,)), ((0, 3), 0, (3,))]
)
def test_the_logarithm_of_a_sum_of_nothing_is_minus_infinity(shape, axis, wanted, run):
    found = run(lambda x: ops.logsumexp(x, axis), np.zeros(shape, "float32"))
    np.testing.assert_array_equal(found.numpy(), np.full(wanted, -np.inf, "float32"))


def test_leaky_relu_of_whole_numbers_is_a_float(run):
    found = run(ops.leaky_relu, np.array([-5, 0, 7]))
    assert found.dtype == "float32"
    assert found.tolist() == [-1, 0, 7]
