import numpy as np
import pytest

from kerasish import layers, ops

X = np.array([[-3.0, -0.5, 0.0, 0.5, 3.0]], "float32")


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


CASES = [
    (layers.Activation("relu"), np.maximum(X, 0)),
    (layers.Activation(ops.negative), -X),
    (layers.ReLU(), np.maximum(X, 0)),
    (layers.ReLU(max_value=1.0), np.clip(X, 0, 1)),
    (layers.ReLU(negative_slope=0.25), np.where(X >= 0, X, 0.25 * X)),
    (layers.ReLU(threshold=0.25), np.where(X >= 0.25, X, 0)),
    (
        layers.ReLU(max_value=2.0, negative_slope=0.25, threshold=0.25),
        np.where(X >= 0.25, np.minimum(X, 2), 0.25 * (X - 0.25)),
    ),
    (layers.LeakyReLU(), np.where(X >= 0, X, 0.3 * X)),
    (layers.LeakyReLU(negative_slope=0.5), np.where(X >= 0, X, 0.5 * X)),
    (layers.ELU(), np.where(X >= 0, X, np.exp(X) - 1)),
    (layers.ELU(alpha=0.5), np.where(X >= 0, X, 0.5 * (np.exp(X) - 1))),
    (layers.Softmax(), softmax(X.astype("float64"))),
]


@pytest.mark.parametrize("layer, wanted", CASES)
def test_the_layer_computes_its_activation(layer, wanted):
    y = layer(X)
    assert y.dtype == "float32"
    np.testing.assert_allclose(y.numpy(), wanted, rtol=1e-5, atol=1e-7)
    assert layer.built
    assert not layer.weights


def test_softmax_over_several_axes(rng):
    x = rng.normal(size=(2, 3, 4)).astype("float32")
    for axis in (1, (1, 2), [-1]):
        wanted = softmax(x.astype("float64"), tuple(np.atleast_1d(axis)))
        np.testing.assert_allclose(layers.Softmax(axis=axis)(x).numpy(), wanted, rtol=1e-5)


def test_softmax_gives_nothing_to_what_a_mask_leaves_out():
    mask = np.array([[True, False, True, True, False], [False] * 5])
    x = np.concatenate([X, X])
    y = layers.Softmax()(x, mask=mask).numpy()
    np.testing.assert_allclose(y[0, mask[0]], softmax(X[0, mask[0]].astype("float64")), rtol=1e-5)
    assert not y[~mask].any()
    shared = layers.Softmax()(x, mask=mask[:1].astype("float32")).numpy()
    np.testing.assert_array_equal(shared, [y[0], y[0]])
    half = layers.Softmax(dtype="float16")(x.astype("float16"), mask=mask).numpy()
    np.testing.assert_allclose(half, y, atol=2e-3)


@pytest.mark.parametrize("shape, message", [((1, 1, 5), "more dimensions"), ((3, 5), "broadcast")])
def test_softmax_refuses_masks_that_do_not_broadcast(shape, message):
    with pytest.raises(ValueError, match=message):
        layers.Softmax()(X, mask=np.ones(shape, bool))


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: layers.ReLU(max_value=-1.0), "max_value"),
        (lambda: layers.ReLU(negative_slope=-1.0), "negative_slope"),
        (lambda: layers.ReLU(threshold=None), "threshold"),
        (lambda: layers.LeakyReLU(negative_slope=None), "negative_slope"),
        (lambda: layers.Activation("reluu"), "relu"),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
