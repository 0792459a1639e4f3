import numpy as np
import pytest

from kerasish import Input, Model, layers


def test_an_input_is_a_handle_with_a_batch():
    x = Input((28, 28), batch_size=16, dtype="int32", name="pictures")
    assert (x.shape, x.dtype, x.name) == ((16, 28, 28), "int32", "pictures")
    assert Input((3,)).shape == (None, 3)
    assert Input(batch_shape=(2, None)).shape == (2, None)
    assert Input((np.int64(3),)).shape == (None, 3)


def test_the_layer_computes_nothing_and_has_a_config():
    layer = layers.InputLayer((3,), batch_size=2, name="here")
    assert layer.call() is None
    assert layer.built
    assert layer.output.shape == (2, 3)
    again = layers.InputLayer.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()


@pytest.mark.parametrize(
    "given, message",
    [
        ({}, "shape"),
        ({"shape": 3}, "tuple of sizes"),
        ({"shape": (-3,)}, r"whole numbers from 0 on.*shape=\(-3,\)"),
        ({"shape": (2.5,)}, r"whole numbers from 0 on.*shape=\(2.5,\)"),
        ({"shape": (3,), "batch_size": -2}, "whole numbers from 0 on"),
        ({"batch_shape": (None, 2.0)}, "whole numbers from 0 on"),
        ({"shape": (3,), "batch_shape": (2, 3)}, "not both"),
        ({"batch_size": 2, "batch_shape": (2, 3)}, "batch_size"),
        ({"input_tensor": np.zeros((2, 3))}, "KerasTensor"),
        ({"shape": (3,), "bogus": 1}, "bogus"),
    ],
)
def test_arguments_that_contradict_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        layers.InputLayer(**given)


def test_a_model_of_nothing_is_refused():
    x = Input((3,))
    for inputs, outputs in (([], []), (x, []), ([], x)):
        with pytest.raises(ValueError, match="must not be empty"):
            Model(inputs, outputs)
