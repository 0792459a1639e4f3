import numpy as np
import pytest

from kerasish import Input, layers, ops

X = np.arange(6.0, dtype="float32").reshape(2, 3)


def double(x):
    return x * 2


def test_the_function_is_applied():
    assert layers.Lambda(double)(X).tolist() == (X * 2).tolist()
    scaled = layers.Lambda(lambda x, factor: x * factor, arguments={"factor": 3})
    assert scaled(X).tolist() == (X * 3).tolist()


def test_training_and_mask_are_passed_to_functions_that_take_them():
    layer = layers.Lambda(lambda x, training: x * (2 if training else 1))
    assert layer(X, training=True).tolist() == (X * 2).tolist()
    assert layer(X).tolist() == X.tolist()


def test_the_shape_is_found_or_told():
    def twice(x):
        return ops.concatenate([x, x], axis=1)

    handle = Input((3,))
    assert layers.Lambda(twice)(handle).shape == (None, 6)
    assert layers.Lambda(twice, output_shape=(6,))(handle).shape == (None, 6)
    told = layers.Lambda(twice, output_shape=lambda shape: (shape[0], 2 * shape[1]))
    assert told(handle).shape == (None, 6)


def test_the_config_names_functions():
    layer = layers.Lambda(double, output_shape=(3,), arguments={})
    config = layer.get_config()
    again = layers.Lambda.from_config(config, custom_objects={"double": double})
    assert again.function is double
    assert again.get_config() == config


def test_a_lambda_is_read_back_only_here_and_only_if_asked_for():
    layer = layers.Lambda(lambda x: x + 1)
    with pytest.warns(UserWarning, match="no name"):
        config = layer.get_config()
    assert layers.Lambda.from_config(config, safe_mode=False)(X).tolist() == (X + 1).tolist()
    with pytest.raises(ValueError, match="lambda"):
        layers.Lambda.from_config(config)
    stranger = {**config, "function": {"class_name": "__lambda__", "config": {"code": "e30="}}}
    with pytest.raises(ValueError, match="lambda"):
        layers.Lambda.from_config(stranger, safe_mode=False)
