"""Padding, tiling and repeating, against NumPy."""

import numpy as np
import pytest

from kerasish import ops
from kerasish.backend.discovery import get

X = np.arange(12, dtype="float32").reshape(3, 4)


@pytest.mark.parametrize("mode", ["constant", "edge", "reflect", "symmetric", "wrap"])
@pytest.mark.parametrize("shape", [(4,), (4, 3), (2, 3, 4), (1, 2, 3, 1)])
@pytest.mark.parametrize("width", [2, (1, 2), ((1, 2),), "each", (0, 9)])
def test_pad_is_numpys_for_every_way_to_write_the_widths(mode, shape, width, run):
    x = np.arange(np.prod(shape), dtype="float32").reshape(shape)
    width = [(a, a + 1) for a in range(len(shape))] if width == "each" else width
    np.testing.assert_array_equal(
        run(lambda x: ops.pad(x, width, mode=mode), x).numpy(), np.pad(x, width, mode=mode)
    )


def test_pad_takes_what_keras_takes_and_tells_the_rest():
    assert ops.pad([1], 1, mode="circular").tolist() == [1, 1, 1]
    assert ops.pad([1], 1, mode="empty").shape == (3,)
    assert ops.pad([1], 1, constant_values=7).tolist() == [7, 1, 7]
    with pytest.raises(ValueError, match=r"no such mode.*'reflect'.*mode='median'"):
        ops.pad(X, 1, mode="median")
    with pytest.raises(ValueError, match=r"constant_values.*mode='edge'"):
        ops.pad(X, 1, mode="edge", constant_values=1)
    with pytest.raises(ValueError, match=r"`pad_width` does not fit x.*2 pairs"):
        ops.pad(X, ((1, 1), (2, 2), (3, 3)))
    with pytest.raises(ValueError, match="size 0 has nothing to reflect"):
        ops.pad(np.ones((0,)), 1, mode="reflect")


def test_an_element_that_pad_copies_gets_the_gradient_of_its_copies():
    x = ops.convert_to_tensor(X[0]).requires_grad_()
    ops.sum(ops.pad(x, (2, 1), mode="edge")).backward()
    assert x.grad.tolist() == [3, 1, 1, 2]


@pytest.mark.parametrize("axis", [0, 1, -1, None])
@pytest.mark.parametrize("repeats", [0, 2, [2], np.int64(3), "each"])
def test_repeat_is_numpys_for_one_count_and_for_one_each(axis, repeats, run):
    size = X.size if axis is None else X.shape[axis]
    repeats = np.arange(size)[::-1] if isinstance(repeats, str) else repeats
    wanted = np.repeat(X, repeats, axis)
    np.testing.assert_array_equal(run(lambda x: ops.repeat(x, repeats, axis), X).numpy(), wanted)


def test_repeat_gathers_gradients_and_tells_what_does_not_fit():
    x = ops.convert_to_tensor(X[0]).requires_grad_()
    ops.sum(ops.repeat(x, ops.convert_to_tensor([3, 0, 1, 2]))).backward()
    assert x.grad.tolist() == [3, 0, 1, 2]
    with pytest.raises(ValueError, match=r"`repeats` does not fit x.*3 for axis 0"):
        ops.repeat(X, [1, 2], axis=0)
    with pytest.raises(ValueError, match="less than 0 times"):
        ops.repeat(X, [1, -2, 1], axis=0)


@pytest.mark.parametrize("shape, end", [((2, 3), (2, 3)), ((1, 3), (None, 3)), ((3,), (5, 3))])
def test_a_size_that_is_none_is_the_values_own(shape, end, run):
    found = run(lambda x: ops.broadcast_to(x, end), np.ones(shape, "float32"))
    assert found.shape == tuple(1 if size is None else size for size in end)


def test_broadcast_to_knows_what_unknown_sizes_become():
    import kerasish as keras

    for shape, end, wanted in [
        ((None, 1), (None, 3), (None, 3)),
        ((None, 3), (2, 3), (2, 3)),
        ((None, None, 1), (None, 7, 3), (None, 7, 3)),
        ((3,), (2, 3), (2, 3)),
    ]:
        assert ops.broadcast_to(keras.KerasTensor(shape), end).shape == wanted
    with pytest.raises(ValueError, match="not broadcast"):
        ops.broadcast_to(keras.KerasTensor((None, 4)), (None, 3))
    with pytest.raises(ValueError, match="not broadcast"):
        ops.broadcast_to(keras.KerasTensor((3,)), (None, 3))
    with pytest.raises(ValueError, match="unknown where x has no axis"):
        ops.broadcast_to(np.ones(3), (None, 3))
    x = keras.Input((1,))
    model = keras.Model(x, ops.broadcast_to(x, (None, 3)))
    assert model.predict(np.ones((5, 1)), verbose=0).shape == (5, 3)


LINES = [(0, 1, 5), (0, -5, 4), (1.0, 2.0, 0), (1.0, 2.0, 1), (-3, 3, 7)]


@pytest.mark.parametrize("ends", LINES)
@pytest.mark.parametrize("endpoint", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_linspace_is_numpys(ends, endpoint, dtype):
    found = ops.linspace(*ends, endpoint=endpoint, dtype=dtype)
    wanted = np.linspace(*ends, endpoint=endpoint, dtype=dtype)
    np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-6)
    assert found.dtype == dtype


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_linspace_between_tensors(axis, run):
    ends = X[0], X[2]
    found = run(lambda a, b: ops.linspace(a, b, 5, axis=axis), *ends)
    np.testing.assert_allclose(found.numpy(), np.linspace(*ends, 5, axis=axis), rtol=1e-6)
    last = found.numpy()[-1] if axis == 0 else found.numpy()[:, -1]
    np.testing.assert_array_equal(last, X[2])


def test_linspace_tells_the_distance():
    numbers, step = ops.linspace(0, 1, 5, retstep=True)
    assert (numbers.tolist(), step.tolist()) == ([0, 0.25, 0.5, 0.75, 1], 0.25)
    assert np.isnan(ops.linspace(0, 1, 1, retstep=True)[1].numpy())
    with pytest.raises(ValueError, match="num=-1"):
        ops.linspace(0, 1, -1)


@pytest.mark.parametrize("name", ["floor", "ceil", "round", "sign", "trunc", "floor_divide"])
def test_a_step_function_has_a_gradient_of_zero(name):
    f = getattr(ops, name)
    call = (lambda x: f(x, 0.7)) if name == "floor_divide" else f

    def gradient(x):
        x = ops.convert_to_tensor(x).requires_grad_()
        ops.sum(call(x) + ops.square(x)).backward()
        return x.grad

    x = np.array([0.3, -1.7, 2.5], "float32")
    np.testing.assert_array_equal(gradient(x).numpy(), 2 * x)
    np.testing.assert_array_equal(get("graph").function(gradient)(x).numpy(), 2 * x)
    alone = ops.convert_to_tensor(x).requires_grad_()
    ops.sum(call(alone)).backward()
    assert alone.grad.tolist() == [0, 0, 0]


def test_arguments_have_keras_names():
    assert ops.bitwise_and(x=np.array([6]), y=np.array([3])).tolist() == [2]
    assert ops.left_shift(x=np.array([6]), y=1).tolist() == [12]
    assert ops.eye(N=2, M=3, k=1).tolist() == [[0, 1, 0], [0, 0, 1]]
    assert ops.arange(3, None, None).tolist() == [0, 1, 2]
