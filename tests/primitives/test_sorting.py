"""The order of elements: the laws, ties, and NaN."""

import numpy as np

from kerasish.primitives import sorting as p
from tests.primitives.cases import case, keep, laws, reals, whole

LAWS = [
    case(p.argsort, reals(3, 4), axis=0),
    case(p.argsort, reals(3, 4), axis=1),
    case(p.argsort, whole(7, low=0, high=3), axis=0),
    case(p.argsort, reals(0, 3), axis=1),
]


@laws(LAWS)
def test_orders_keep_the_laws(primitive, arrays, params, order):
    keep(primitive, arrays, params, order)


def test_equal_elements_keep_their_order_and_nan_comes_last():
    assert p.argsort(np.array([2, 1, 2, 1]), axis=0).numpy().tolist() == [1, 3, 0, 2]
    assert p.argsort(np.array([np.nan, 1.0, np.inf]), axis=0).numpy().tolist() == [1, 2, 0]
