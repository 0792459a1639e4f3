import numpy as np
import pytest

from kerasish import losses
from tests.losses.formulas import binary, focal, sigmoid, softmax


@pytest.fixture
def rng():
    return np.random.default_rng(11)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("from_logits", [False, True])
def test_binary_crossentropy(from_logits, smoothing, rng):
    t, x = (rng.random((5, 3)) < 0.5).astype("float32"), rng.normal(size=(5, 3))
    smooth = t * (1 - smoothing) + smoothing / 2
    wanted = binary(smooth, sigmoid(x)).mean()
    given = (x if from_logits else sigmoid(x)).astype("float32")
    loss = losses.BinaryCrossentropy(from_logits=from_logits, label_smoothing=smoothing)
    np.testing.assert_allclose(float(loss(t, given)), wanted, rtol=1e-5)


@pytest.mark.parametrize("axis", [-1, 1])
@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("from_logits", [False, True])
def test_categorical_crossentropy(from_logits, smoothing, axis, rng):
    x = rng.normal(size=(5, 3, 3))
    t = np.moveaxis(np.eye(3, dtype="float32")[rng.integers(3, size=(5, 3))], -1, axis)
    smooth = t * (1 - smoothing) + smoothing / 3
    wanted = -(smooth * np.log(softmax(x, axis))).sum(axis).mean()
    given = (x if from_logits else softmax(x, axis)).astype("float32")
    loss = losses.CategoricalCrossentropy(from_logits, smoothing, axis)
    np.testing.assert_allclose(float(loss(t, given)), wanted, rtol=1e-5)


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "float32"])
@pytest.mark.parametrize("shape", [(6,), (6, 1)])
@pytest.mark.parametrize("from_logits", [False, True])
def test_sparse_categorical_crossentropy(from_logits, shape, dtype, rng):
    x, t = rng.normal(size=(6, 4)), rng.integers(4, size=6)
    wanted = -np.log(softmax(x)[np.arange(6), t]).mean()
    given = (x if from_logits else softmax(x)).astype("float32")
    loss = losses.SparseCategoricalCrossentropy(from_logits=from_logits)
    np.testing.assert_allclose(float(loss(t.reshape(shape).astype(dtype), given)), wanted, 1e-5)


def test_sparse_crossentropy_knows_more_classes_than_a_byte_counts(rng):
    x, t = rng.normal(size=(3, 300)).astype("float32"), np.array([1, 40, 255], "uint8")
    wanted = -np.log(softmax(x.astype("float64"))[np.arange(3), t]).mean()
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    np.testing.assert_allclose(float(loss(t, x)), wanted, rtol=1e-5)


def test_sparse_crossentropy_along_another_axis(rng):
    x, t = rng.normal(size=(2, 4, 3)), rng.integers(4, size=(2, 3))
    wanted = -np.log(np.take_along_axis(softmax(x, 1), t[:, None], 1)).mean()
    loss = losses.SparseCategoricalCrossentropy(from_logits=True, axis=1)
    np.testing.assert_allclose(float(loss(t, x.astype("float32"))), wanted, rtol=1e-5)


@pytest.mark.parametrize("ignored, dtype", [(-1, "int32"), (255, "uint8"), (2, "int64")])
def test_an_ignored_class_counts_in_no_mean(ignored, dtype, rng):
    x = rng.normal(size=(2, 5, 4)).astype("float32")
    t = rng.integers(2, size=(2, 5))
    t[0, 1] = t[1, 3] = ignored
    counts = t != ignored
    chosen = np.take_along_axis(softmax(x.astype("float64")), np.where(counts, t, 0)[..., None], -1)
    values = np.where(counts, -np.log(chosen[..., 0]), 0)
    loss = losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=ignored)
    np.testing.assert_allclose(float(loss(t.astype(dtype), x)), values.sum() / counts.sum(), 1e-5)
    each = losses.sparse_categorical_crossentropy(t.astype(dtype), x, True, ignored)
    np.testing.assert_allclose(each.numpy(), values, 1e-5)


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("balanced", [False, True])
def test_binary_focal_crossentropy(from_logits, balanced, rng):
    t, x = (rng.random((5, 3)) < 0.5).astype("float32"), rng.normal(size=(5, 3))
    wanted = focal(t, sigmoid(x), 0.3, 1.5, balanced).mean()
    given = (x if from_logits else sigmoid(x)).astype("float32")
    loss = losses.BinaryFocalCrossentropy(balanced, 0.3, 1.5, from_logits)
    np.testing.assert_allclose(float(loss(t, given)), wanted, rtol=1e-5)


@pytest.mark.parametrize("alpha", [0.4, [0.1, 0.2, 0.7]])
def test_categorical_focal_crossentropy(alpha, rng):
    t, x = np.eye(3, dtype="float32")[rng.integers(3, size=5)], rng.normal(size=(5, 3))
    p = softmax(x)
    wanted = -(np.asarray(alpha) * (1 - p) ** 1.5 * t * np.log(p)).sum(-1).mean()
    loss = losses.CategoricalFocalCrossentropy(alpha, 1.5, from_logits=True)
    np.testing.assert_allclose(float(loss(t, x.astype("float32"))), wanted, rtol=1e-5)


@pytest.mark.parametrize("name", ["categorical_crossentropy", "categorical_focal_crossentropy"])
def test_an_axis_must_be_a_number(name):
    with pytest.raises(ValueError, match="`axis` must be of type `int`"):
        getattr(losses, name)([[1.0, 0.0]], [[0.5, 0.5]], axis=True)


@pytest.mark.parametrize("name", ["categorical_crossentropy", "categorical_focal_crossentropy"])
def test_a_single_class_is_warned_of(name):
    with pytest.warns(SyntaxWarning, match=r"y_pred\.shape=\(2, 1\)"):
        getattr(losses, name)([[1.0], [1.0]], [[0.5], [0.5]])


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="must have one shape"):
        losses.CategoricalCrossentropy()(np.ones((2, 3)), np.ones((2, 4)))
    with pytest.raises(ValueError, match="without its axis of classes"):
        losses.SparseCategoricalCrossentropy()(np.ones((2, 3)), np.ones((2, 4)))


@pytest.mark.parametrize("q", [0, 1, -0.5])
def test_q_lies_between_zero_and_one(q):
    with pytest.raises(ValueError, match=r"q must be in the interval \(0, 1\)"):
        losses.CategoricalGeneralizedCrossEntropy(q)
