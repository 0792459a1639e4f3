"""What the law tests share: numbers away from kinks, and how a case is written down."""

import numpy as np
import pytest

from kerasish.testing.laws import check_primitive


def reals(*shape, low=-2.0, high=2.0, seed=0):
    """Distinct float64 numbers between two bounds, in random order, none of them near 0."""
    count = int(np.prod(shape, dtype=int))
    numbers = np.linspace(low, high, count + 2)[1:-1] + 0.013
    numbers[np.abs(numbers) < 0.05] += 0.11
    return np.random.default_rng(seed).permutation(numbers).reshape(shape)


def whole(*shape, low=-5, high=6, dtype="int32", seed=0):
    """Whole numbers."""
    return np.random.default_rng(seed).integers(low, high, size=shape).astype(dtype)


def truths(*shape, seed=0):
    """True and False."""
    return np.random.default_rng(seed).random(shape) < 0.5


def case(primitive, *arrays, order=2, **params):
    """A primitive with inputs and parameters, named after them."""
    text = ",".join(f"{a.dtype}{list(a.shape)}".replace(" ", "") for a in map(np.asarray, arrays))
    words = [str(primitive), text, *(f"{k}={v}".replace(" ", "") for k, v in params.items())]
    return pytest.param(primitive, arrays, params, order, id=" ".join(words))


def unary(primitive, low=-2.0, high=2.0):
    """A function of one real number, in the shapes that matter."""
    shapes = [(2, 3), (), (1,), (0, 3), (2, 1, 2)]
    return [case(primitive, reals(*shape, low=low, high=high)) for shape in shapes]


def binary(primitive, low=-2.0, high=2.0):
    """A function of two real numbers, in shapes that broadcast to one another."""
    pairs = [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2, 2)), ((1,), ()), ((), ())]
    pairs += [((0, 3), (3,)), ((2, 1, 2), (3, 1))]
    return [
        case(
            primitive, reals(*a, low=low, high=high), reals(*b, low=low, high=high, seed=1) + 0.017
        )
        for a, b in pairs
    ]


def laws(cases):
    """Parametrize a test with cases; its body is one call of `keep`."""
    return pytest.mark.parametrize("primitive, arrays, params, order", cases)


def keep(primitive, arrays, params, order):
    """Check the laws."""
    check_primitive(primitive, *arrays, order=order, **params)
