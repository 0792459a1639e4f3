"""Random numbers: the laws (the strict module draws the same bits), ranges, and seed states."""

import numpy as np
import pytest

from kerasish.arrays.philox import random_bits
from kerasish.errors import ShapeError
from kerasish.primitives import distributions as d
from kerasish.primitives import random as p
from kerasish.testing.bits import assert_same_bits
from kerasish.testing.strict_arrays import strict
from tests.primitives.cases import case, keep, laws

STATE = np.array([7, 3], dtype="uint32")
ALPHA = np.array([0.3, 1.0, 4.5])
COUNTS, CHANCES = np.array([[3], [20]], dtype="int32"), np.array([0.2, 0.9])
LAWS = [
    *(
        case(p.random_uniform, STATE, shape=shape, dtype=dtype)
        for shape in ((5,), (3, 11), (), (0, 2))
        for dtype in ("float32", "float64", "float16")
    ),
    case(p.random_bits_of, STATE, shape=(9,), dtype="uint32"),
    case(p.random_bits_of, STATE, shape=(), dtype="uint32"),
    *(
        case(d.random_mask, STATE, shape=(4, 5), dtype=dtype, rate=rate)
        for dtype in ("float32", "float64", "float16")
        for rate in (0.0, 0.4)
    ),
    *(
        case(d.random_normal, STATE, shape=shape, dtype=dtype, width=width)
        for shape, dtype, width in (
            ((3, 7), "float32", 1.0), ((9,), "float64", 1.0), ((), "float32", 0.95),
            ((4,), "float16", 1.0), ((0,), "float32", 1.0),
        )
    ),
    case(d.random_permutation, STATE, shape=(13,), dtype="int32"),
    case(d.random_permutation, STATE, shape=(0,), dtype="int32"),
    case(d.random_gamma, STATE, ALPHA, shape=(4, 3), dtype="float32", stream=0, order=0),
    case(d.random_gamma, STATE, ALPHA[:1], shape=(6,), dtype="float64", stream=2, order=0),
    case(d.random_binomial, STATE, COUNTS, CHANCES, shape=(2, 2), dtype="float32", order=0),
]  # fmt: skip


@laws(LAWS)
def test_draws_keep_the_laws(primitive, arrays, params, order):
    keep(primitive, arrays, params, order)


@pytest.mark.parametrize(
    "seed, counter", [(0, 0), (1, 2), (2**32 - 1, 12345), (2**63 + 5, 2**64 - 1)]
)
@pytest.mark.parametrize("count", [0, 1, 7, 8, 33])
def test_the_rounds_by_hand_give_the_bits_of_numpys_generator(seed, counter, count):
    by_hand = random_bits(strict, seed, counter, count)
    assert_same_bits(by_hand.get(), random_bits(np, seed, counter, count))


def test_a_state_gives_its_numbers_again_and_another_gives_others():
    draw = [p.random_uniform(s, shape=(4,), dtype="float32").numpy().tolist()
            for s in (STATE, STATE, STATE + np.uint32(1))]  # fmt: skip
    assert draw[0] == draw[1] != draw[2]


def test_uniform_numbers_fill_their_range_and_leave_out_one():
    for dtype in ("float16", "float32", "float64"):
        numbers = p.random_uniform(STATE, shape=(20000,), dtype=dtype).numpy()
        assert numbers.min() >= 0
        assert numbers.max() < 1
        assert abs(float(numbers.astype("float64").mean()) - 0.5) < 0.01


@pytest.mark.parametrize("primitive, more", [
    (p.random_uniform, {}),
    (p.random_bits_of, {}),
    (d.random_mask, {"rate": 0.5}),
    (d.random_normal, {"width": 1.0}),
    (d.random_permutation, {}),
])  # fmt: skip
def test_a_seed_state_has_two_numbers(primitive, more):
    with pytest.raises(ShapeError, match=r"holds two numbers. Expected: shape \(2,\).*u32\[3\]"):
        primitive(np.zeros(3, dtype="uint32"), shape=(1,), dtype="float32", **more)
