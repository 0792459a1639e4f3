import functools

import numpy as np
import pytest

from kerasish import Input, layers

FORMULAS = {
    "Add": lambda *x: sum(x),
    "Average": lambda *x: sum(x) / len(x),
    "Maximum": lambda *x: functools.reduce(np.maximum, x),
    "Minimum": lambda *x: functools.reduce(np.minimum, x),
    "Multiply": lambda *x: functools.reduce(np.multiply, x),
}


def arrays(rng, *shapes):
    return [rng.normal(size=s).astype("float32") for s in shapes]


@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("name", FORMULAS)
def test_inputs_are_merged_element_by_element(name, count, rng):
    x = arrays(rng, *[(4, 3)] * count)
    y = getattr(layers, name)()(x)
    np.testing.assert_allclose(y.numpy(), FORMULAS[name](*x), rtol=1e-6)
    by_function = getattr(layers, name.lower())(x)
    np.testing.assert_array_equal(by_function.numpy(), y.numpy())


def test_subtract_takes_exactly_two(rng):
    x = arrays(rng, *[(4, 3)] * 3)
    np.testing.assert_array_equal(layers.subtract(x[:2]).numpy(), x[0] - x[1])
    with pytest.raises(ValueError, match="exactly two"):
        layers.Subtract()(x)


@pytest.mark.parametrize("name", [*FORMULAS, "Subtract"])
def test_inputs_broadcast_and_axes_are_added_after_the_batch(name, rng):
    a, b = arrays(rng, (4, 5, 3), (4, 3))
    formula = FORMULAS.get(name, lambda a, b: a - b)
    layer = getattr(layers, name)()
    np.testing.assert_allclose(layer([a, b]).numpy(), formula(a, b[:, None]), rtol=1e-6)
    assert layer([Input((5, 3)), Input((1, 3))]).shape == (None, 5, 3)
    assert layer.compute_output_shape([(None, None, 3), (None, 5, 1)]) == (None, 5, 3)


@pytest.mark.parametrize("name", [*FORMULAS, "Subtract"])
def test_what_cannot_be_merged_is_refused(name, rng):
    layer = getattr(layers, name)
    with pytest.raises(ValueError, match="list of inputs"):
        layer()(np.ones((2, 3), "float32"))
    with pytest.raises(ValueError, match="broadcast"):
        layer()(arrays(rng, (4, 3), (4, 2)))
    with pytest.raises(ValueError, match="batch"):
        layer()(arrays(rng, (4, 3), (5, 3)))


def test_a_step_counts_if_it_counts_in_one_of_the_masks():
    a = layers.Masking()(np.array([[[1.0], [0.0], [0.0]]], "float32"))
    b = layers.Masking()(np.array([[[1.0], [1.0], [0.0]]], "float32"))
    assert layers.Add()([a, b])._keras_mask.tolist() == [[True, True, False]]
    unmasked = np.ones((1, 3, 1), "float32")
    assert not hasattr(layers.Add()([a, unmasked]), "_keras_mask")


@pytest.mark.parametrize("name", ["Add", "Concatenate"])
def test_masks_come_as_a_list_like_the_inputs(name):
    layer, x = getattr(layers, name)(), np.ones((2, 3), "float32")
    assert layer.compute_mask([x, x]) is None
    assert layer.compute_mask([x, x], [None, None]) is None
    with pytest.raises(ValueError, match="`mask` should be a list"):
        layer.compute_mask([x, x], x)
    with pytest.raises(ValueError, match="`inputs` should be a list"):
        layer.compute_mask(x, [None])
    with pytest.raises(ValueError, match="one length"):
        layer.compute_mask([x, x], [None])
