"""Axes without elements: the value that Keras gives where there is one, else who says why not."""

import numpy as np
import pytest

from kerasish import ops

NOTHING = np.zeros((0,), "float32")
ROWS = np.zeros((2, 0), "float32")
COLUMNS = np.zeros((0, 3), "float32")


@pytest.mark.parametrize(
    "f, x, wanted",
    [
        (lambda x: ops.softmax(x), NOTHING, NOTHING),
        (lambda x: ops.softmax(x, axis=None), ROWS, ROWS),
        (lambda x: ops.softmax(x), COLUMNS, COLUMNS),
        (lambda x: ops.log_softmax(x), ROWS, ROWS),
        (lambda x: ops.max(x, initial=7), NOTHING, np.float32(7)),
        (lambda x: ops.min(x, axis=1, initial=-7), ROWS, np.float32([-7, -7])),
        (lambda x: ops.max(x, axis=0, keepdims=True, initial=1), COLUMNS, np.ones((1, 3), "f4")),
        (lambda x: ops.max(x, axis=1), COLUMNS, NOTHING),
        (lambda x: ops.sum(x), ROWS, np.float32(0)),
        (lambda x: ops.prod(x, axis=0), COLUMNS, np.ones(3, "float32")),
        (lambda x: ops.prod(x, axis=0, dtype="bool"), COLUMNS, np.ones(3, "bool")),
        (lambda x: ops.all(x), NOTHING, np.True_),
        (lambda x: ops.cumsum(x), ROWS, NOTHING),
        (lambda x: ops.dot(x, x), NOTHING, np.float32(0)),
        (lambda x: ops.tensordot(x, x, 2), COLUMNS, np.float32(0)),
        (lambda x: ops.tensordot(x, x, ((0,), (0,))), COLUMNS, np.zeros((3, 3), "float32")),
        (lambda x: ops.tensordot(x, x, 0), ROWS, np.zeros((2, 0, 2, 0), "float32")),
        (lambda x: ops.matmul(x, ops.transpose(x)), ROWS, np.zeros((2, 2), "float32")),
        (lambda x: ops.repeat(x, 3, axis=0), COLUMNS, COLUMNS),
        (lambda x: ops.repeat(x, np.array([2, 0]), axis=0), ROWS, ROWS),
        (lambda x: ops.pad(x, 1), ROWS, np.zeros((4, 2), "float32")),
        (lambda x: ops.linspace(x, x, 0), ROWS, np.zeros((0, 2, 0), "float32")),
        (lambda x: ops.argmax(x, axis=1), COLUMNS, np.zeros((0,), "int32")),
        (lambda x: ops.logsumexp(x), ROWS, np.float32(-np.inf)),
        (lambda x: ops.logsumexp(x, 1, keepdims=True), ROWS, np.full((2, 1), -np.inf, "f4")),
        (lambda x: ops.logsumexp(x, 1), COLUMNS, NOTHING),
        (lambda x: ops.normalize(x), ROWS, ROWS),
        (lambda x: ops.normalize(x, order=1), COLUMNS, COLUMNS),
        (lambda x: ops.normalize(x, axis=0, order=np.inf), COLUMNS, COLUMNS),
        (lambda x: ops.sparsemax(x), ROWS, ROWS),
    ],
)
def test_nothing_has_the_value_that_keras_gives(f, x, wanted, run):
    found = run(f, x)
    assert (found.shape, found.dtype) == (wanted.shape, str(wanted.dtype))
    np.testing.assert_array_equal(found.numpy(), wanted)


def test_unstacking_nothing_gives_no_pieces():
    assert ops.unstack(ROWS, axis=1) == []


@pytest.mark.parametrize("name", ["max", "min", "argmax", "argmin"])
def test_nothing_has_no_extreme(name, run):
    for x, axis in ((NOTHING, None), (ROWS, 1), (COLUMNS, 0)):
        with pytest.raises(ValueError, match=rf"{name} of no elements.*with elements.*x=f32"):
            run(lambda x, a=axis: getattr(ops, name)(x, axis=a), x)


def test_a_number_alone_is_in_order():
    assert ops.argsort(np.float32(3)).tolist() == [0]
