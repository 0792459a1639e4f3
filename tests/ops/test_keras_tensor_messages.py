"""What a KerasTensor says to whoever wants its value, and messages about unknown sizes."""

import re

import numpy as np
import pytest

import kerasish as keras
from kerasish import layers


@pytest.mark.parametrize(
    "call, what, instead",
    [
        (np.sum, "np.sum", "kerasish.ops.sum"),
        (np.prod, "np.prod", "kerasish.ops.prod"),
        (np.max, "np.max", "kerasish.ops.max"),
        (np.exp, "np.exp", "kerasish.ops.exp"),
        (np.asarray, "NumPy", "kerasish.ops"),
        (np.mean, "NumPy", "kerasish.ops"),
        (float, "float()", "kerasish.ops"),
        (int, "int()", "kerasish.ops"),
        (bool, "a Python `if`", "kerasish.ops"),
        (list, "iteration", "kerasish.ops"),
    ],
)
def test_who_wants_a_value_hears_what_to_use(call, what, instead):
    with pytest.raises(TypeError, match="A KerasTensor is symbolic") as caught:
        call(keras.Input((3,)))
    assert f"{what} needs the value" in str(caught.value)
    assert f"use {instead}," in str(caught.value)


@pytest.mark.parametrize(
    "operator",
    [
        lambda a, x: a + x,
        lambda a, x: a - x,
        lambda a, x: a / x,
        lambda a, x: a % x,
        lambda a, x: a @ x,
        lambda a, x: a < x,
        lambda a, x: (a > 0) & (x > 0),
        lambda a, x: np.float32(2) ** x,
        lambda a, x: np.add(a, x),
        lambda a, x: -np.abs(x),
    ],
)
def test_operators_between_an_array_and_a_handle_are_recorded(operator):
    array, value = np.full((3, 3), 2, "float32"), np.full((1, 3, 3), 3, "float32")
    inputs = keras.Input((3, 3))
    model = keras.Model(inputs, operator(array, inputs))
    np.testing.assert_array_equal(model(value).numpy(), operator(array, value))


class Product(layers.Layer):
    def call(self, inputs):
        return keras.ops.matmul(inputs, keras.ops.ones((7, 2)))


class Sum(layers.Layer):
    def call(self, inputs):
        return inputs + keras.ops.ones((7,))


class Refusing(layers.Layer):
    def call(self, inputs):
        raise ValueError(f"rows {inputs.shape[0]}, features {inputs.shape[1]}")


@pytest.mark.parametrize(
    "layer, shape, expected",
    [
        (Product, (10,), "a=(None, 10), b=(7, 2)"),
        (Product, (840,), "a=(None, 840), b=(7, 2)"),
        (Sum, (10,), "shapes=((None, 10), (7,))"),
        (Refusing, (10,), "rows None, features 10"),
    ],
)
def test_an_unknown_size_is_none_in_messages(layer, shape, expected):
    with pytest.raises(ValueError, match=re.escape(expected)) as caught:
        layer(name="mine")(keras.Input(shape))
    note = f"It happened in {layer.__name__} 'mine', called on (None, {shape[0]})."
    assert note in caught.value.__notes__


def test_a_message_about_known_sizes_stays_as_it_is():
    with pytest.raises(ValueError, match=r"a=f32\[4,10\], b=f32\[7,2\]"):
        Product()(keras.Input(batch_shape=(4, 10)))


def test_an_error_that_only_one_size_meets_stays_as_it_is():
    class Odd(layers.Layer):
        def call(self, inputs):
            if inputs.shape[0] == 840:
                raise ValueError("840 rows")
            return inputs

    with pytest.raises(ValueError, match="840 rows"):
        Odd()(keras.Input((2,)))
