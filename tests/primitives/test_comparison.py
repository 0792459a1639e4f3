"""Comparison and logic: the laws, the truth tables, and what is refused."""

import numpy as np
import pytest

from kerasish.errors import DTypeError
from kerasish.primitives import comparison as p
from tests.primitives.cases import case, keep, laws, reals, truths, whole

COMPARISONS = (p.equal, p.not_equal, p.less, p.less_equal, p.greater, p.greater_equal)
LOGIC = (p.logical_and, p.logical_or, p.logical_xor)
BITWISE = (p.bitwise_and, p.bitwise_or, p.bitwise_xor)
LAWS = [
    *(case(q, whole(2, 3), whole(3, seed=1)) for q in COMPARISONS + LOGIC + BITWISE),
    *(case(q, reals(2, 1), reals(1, 3, seed=1)) for q in COMPARISONS + LOGIC),
    *(case(q, truths(3), truths(3, seed=1)) for q in COMPARISONS + LOGIC + BITWISE),
    *(case(q, reals(), reals(0, 2)) for q in COMPARISONS),
    case(p.logical_not, whole(2, 3, low=0, high=2)),
    case(p.logical_not, truths()),
    *(case(q, np.array([1.0, np.inf, -np.inf, np.nan])) for q in (p.isfinite, p.isnan, p.isinf)),
    *(case(q, whole(2, 0)) for q in (p.isfinite, p.isnan, p.isinf)),
    case(p.bitwise_not, whole(3)),
    case(p.bitwise_not, truths(3)),
    case(p.left_shift, whole(2, 3, low=0), whole(3, low=0, high=4, seed=1)),
    case(p.right_shift, whole(2, 3), whole(1, low=0, high=4, seed=1)),
]


@laws(LAWS)
def test_comparisons_keep_the_laws(primitive, arrays, params, order):
    keep(primitive, arrays, params, order)


def test_not_a_number_equals_nothing():
    nan = np.array([np.nan], dtype="float32")
    assert [bool(q(nan, nan)) for q in COMPARISONS] == [False, True, False, False, False, False]


def test_logic_has_its_truth_tables():
    a, b = np.array([0, 0, 1, 1], dtype=bool), np.array([0, 1, 0, 1], dtype=bool)
    tables = [q(a, b).numpy().astype(int).tolist() for q in LOGIC]
    assert tables == [[0, 0, 0, 1], [0, 1, 1, 1], [0, 1, 1, 0]]


@pytest.mark.parametrize("primitive", [*BITWISE, p.left_shift, p.right_shift])
def test_floats_have_no_digits_to_work_on(primitive):
    with pytest.raises(DTypeError, match=f"{primitive} needs whole numbers or bool.*'float32'"):
        primitive(np.ones(2, dtype="float32"), np.ones(2, dtype="float32"))


def test_no_gradient_flows_through_an_answer():
    from kerasish.backend.tensor import Tensor

    x = Tensor(np.ones(2)).requires_grad_()
    assert not p.greater(x, 0.0).requires_grad
