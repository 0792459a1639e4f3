import numpy as np
import pytest

from kerasish import Input, Model, layers


@pytest.mark.parametrize("axis", [1, 2, -1, -2])
def test_inputs_stand_one_after_another(axis, rng):
    shapes = [(4, 3, 2), (4, 3, 2)]
    shapes[1] = tuple(5 if a == axis % 3 else s for a, s in enumerate(shapes[1]))
    x = [rng.normal(size=s).astype("float32") for s in shapes]
    layer = layers.Concatenate(axis=axis)
    np.testing.assert_array_equal(layer(x).numpy(), np.concatenate(x, axis))
    np.testing.assert_array_equal(layers.concatenate(x, axis=axis).numpy(), np.concatenate(x, axis))
    handles = [Input(s[1:]) for s in shapes]
    assert layer(handles).shape == (None, *np.concatenate(x, axis).shape[1:])


def test_an_unknown_size_makes_the_sum_unknown():
    shape = layers.Concatenate().compute_output_shape([(None, 3, None), (None, 3, 2)])
    assert shape == (None, 3, None)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="agree but for axis 1"):
        layers.Concatenate(axis=1)([np.ones((2, 3, 4)), np.ones((2, 3, 5))])
    with pytest.raises(ValueError, match="list of inputs"):
        layers.Concatenate()(np.ones((2, 3)))
    with pytest.raises(ValueError, match="axis"):
        layers.Concatenate(axis=3)([np.ones((2, 3)), np.ones((2, 3))])


def test_masks_stand_one_after_another_too():
    a = layers.Masking()(np.array([[[1.0], [0.0]]], "float32"))
    b = np.ones((1, 2, 1), "float32")
    joined = layers.Concatenate(axis=1)([a, b])
    assert joined._keras_mask.tolist() == [[True, False, True, True]]
    side_by_side = layers.Concatenate(axis=-1)([a, b])
    assert side_by_side._keras_mask.tolist() == [[True, True]]  # one feature of it counts


@pytest.mark.parametrize("axis", [0, 1, 2, 3, -1])
@pytest.mark.parametrize("other", [True, False])
def test_a_mask_of_steps_counts_for_all_that_a_step_holds(axis, other, rng):
    x = np.ones((2, 3, 4, 5), "float32")
    mask = rng.random((2, 3)) < 0.5
    wide = np.broadcast_to(mask[..., None, None], x.shape)
    second = wide if other else np.ones(x.shape, bool)
    found = layers.Concatenate(axis=axis).compute_mask([x, x], [mask, mask if other else None])
    np.testing.assert_array_equal(found, np.concatenate([wide, second], axis).any(-1))


@pytest.mark.parametrize("axis", [1, -1])
def test_masks_of_unknown_sizes_are_joined_when_they_are_known(axis):
    numbers = Input((None,), dtype="int32")
    embedded = [layers.Embedding(5, 4, mask_zero=True)(numbers) for _ in range(2)]
    joined = layers.Concatenate(axis=axis)(embedded)
    assert joined._keras_mask.shape == (None, None)
    model = Model(numbers, joined._keras_mask)
    rows = np.array([[1, 2, 0], [3, 0, 0]])
    wanted = np.concatenate([rows != 0] * 2, 1) if axis == 1 else rows != 0
    np.testing.assert_array_equal(model(rows).numpy(), wanted)
