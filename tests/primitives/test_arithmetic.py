"""Arithmetic: the laws, and the numbers that are special."""

import numpy as np
import pytest

from kerasish.errors import DTypeError, ShapeError
from kerasish.primitives import arithmetic as p
from tests.primitives.cases import binary, case, keep, laws, reals, truths, unary, whole

POSITIVE = {"low": 0.2, "high": 3.0}
LAWS = [
    *binary(p.add),
    *binary(p.subtract),
    *binary(p.multiply),
    *binary(p.divide),
    *binary(p.floor_divide),
    *binary(p.power, **POSITIVE),
    *binary(p.maximum),
    *binary(p.minimum),
    case(p.remainder, np.array([[1.3, -2.6], [0.4, 7.3]]), np.array([0.7, -1.1])),
    case(p.remainder, np.array(5.3), np.array([2.0, -3.0, 0.9])),
    *unary(p.log, **POSITIVE),
    *unary(p.sqrt, **POSITIVE),
    *unary(p.negative),
    *unary(p.absolute),
    *unary(p.minus_absolute),
    *unary(p.limited_below),
    *unary(p.limited),
    *unary(p.softsign),
    *unary(p.sign),
    *unary(p.square),
    *unary(p.reciprocal),
    *unary(p.relu),
    *unary(p.floor),
    *unary(p.ceil),
    *unary(p.rint),
    *unary(p.trunc),
    case(p.select, truths(2, 3), reals(2, 3), reals(2, 3, seed=1)),
    case(p.select, truths(3), reals(2, 1), reals()),
    case(p.select, np.array(True), reals(2), reals(1)),
    *(
        case(primitive, whole(2, 3, dtype=dtype, low=1), whole(3, dtype=dtype, low=1, seed=1))
        for primitive in (
            p.add, p.subtract, p.multiply, p.floor_divide, p.remainder, p.power, p.maximum,
            p.minimum,
        )
        for dtype in ("int32", "uint8", "int64")
    ),
    *(case(primitive, whole(2, 3)) for primitive in (p.negative, p.absolute, p.sign, p.square)),
    *(case(primitive, truths(4), truths(4, seed=1)) for primitive in (p.add, p.multiply)),
    *(case(primitive, truths(4), truths(1, seed=1)) for primitive in (p.maximum, p.minimum)),
    *(case(q, reals(3).astype("float16")) for q in (p.relu, p.square, p.absolute, p.negative)),
    case(p.add, reals(3).astype("float16"), reals(1).astype("float16")),
    case(p.multiply, reals(3) + 2j, reals(3, seed=1) - 1j, order=0),
    case(p.absolute, reals(3) + 2j, order=0),
]  # fmt: skip


@laws(LAWS)
def test_arithmetic_keeps_the_laws(primitive, arrays, params, order):
    keep(primitive, arrays, params, order)


def gradient(function, *arrays):
    from kerasish.backend.tensor import Tensor

    leaves = [Tensor(np.asarray(a, dtype="float64")).requires_grad_() for a in arrays]
    function(*leaves).backward()
    return [leaf.grad.numpy().tolist() for leaf in leaves]


@pytest.mark.parametrize("primitive", [p.maximum, p.minimum])
def test_a_tie_is_shared_in_halves(primitive):
    assert gradient(primitive, [1.0, 2.0], [1.0, 2.0]) == [[0.5, 0.5], [0.5, 0.5]]


def test_the_slope_of_relu_at_zero_is_zero():
    assert gradient(p.relu, [-1.0, 0.0, 1.0]) == [[0.0, 0.0, 1.0]]


def test_the_slope_of_the_size_at_zero_is_zero():
    assert gradient(p.absolute, [-1.0, 0.0, 1.0]) == [[-1.0, 0.0, 1.0]]


def test_the_slope_of_minus_the_size_at_zero_is_that_on_the_left():
    assert gradient(p.minus_absolute, [-1.0, 0.0, -0.0, 1.0]) == [[1.0, 1.0, 1.0, -1.0]]


def test_the_slope_of_a_root_at_zero_is_large_and_finite():
    (slope,) = gradient(p.sqrt, [0.0, 4.0])
    assert slope == [0.5 / np.sqrt(5e-324), 0.25]


def test_a_power_of_zero_has_finite_slopes():
    base, exponent = gradient(p.power, [0.0, 0.0], [2.0, 1.0])
    assert base == [0.0, 1.0]
    assert exponent == [0.0, 0.0]


def test_not_a_number_stays_one():
    nan = np.float32("nan")
    for primitive in (p.maximum, p.minimum, p.add, p.multiply):
        assert np.isnan(primitive(np.array([nan, 1]), np.array([1, nan])).numpy()).all()
    assert np.isnan(p.relu(np.array([nan])).numpy()).all()


def test_a_remainder_has_the_divisors_sign():
    found = p.remainder(np.array([7, -7, 7, -7]), np.array([3, 3, -3, -3]))
    assert found.numpy().tolist() == [1, 2, -2, -1]


def test_a_gradient_of_select_reaches_only_what_was_chosen():
    def chosen(a, b):
        return p.select(np.array([True, False]), a, b)

    assert gradient(chosen, [1.0, 2.0], [3.0, 4.0]) == [[1.0, 0.0], [0.0, 1.0]]


def test_halves_are_rounded_to_the_even_number():
    assert p.rint(np.array([0.5, 1.5, 2.5, -0.5])).numpy().tolist() == [0, 2, 2, 0]


def test_whole_numbers_divide_to_floats():
    found = p.divide(np.array([1, 2]), np.array([2, 4]))
    assert (found.dtype, found.numpy().tolist()) == ("float32", [0.5, 0.5])


def test_shapes_that_do_not_broadcast_are_told():
    with pytest.raises(ShapeError, match=r"do not broadcast.*shapes=\(\(2,\), \(3,\)\)"):
        p.add(np.ones(2), np.ones(3))


def test_a_logarithm_of_nothing_but_floats_is_inferred():
    with pytest.raises(DTypeError, match=r"log needs floating-point inputs.*dtype='int32'"):
        p.log.infer(p.Spec((2,), "int32"))


def test_a_wrong_number_of_inputs_is_told():
    with pytest.raises(TypeError, match=r"add takes 2 inputs. Received: got=1"):
        p.add.infer(p.Spec((2,), "float32"))
