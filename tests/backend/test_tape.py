"""GradientTape, in TensorFlow's words: structures, persistence, gradients of gradients."""

import numpy as np
import pytest

import kerasish as keras
from kerasish import ops
from kerasish.backend.record import mode
from kerasish.backend.tensor import Tensor


@pytest.fixture
def v():
    return keras.Variable(3.0)


def test_a_tape_gives_gradients_of_variables(v):
    with keras.GradientTape() as tape:
        loss = v * v + 2.0 * v
    assert float(tape.gradient(loss, v)) == 8.0


def test_sources_may_be_any_structure(v):
    w, unused = keras.Variable([1.0, 2.0]), keras.Variable(1.0)
    with keras.GradientTape() as tape:
        loss = ops.sum(w * v)
    found = tape.gradient(loss, {"v": v, "rest": [w, (unused,)]})
    assert float(found["v"]) == 3.0
    assert found["rest"][0].tolist() == [3.0, 3.0]
    assert found["rest"][1] == (None,)


def test_several_targets_are_summed_and_may_be_weighted(v):
    with keras.GradientTape(persistent=True) as tape:
        targets = [v * 2.0, v * 5.0]
    assert float(tape.gradient(targets, v)) == 7.0
    assert float(tape.gradient(targets, v, output_gradients=[10.0, 1.0])) == 25.0


def test_tensors_are_watched_on_demand():
    x = Tensor(np.array([1.0, 2.0]))
    with keras.GradientTape() as tape:
        tape.watch([x])
        y = x * x
    assert tape.gradient(y, x).tolist() == [2.0, 4.0]


def test_a_watched_thing_is_a_tensor():
    with (
        keras.GradientTape() as tape,
        pytest.raises(TypeError, match="Only tensors can be watched"),
    ):
        tape.watch(3.0)


def test_a_tape_is_used_once_unless_it_is_persistent(v):
    with keras.GradientTape() as tape:
        loss = v * v
    tape.gradient(loss, v)
    with pytest.raises(RuntimeError, match="Make it with persistent=True"):
        tape.gradient(loss, v)


def test_a_persistent_tape_is_used_again(v):
    with keras.GradientTape(persistent=True) as tape:
        a = v * v
        b = a * v
    assert [float(tape.gradient(y, v)) for y in (a, b, a)] == [6.0, 27.0, 6.0]


def test_nested_tapes_give_gradients_of_gradients(v):
    with keras.GradientTape() as outer:
        with keras.GradientTape() as inner:
            y = v * v * v
        first = inner.gradient(y, v)
    assert (float(first), float(outer.gradient(first, v))) == (27.0, 18.0)


def test_a_gradient_may_be_taken_inside_its_tape(v):
    with keras.GradientTape(persistent=True) as tape:
        y = v**3
        first = tape.gradient(y, v)
        second = tape.gradient(first, v)
    assert float(tape.gradient(second, v)) == pytest.approx(6.0)


def test_a_third_order_gradient(v):
    with keras.GradientTape() as a:
        with keras.GradientTape() as b:
            with keras.GradientTape() as c:
                y = ops.sin(v)
            first = c.gradient(y, v)
        second = b.gradient(first, v)
    assert float(a.gradient(second, v)) == pytest.approx(-np.cos(3.0), rel=1e-6)


def test_a_gradient_penalty_trains():
    w = keras.Variable([[0.5], [-1.0]])
    x = ops.convert_to_tensor(np.array([[1.0, 2.0]], dtype="float32"))
    with keras.GradientTape() as outer:
        with keras.GradientTape() as inner:
            inner.watch(x)
            out = ops.sum(ops.tanh(ops.matmul(x, w)))
        slope = inner.gradient(out, x)
        penalty = ops.sum(ops.square(slope))
    found = outer.gradient(penalty, w).numpy()

    def at(values):
        s = 1 - np.tanh(values[0] + 2 * values[1]) ** 2
        return float(np.sum((s * values) ** 2))

    base = np.array([0.5, -1.0])
    for i in range(2):
        push = np.eye(2)[i] * 1e-5
        assert found[i, 0] == pytest.approx((at(base + push) - at(base - push)) / 2e-5, rel=1e-4)


def test_a_tape_records_though_no_grad_is_in_force_outside(v):
    with keras.no_grad():
        with keras.GradientTape() as tape:
            loss = v * v
        assert not (v * v).requires_grad
    assert float(tape.gradient(loss, v)) == 6.0


def test_what_an_error_leaves_is_as_before(v):
    before = mode.recording, mode.tapes
    with pytest.raises(KeyError), keras.GradientTape():
        raise KeyError
    assert (mode.recording, mode.tapes) == before


def test_gradients_inside_a_function_have_the_same_bits(v, engine):
    x = np.linspace(-2, 2, 7).astype("float32")

    def step(x):
        with keras.GradientTape() as outer:
            with keras.GradientTape() as inner:
                y = ops.sum(ops.tanh(x * v))
            first = inner.gradient(y, v)
        return y, first, outer.gradient(first, v)

    wanted = [t.numpy().tobytes() for t in step(Tensor(x))]
    assert [t.numpy().tobytes() for t in engine.function(step)(x)] == wanted
