"""Values that are not Keras's, each for a reason that docs/numerics.md gives."""

import numpy as np
import pytest

from kerasish import losses, ops, regularizers


def test_functions_of_unsigned_numbers_are_those_of_floats(run):
    for name in ("softmax", "log_softmax", "log_sigmoid", "softsign", "softplus"):
        found = run(getattr(ops, name), np.array([1, 3], "uint8"))
        wanted = run(getattr(ops, name), np.array([1, 3], "float32"))
        np.testing.assert_array_equal(found.numpy(), wanted.numpy())
    assert run(ops.hard_tanh, np.array([0, 3], "uint8")).tolist() == [0, 1]


def test_a_slice_beyond_the_end_has_what_there_is(run):
    x = np.arange(6, dtype="float32").reshape(2, 3)
    assert run(lambda x: ops.slice(x, (1, 1), (2, 2)), x).tolist() == [[4, 5]]
    assert run(lambda x: ops.slice(x, (-1, 0), (1, 2)), x).tolist() == [[3, 4]]
    assert run(lambda x: ops.slice(x, (5, 0), (1, 2)), x).shape == (0, 2)
    assert run(lambda x: ops.slice_update(x, (-1, 1), [[9.0]]), x).tolist()[1] == [3, 9, 5]
    with pytest.raises(ValueError, match="reach beyond the end"):
        run(lambda x: ops.slice_update(x, (1, 1), [[7.0], [8.0]]), x)


def test_more_than_certainty_counts_as_certainty_in_a_focal_loss():
    loss = losses.BinaryFocalCrossentropy()
    assert float(loss(np.zeros((1, 1)), np.array([[-20.0]]))) == 0
    assert float(loss(np.ones((1, 1)), np.array([[20.0]]))) == 0


def test_numbers_below_the_smallest_normal_one_are_not_zero(run):
    tiny = np.array([1e-40, -1e-40], "float32")
    assert run(ops.sign, tiny).tolist() == [1, -1]
    assert run(lambda x: ops.relu(x) * 2, tiny).tolist() == [2 * float(tiny[0]), 0]


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_the_power_one_half_of_minus_infinity_is_that_of_the_root(run):
    found = run(lambda x: ops.power(x, 0.5), np.array([4, -np.inf], "float32"))
    assert found.tolist()[0] == 2
    assert np.isnan(found.numpy()[1])


def test_a_single_row_is_orthogonal():
    assert float(regularizers.OrthogonalRegularizer()(np.ones((1, 3), "float32"))) == 0


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
def test_a_scale_of_rms_normalization_lies_along_its_axis(run):
    x = np.arange(6, dtype="float32").reshape(2, 3)
    scale = np.array([1.0, 10.0], "float32")
    found = run(lambda x: ops.rms_normalization(x, scale, axis=0), x)
    wanted = x / np.sqrt((x**2).mean(0) + 1e-7) * scale[:, None]
    np.testing.assert_allclose(found.numpy(), wanted, 1e-6)
