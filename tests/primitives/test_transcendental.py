"""Exponentials, logarithms, circular and hyperbolic functions: the laws, and the ends."""

import numpy as np
import pytest

from kerasish.primitives import special
from kerasish.primitives import transcendental as p
from tests.primitives.cases import binary, keep, laws, unary

LAWS = [
    *(
        case
        for primitive in (
            p.exp, p.expm1, p.tanh, p.sigmoid, p.sin, p.cos, p.sinh, p.cosh, p.arctan, special.erf,
            special.erfc,
        )
        for case in unary(primitive)
    ),
    *unary(p.tan, low=-1.2, high=1.2),
    *unary(p.log1p, low=-0.7, high=2.0),
    *(
        case
        for primitive in (p.arcsin, p.arccos, special.erfinv)
        for case in unary(primitive, low=-0.8, high=0.8)
    ),
    *binary(p.arctan2),
]  # fmt: skip


@laws(LAWS)
def test_transcendental_functions_keep_the_laws(primitive, arrays, params, order):
    keep(primitive, arrays, params, order)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_sigmoid_does_not_overflow(dtype):
    ends = np.array([-np.inf, -30000, 0, 30000, np.inf]).astype(dtype)
    found = p.sigmoid(ends)
    assert (found.dtype, found.numpy().tolist()) == (dtype, [0, 0, 0.5, 1, 1])


def test_small_numbers_keep_their_digits():
    tiny = np.array([1e-10])
    np.testing.assert_allclose(p.expm1(tiny).numpy(), tiny, rtol=1e-9)
    np.testing.assert_allclose(p.log1p(tiny).numpy(), tiny, rtol=1e-9)


def test_whole_numbers_become_floats():
    assert p.exp(np.array([0, 1])).dtype == "float32"
    assert p.tanh(np.array([True])).dtype == "float32"
    assert p.sin(1).dtype == "float32"


def test_none_has_a_formula_of_one_element():
    found = [q for q in vars(p).values() if type(q).__module__ == p.__name__]
    assert {"exp", "sigmoid", "arctan2"} <= {q.name for q in found}
    assert all(q.scalar is None for q in found)
