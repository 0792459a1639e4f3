"""Running sums: the laws, forwards and backwards."""

import numpy as np

from kerasish.primitives import cumulative as p
from tests.primitives.cases import case, keep, laws, reals, whole

LAWS = [
    *(
        case(p.cumsum, x, axis=axis, reverse=reverse)
        for x, axis in ((reals(2, 3), 0), (reals(2, 3), 1), (reals(1), 0), (whole(4), 0))
        for reverse in (False, True)
    ),
    case(p.cumsum, reals(0, 2), axis=0, reverse=True),
]


@laws(LAWS)
def test_running_sums_keep_the_laws(primitive, arrays, params, order):
    keep(primitive, arrays, params, order)


def test_a_reversed_sum_begins_at_the_end():
    assert p.cumsum(np.array([1, 2, 4]), axis=0, reverse=True).numpy().tolist() == [7, 6, 4]
