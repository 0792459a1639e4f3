"""`backward`, in PyTorch's words: leaves, sums over calls, memory let go, and errors."""

import tracemalloc
import weakref

import numpy as np
import pytest

import kerasish as keras
from kerasish import ops
from kerasish.backend.reverse import gradients, unbroadcast
from kerasish.backend.tensor import Tensor
from kerasish.testing.gradients import check_gradients


def leaf(*numbers):
    return Tensor(np.array(numbers)).requires_grad_()


def test_backward_reaches_the_leaves():
    x, y = leaf(1.0, 2.0), leaf(3.0, 4.0)
    (x * y + x).backward()
    assert (x.grad.tolist(), y.grad.tolist()) == ([4.0, 5.0], [1.0, 2.0])


def test_gradients_sum_up_over_calls_and_uses():
    x = leaf(3.0)
    for _ in range(2):
        (x * x).backward()
    assert x.grad.tolist() == [12.0]
    x.grad = None
    (x + x).backward()
    assert x.grad.tolist() == [2.0]


def test_variables_are_leaves():
    v = keras.Variable([2.0, 3.0])
    ops.sum(v * v).backward()
    assert v.grad.tolist() == [4.0, 6.0]
    v.grad = None


def test_a_gradient_may_be_handed_in():
    x = leaf(1.0, 2.0)
    (x * 3).backward(np.array([1.0, 10.0]))
    assert x.grad.tolist() == [3.0, 30.0]


def test_a_second_walk_needs_a_graph_that_was_kept():
    x = leaf(2.0)
    loss = x * x
    loss.backward(retain_graph=True)
    loss.backward()
    assert x.grad.tolist() == [8.0]
    with pytest.raises(RuntimeError, match=r"let go by an earlier backward.*retain_graph=True"):
        loss.backward()


def test_nothing_recorded_is_told():
    with pytest.raises(RuntimeError, match=r"backward\(\) found no record"):
        Tensor(np.ones(2)).backward()


def test_no_grad_records_nothing():
    x = leaf(1.0)
    with keras.no_grad():
        assert not (x * 2).requires_grad

    @keras.no_grad()
    def double(x):
        return x * 2

    assert not double(x).requires_grad
    assert (x * 2).requires_grad


def test_a_tensor_may_stop_and_start_wanting_gradients():
    x = leaf(1.0)
    assert x.requires_grad
    x.requires_grad = False
    assert not (x * 2).requires_grad
    x.requires_grad = True
    assert (x * 2).requires_grad


def test_what_does_not_lie_behind_the_target_gets_none():
    x, y = leaf(1.0), leaf(2.0)
    assert gradients(x * 2, [x, y])[1] is None
    assert gradients(Tensor(np.ones(1)), [x]) == [None]


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 1), (1, 3), (2, 3), (1, 1), (4, 2, 3)])
def test_broadcast_axes_are_summed(shape):
    gradient = Tensor(np.ones((4, 2, 3)))
    found = unbroadcast(gradient, shape)
    assert found.shape == shape
    assert float(found.numpy().sum()) == 24.0


def test_a_gradient_has_the_dtype_of_what_it_is_for():
    x = Tensor(np.ones(2, dtype="float16")).requires_grad_()
    (x * Tensor(np.ones(2))).backward()
    assert x.grad.dtype == "float16"


def test_a_long_chain_neither_recurses_nor_leaks():
    x = leaf(1.0)
    y = x
    for _ in range(20_000):
        y = y + 0.0
    y.backward()
    assert x.grad.tolist() == [1.0]
    y = x
    for _ in range(20_000):
        y = y + 0.0
    del y  # letting go of a long chain does not recurse either


def test_many_uses_of_one_value_are_walked_once():
    x = y = leaf(1.0)
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad.tolist() == [2.0**60]


def test_gradients_of_compositions_are_right_to_second_order():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))

    def loss(x, w):
        h = ops.tanh(ops.matmul(x, w))
        return ops.logsumexp(h, axis=-1) * ops.mean(h, axis=-1)

    check_gradients(loss, x, w)


# Memory.


def test_only_what_gradients_need_is_kept():
    from kerasish.primitives import arithmetic, transcendental

    x = leaf(1.0, 2.0)
    sizes = {
        arithmetic.add: (x + 1.0, [], False),
        arithmetic.multiply: (x * 3.0, ["b"], False),
        transcendental.exp: (ops.exp(x), [], True),
        transcendental.sin: (ops.sin(x), ["x"], False),
    }
    for primitive, (out, names, output) in sizes.items():
        assert out.record.primitive is primitive
        kept = zip(primitive.inputs, out.record.saved, strict=bool(out.record.saved))
        assert [name for name, value in kept if value is not None] == names
        assert (out.record.value is not None) is output


def test_values_are_let_go_when_nobody_holds_the_result():
    x = leaf(1.0)
    middle = ops.exp(x)
    kept = weakref.ref(middle)
    y = middle * middle
    del middle
    assert kept() is not None
    del y
    assert kept() is None


def test_memory_is_let_go_while_walking_back():
    count, size = 30, 1 << 16

    def peak(step):
        x = Tensor(np.full(size, 1.0001)).requires_grad_()
        y = x
        for _ in range(count):
            y = ops.exp(y * 0.1)
        loss = ops.sum(y)
        del y
        tracemalloc.start()
        step(loss)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most / (size * 8)

    kept = peak(lambda loss: loss.backward(retain_graph=True))
    freed = peak(lambda loss: loss.backward())
    assert freed < 8, f"{freed} arrays of new memory in a walk over {count} of them"
    assert freed <= kept + 1


def test_saved_values_go_as_the_walk_uses_them():
    x = leaf(1.0)
    seen = []

    from kerasish.primitives.primitive import Floating

    class Watch(Floating):
        """x, which looks around in its gradient."""

        function = "positive"

        def grad_x(self, g):
            seen.append(late() is None)
            return g

    middle = Watch()(x)
    held = ops.exp(middle)
    late = weakref.ref(held)
    y = held * held
    del held
    y.backward()
    assert seen == [True]
