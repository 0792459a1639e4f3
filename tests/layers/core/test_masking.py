import json

import numpy as np
import pytest

from kerasish import layers, ops

X = np.array(
    [[[0.0, 0.0], [0.0, 2.0], [0.5, 0.5]], [[2.0, 2.0], [0.0, 0.0], [2.0, 1.0]]], "float32"
)


@pytest.mark.parametrize("value", [0.0, 0.5])
def test_steps_whose_features_all_are_the_value_are_masked_and_zero(value):
    layer = layers.Masking(mask_value=value)
    is_there = (value != X).any(-1)
    y = layer(X)
    np.testing.assert_array_equal(y.numpy(), np.where(is_there[..., None], X, 0))
    np.testing.assert_array_equal(y._keras_mask.numpy(), is_there)
    np.testing.assert_array_equal(layer.compute_mask(X).numpy(), is_there)


def test_the_next_layer_is_given_the_mask():
    seen = []

    class Looking(layers.Layer):
        def call(self, inputs, mask=None):
            seen.append(mask)
            return inputs

    Looking()(layers.Masking()(X))
    assert seen[-1].tolist() == [[False, True, True], [True, False, True]]


def test_a_layer_that_knows_no_masks_says_so():
    class Forgetful(layers.Layer):
        def call(self, inputs):
            return inputs * 1

    with pytest.warns(UserWarning, match="does not support masking"):
        Forgetful()(layers.Masking()(X))


def test_the_value_may_be_a_tensor():
    layer = layers.Masking(mask_value=ops.convert_to_tensor([0.5, 0.5]))
    config = json.loads(json.dumps(layer.get_config()))
    for masking in (layer, layers.Masking.from_config(config)):
        assert masking.compute_mask(X).tolist() == [[True, True, False], [True, True, True]]
