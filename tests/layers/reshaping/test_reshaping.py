"""Flatten, Permute, RepeatVector, Reshape: the same values in other places."""

import numpy as np
import pytest

from kerasish import Input, layers

X = np.arange(24.0, dtype="float32").reshape(2, 3, 4)
CASES = [
    (layers.Flatten(), X, X.reshape(2, 12)),
    (layers.Flatten(), X[:, 0, 0], X[:, 0, :1]),
    (
        layers.Flatten(data_format="channels_first"),
        X.reshape(2, 3, 2, 2),
        X.reshape(2, 3, 2, 2).transpose(0, 2, 3, 1).reshape(2, 12),
    ),
    (layers.Permute((2, 1)), X, X.transpose(0, 2, 1)),
    (layers.Permute((3, 1, 2)), X[..., None], X[..., None].transpose(0, 3, 1, 2)),
    (layers.RepeatVector(3), X[:, 0], np.repeat(X[:, :1], 3, axis=1)),
    (layers.Reshape((12,)), X, X.reshape(2, 12)),
    (layers.Reshape((2, -1, 3)), X, X.reshape(2, 2, 2, 3)),
    (layers.Reshape(12), X, X.reshape(2, 12)),
]


@pytest.mark.parametrize("layer, x, wanted", CASES)
def test_values_come_out_in_their_places(layer, x, wanted):
    y = layer(x)
    np.testing.assert_array_equal(y.numpy(), wanted)
    assert layer.compute_output_shape(x.shape) == wanted.shape
    assert layer(Input(x.shape[1:])).shape == (None, *wanted.shape[1:])
    assert not layer.weights


@pytest.mark.parametrize(
    "layer, shape, wanted",
    [
        (layers.Flatten(), (None, None, 3), (None, None)),
        (layers.Permute((2, 1)), (None, None, 3), (None, 3, None)),
        (layers.RepeatVector(4), (None, None), (None, 4, None)),
        (layers.Reshape((-1, 2)), (None, None, 3), (None, None, 2)),
    ],
)
def test_unknown_sizes_stay_unknown(layer, shape, wanted):
    assert layer.compute_output_shape(shape) == wanted


def test_whole_numbers_stay_whole():
    x = X.astype("int32")
    for layer in (layers.Flatten(), layers.Permute((2, 1)), layers.Reshape((12,))):
        assert layer(x).dtype == "int32"
    assert layers.Permute((2, 1))(Input((3, 4), dtype="int32")).dtype == "int32"


@pytest.mark.parametrize(
    "make, error, message",
    [
        (lambda: layers.Permute((0, 1)), ValueError, "`dims`"),
        (lambda: layers.Permute((1, 1)), ValueError, "`dims`"),
        (lambda: layers.Permute((2, 1))(X[..., None]), ValueError, "3 axes"),
        (lambda: layers.RepeatVector("3"), TypeError, "`n`"),
        (lambda: layers.RepeatVector(True), TypeError, "`n`"),
        (lambda: layers.RepeatVector(0), ValueError, "`n`"),
        (lambda: layers.RepeatVector(2)(X), ValueError, "2 axes"),
        (lambda: layers.Reshape((5, 5))(X), ValueError, "cannot reshape"),
        (lambda: layers.Reshape((5, -1))(X), ValueError, "cannot reshape"),
    ],
)
def test_what_does_not_fit_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
