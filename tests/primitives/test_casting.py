"""Casts and stopped gradients: the laws, and what no gradient passes."""

import numpy as np
import pytest

from kerasish.backend.tensor import Tensor
from kerasish.primitives import casting as p
from tests.primitives.cases import case, keep, laws, reals, truths, whole

LAWS = [
    *(
        case(p.cast, x, dtype=dtype)
        for x in (reals(2, 3), reals(), reals(0, 2), whole(3), truths(2, 2))
        for dtype in ("float64", "int32", "bool", "uint8", "complex64")
        if not (dtype == "uint8" and x.dtype == np.float64)
    ),
    case(p.cast, np.array([1.7, 250.2]), dtype="uint8"),
    case(p.cast, whole(3), dtype="float32"),
    case(p.cast, whole(3), dtype="float16"),
    case(p.stop_gradient, reals(2, 3)),
    case(p.stop_gradient, reals()),
]


@laws(LAWS)
def test_casts_keep_the_laws(primitive, arrays, params, order):
    keep(primitive, arrays, params, order)


def test_a_gradient_comes_back_in_the_dtype_of_what_was_cast():
    x = Tensor(np.ones(2, dtype="float32")).requires_grad_()
    p.cast(x, dtype="float64").backward()
    assert x.grad.dtype == "float32"


@pytest.mark.parametrize("dtype", ["int32", "bool"])
def test_no_gradient_passes_a_cast_to_whole_numbers(dtype):
    x = Tensor(np.array([1.5, 2.5])).requires_grad_()
    assert not p.cast(x, dtype=dtype).requires_grad


def test_no_gradient_passes_stop_gradient():
    x = Tensor(np.ones(2)).requires_grad_()
    assert not p.stop_gradient(x).requires_grad
    (p.stop_gradient(x) * x).backward()
    assert x.grad.numpy().tolist() == [1.0, 1.0]


def test_numbers_are_cut_and_not_rounded():
    assert p.cast(np.array([1.9, -1.9]), dtype="int32").numpy().tolist() == [1, -1]


def test_the_imaginary_part_is_dropped():
    found = p.cast(np.array([1 + 2j]), dtype="float32")
    assert (found.dtype, found.numpy().tolist()) == ("float32", [1.0])
