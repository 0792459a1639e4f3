"""PyTorch's words: tensors that require gradients, updates in place, modules, the usual loop."""

import gc
import tracemalloc

import numpy as np
import pytest

import kerasish as keras
from kerasish import layers, tape
from kerasish.errors import BackendError, ShapeError
from kerasish.testing.bits import assert_same_bits

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(8, 6)).astype("float32")
Y = RANDOM.normal(size=(8, 3)).astype("float32")
W1 = RANDOM.normal(size=(6, 5)).astype("float32")
W2 = RANDOM.normal(size=(5, 3)).astype("float32")


def by_hand(x, y, w1, w2):
    """The gradients of sum((relu(x @ w1) @ w2 - y)**2), in float64."""
    h = np.maximum(x @ w1, 0)
    g = 2 * (h @ w2 - y)
    return x.T @ (g @ w2.T * (h > 0)), h.T @ g


def test_the_loop_of_the_notes_descends_along_the_right_gradients():
    x, y = tape.tensor(X), tape.tensor(Y)
    w1, w2 = tape.tensor(W1, requires_grad=True), tape.tensor(W2, requires_grad=True)
    losses = []
    for step in range(50):
        loss = ((x @ w1).clamp(min=0) @ w2 - y).pow(2).sum()
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            wanted = by_hand(*(a.astype("float64") for a in (X, Y, W1, W2)))
            for w, gradient in zip((w1, w2), wanted, strict=True):
                np.testing.assert_allclose(w.grad.numpy(), gradient, rtol=1e-4, atol=1e-4)
        with tape.no_grad():
            w1 -= 1e-3 * w1.grad
            w2 -= 1e-3 * w2.grad
            w1.grad.zero_()
            w2.grad.zero_()
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] / 3
    assert w1.requires_grad
    assert w1.is_leaf
    assert_same_bits(tape.tensor(W1), W1)  # the array that w1 began with is as it was


def test_gradients_add_up_until_they_are_set_to_zero():
    w = tape.tensor([1.0, 2.0], requires_grad=True)
    for wanted in ([2.0, 4.0], [4.0, 8.0]):
        (w * w).sum().backward()
        assert w.grad.tolist() == wanted
    assert w.grad.zero_() is w.grad
    assert w.grad.tolist() == [0.0, 0.0]


def test_a_leaf_is_changed_in_place_within_no_grad_only():
    w = same = tape.tensor([1.0, 2.0], requires_grad=True)
    with tape.no_grad():
        w -= 1.0
        w *= 2.0
        w += 3.0
        w /= 4.0
    assert w is same
    assert w.tolist() == [0.75, 1.25]
    w = w - 1.0
    assert w is not same
    with pytest.raises(RuntimeError, match="changed in place while gradients are recorded"):
        same.zero_()
    with tape.no_grad(), pytest.raises(RuntimeError, match="changed in place"):
        w.zero_()  # not a leaf
    with tape.no_grad(), pytest.raises(ShapeError, match="does not fit"):
        same.copy_([1.0, 2.0, 3.0])
    same.data = tape.tensor([7.0, 8.0])
    assert same.tolist() == [7.0, 8.0]
    with pytest.raises(ShapeError, match="keeps its shape"):
        same.data = tape.tensor([7.0])


def test_a_tensor_that_others_hold_does_not_change_under_their_hands():
    x = tape.tensor([1.0, 2.0])
    kept = x
    x += 1.0
    assert kept.tolist() == [1.0, 2.0]
    assert x.add_(1.0) is x
    assert x.fill_(4.0).sub_(1.0).mul_(2.0).div_(3.0).tolist() == [2.0, 2.0]


def test_walking_back_past_a_change_in_place_is_an_error():
    w = tape.tensor([1.0, 2.0], requires_grad=True)
    loss = (w * w).sum()
    with tape.no_grad():
        w -= 1.0
    with pytest.raises(RuntimeError, match="changed in place after this was computed"):
        loss.backward()


