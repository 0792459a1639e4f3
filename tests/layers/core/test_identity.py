import numpy as np

from kerasish import Input, layers


def test_inputs_come_out_as_they_are():
    x = np.arange(6).reshape(2, 3)
    y = layers.Identity()(x)
    assert (y.dtype, y.tolist()) == ("int64", x.tolist())
    assert layers.Identity()(Input((3,), dtype="int32")).dtype == "int32"


def test_a_mask_passes_through():
    x = layers.Embedding(3, 2, mask_zero=True)(np.array([[1, 0]]))
    assert layers.Identity()(x)._keras_mask.tolist() == [[True, False]]
