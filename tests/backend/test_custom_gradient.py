"""Functions whose gradient is given: `ops.custom_gradient` and `tape.Function`."""

import numpy as np
import pytest

import kerasish as keras
from kerasish import ops, tape
from kerasish.backend import discovery
from kerasish.errors import BackendError, ShapeError

X = np.float32([-1, 2, 3])


class Scaled(tape.Function):
    """x * y, with a gradient that is wrong on purpose, so that it can be told apart."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        ctx.factor = 10.0
        return x * y

    @staticmethod
    def backward(ctx, grad):
        _, y = ctx.saved_tensors
        return grad * y * ctx.factor, None


@pytest.mark.parametrize("engine", ["eager", "graph"])
def test_the_given_gradient_is_taken(engine):
    w, v = keras.Variable(X), keras.Variable([1.0, 2.0, 3.0])

    def step(x):
        with keras.GradientTape() as tape_:
            y = ops.sum(Scaled.apply(w, v) * x)
        return tape_.gradient(y, [w, v])

    for_w, for_v = discovery.get(engine).function(step)(X)
    assert for_w.tolist() == [-10.0, 40.0, 90.0]
    assert for_v is None


def test_the_forward_is_not_recorded():
    x = tape.tensor(X, requires_grad=True)
    y = Scaled.apply(x, tape.tensor(X))
    assert y.record.parents == (x.record, None)
    with tape.no_grad():
        assert not Scaled.apply(x, X).requires_grad


def test_gradients_of_given_gradients():
    @ops.custom_gradient
    def cube(x):
        return x * x * x, lambda upstream: upstream * 3.0 * x * x

    x = tape.tensor(2.0, requires_grad=True)
    with keras.GradientTape() as outer:
        with keras.GradientTape() as inner:
            y = cube(x)
        first = inner.gradient(y, x)
    assert (float(first), float(outer.gradient(first, x))) == (12.0, 12.0)


def test_a_gradient_that_does_not_fit_is_told():
    bad_count = ops.custom_gradient(lambda x: (x * 1.0, lambda upstream: (upstream, upstream)))
    bad_shape = ops.custom_gradient(lambda x: (x * 1.0, lambda upstream: ops.sum(upstream)))
    x = tape.tensor(X, requires_grad=True)
    with pytest.raises(ValueError, match=r"one value \(or None\) for each of the 1 inputs"):
        bad_count(x).sum().backward()
    with pytest.raises(ShapeError, match="does not fit its input"):
        bad_shape(x).sum().backward()


def test_branches_and_loops_refuse_what_they_would_derive_otherwise():
    w = keras.Variable(X)
    function = discovery.get("graph").function(
        lambda x: ops.while_loop(lambda y: ops.sum(y) < 9, lambda y: Scaled.apply(y, w), x)
    )
    with pytest.raises(BackendError, match="Scaled has a gradient of its own"):
        function(X)