def test_methods_have_the_bits_of_the_functions():
    from kerasish import ops

    x = tape.tensor(X)
    pairs = [
        (x.sum(), ops.sum(X)), (x.sum(1), ops.sum(X, 1)), (x.sum(dim=0), ops.sum(X, 0)),
        (x.mean(), ops.mean(X)), (x.mean(dim=1, keepdim=True), ops.mean(X, 1, keepdims=True)),
        (x.max(axis=0), ops.max(X, 0)), (x.min(), ops.min(X)), (x.exp(), ops.exp(X)),
        (x.abs().log(), ops.log(ops.abs(X))), (x.abs().sqrt(), ops.sqrt(ops.abs(X))),
        (x.tanh(), ops.tanh(X)), (x.sigmoid(), ops.sigmoid(X)), (x.relu(), ops.relu(X)),
        (x.clamp(-0.5, 0.5), ops.clip(X, -0.5, 0.5)), (x.clamp(max=0), ops.minimum(X, 0)),
        (x.pow(2), ops.square(X)), (x.pow(3), ops.power(X, 3)), (x.t(), ops.transpose(X)),
        (x.view(2, -1), ops.reshape(X, (2, 24))), (x.permute(1, 0), ops.transpose(X)),
        (x.mm(W1), ops.matmul(X, W1)), (x.clone(), X), (x.to("cpu"), X), (x.cpu(), X),
        (tape.tensor([1, 2]).float().mean(), np.float32(1.5)),
        (tape.tensor([1, 2]).mean(), np.float32(1.5)),
    ]  # fmt: skip
    for method, function in pairs:
        assert_same_bits(method, np.asarray(function))
    with pytest.raises(ValueError, match="clamp needs"):
        x.clamp()


def test_tensors_are_made_on_a_device():
    assert tape.randn(2, 3, device="cpu").shape == (2, 3)
    assert tape.zeros((2, 3), device="cpu").device == "cpu"
    with pytest.raises(BackendError, match="CuPy"):
        tape.ones(2, device="gpu:7000")
    with pytest.raises(BackendError, match="Unknown device"):
        tape.tensor([1.0], device="abacus")


def test_random_tensors_are_reproducible():
    found = []
    for _ in range(2):
        tape.manual_seed(3)
        found.append([tape.randn(4), tape.rand(4), tape.normal(5.0, 0.1, (4,))])
    for a, b in zip(*found, strict=True):
        assert_same_bits(a, b)
    assert tape.full((2,), 7.0).tolist() == tape.ones_like(tape.zeros(2)).mul_(7).tolist()
    assert tape.zeros_like(tape.ones(2), requires_grad=True).requires_grad


def test_tensor_copies_and_from_numpy_shares():
    array = np.ones(3, "float32")
    copied, shared = tape.tensor(array), tape.from_numpy(array)
    array[0] = 5
    assert (copied.tolist(), shared.tolist()) == ([1, 1, 1], [5, 1, 1])


def test_no_grad_records_nothing():
    w = tape.tensor(np.ones(1000, "float32"), requires_grad=True)

    def kept():
        """Bytes that live on after a chain of 100 operations whose last result is held."""
        gc.collect()
        tracemalloc.start()
        y = w
        for _ in range(100):
            y = y * 1.01
        size = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        return size, y.requires_grad

    with tape.no_grad():
        size, recorded = kept()
    assert size < 3 * 4000  # the last array, and what is in the making
    assert not recorded
    size, recorded = kept()
    assert recorded
    assert size > 20_000  # a record for each


def test_memory_is_let_go_while_walking_back():
    """Walking back needs no second copy of what the way forward kept: it shrinks as it goes."""
    count, size = 200, 4 * 8000  # below what comes from the pool, which is not seen here
    x = tape.tensor(np.ones(8000, "float32"), requires_grad=True)
    scales = [tape.tensor(np.full(8000, 1.001, "float32")) for _ in range(4)]

    def chain():
        y = x
        for i in range(count):
            y = (y * scales[i % 4]).exp().log()
        return y.sum()

    chain().backward()
    gc.collect()
    tracemalloc.start()
    loss = chain()
    forward = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    loss.backward()
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert forward > count * size  # `exp` keeps its output, `log` its input: the same array
    assert peak < forward + 8 * size
    assert after < 8 * size


class TwoLayerNet(keras.Model):
    def __init__(self, hidden, out):
        super().__init__()
        self.first = layers.Dense(hidden, activation="relu")
        self.second = layers.Dense(out)

    def call(self, x):
        return self.second(self.first(x))


class ParallelBlock(layers.Layer):
    """Two branches whose product goes on (the notes' module inside a Sequential)."""

    def __init__(self, units):
        super().__init__()
        self.left = layers.Dense(units)
        self.right = layers.Dense(units)

    def call(self, x):
        return keras.ops.relu(self.left(x) * self.right(x))


OPTIMIZERS = [
    keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.01, momentum=0.9),
    keras.optimizers.Adam(0.01), keras.optimizers.RMSprop(0.01), keras.optimizers.Adagrad(0.05),
    keras.optimizers.Adadelta(1.0), keras.optimizers.Adamax(0.01), keras.optimizers.Nadam(0.01),
    keras.optimizers.Ftrl(0.05), keras.optimizers.Lion(0.01), keras.optimizers.AdamW(0.01),
    keras.optimizers.Lamb(0.01), keras.optimizers.Adafactor(0.05),
]  # fmt: skip


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: type(o).__name__)
def test_the_usual_loop_trains_with_any_optimizer_as_fit_does(optimizer):
    config = optimizer.get_config()
    x, y = tape.tensor(X), tape.tensor(Y)
    found = []
    for way in ("loop", "fit"):
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((6,)), ParallelBlock(5), TwoLayerNet(4, 3)])
        rule = type(optimizer).from_config(config)
        if way == "loop":
            rule.build(model.parameters())
            for _ in range(10):
                loss = keras.losses.mean_squared_error(y, model(x)).mean()
                rule.zero_grad()
                loss.backward()
                rule.step()
        else:
            model.compile(rule, "mse", run_eagerly=True)
            model.fit(X, Y, epochs=10, batch_size=8, shuffle=False, verbose=0)
        found.append(model.get_weights())
    for by_loop, by_fit in zip(*found, strict=True):
        assert_same_bits(by_loop, by_fit)


def test_a_model_lists_its_parameters_and_forgets_their_gradients():
    model = TwoLayerNet(5, 3)
    with pytest.raises(ValueError, match="not built"):
        model.parameters()
    loss = model(X).sum()
    assert [p.shape for p in model.parameters()] == [(6, 5), (5,), (5, 3), (3,)]
    loss.backward()
    assert all(p.grad is not None for p in model.parameters())
    model.zero_grad()
    assert all(p.grad is None for p in model.parameters())


def test_an_optimizer_that_knows_no_variables_or_gradients_says_so():
    optimizer = keras.optimizers.SGD(0.1)
    with pytest.raises(ValueError, match=r"build\(model.parameters\(\)\) before step"):
        optimizer.step()
    with pytest.raises(ValueError, match=r"before zero_grad"):
        optimizer.zero_grad()
    w, unused = keras.Variable([1.0]), keras.Variable([2.0])
    optimizer.build([w, unused])
    with pytest.raises(ValueError, match=r"call loss.backward\(\) before step"):
        optimizer.step()
    (w * 2.0).sum().backward()
    optimizer.step()  # what has no gradient stays as it is
    assert_same_bits(w, np.float32([1]) - np.float32([2]) * np.float32(0.1))
    assert unused.numpy().tolist() == [2.0]


def test_a_python_if_and_a_loop_of_any_length_just_work():
    w = tape.tensor(1.5, requires_grad=True)
    y, rounds = w, 0
    while float(y) < 100:
        y = y * w if rounds % 2 == 0 else y * y
        rounds += 1
    y.backward()
    # y = ((w * w)**2 * w)**2 …: the power of w is what the rounds say
    power = np.log(float(y)) / np.log(1.5)
    np.testing.assert_allclose(w.grad.numpy(), power * float(y) / 1.5, rtol=1e-4)


def test_sums_of_truths_and_bytes_are_counts():
    hits = tape.from_numpy(np.arange(300) % 3) == 0
    assert hits.sum().item() == 100
    assert type(hits.sum().item()) is int
    assert hits.reshape(3, 100).sum(dim=1).tolist() == [34, 33, 33]
    assert hits.mean().item() == pytest.approx(1 / 3)
    assert tape.from_numpy(np.full(300, 1, "uint8")).sum().item() == 300


@pytest.mark.parametrize("value, dtype", [(3, "int32"), (True, "bool"), (0.5, "float32")])
def test_full_has_the_dtype_of_its_number(value, dtype):
    assert tape.full((2,), value).dtype == dtype
