import numpy as np
import pytest

from kerasish import constraints, layers, ops


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "float32"])
@pytest.mark.parametrize("shape", [(4,), (2, 3), (2, 1, 3)])
def test_each_number_becomes_its_vector(shape, dtype, rng):
    x = rng.integers(0, 7, size=shape).astype(dtype)
    layer = layers.Embedding(7, 5)
    y = layer(x)
    (table,) = layer.get_weights()
    assert y.dtype == "float32"
    np.testing.assert_array_equal(y.numpy(), table[x.astype(int)])


def test_gradients_of_equal_numbers_add_up():
    from kerasish import GradientTape

    layer = layers.Embedding(4, 2)
    layer.build()
    with GradientTape() as tape:
        loss = ops.sum(layer(np.array([1, 1, 3]))[..., 0])
    (gradient,) = tape.gradient(loss, [layer.embeddings])
    assert gradient.tolist() == [[0, 0], [2, 0], [0, 0], [1, 0]]


def test_zero_is_masked_if_wanted():
    x = np.array([[2, 0, 1]])
    masked = layers.Embedding(3, 2, mask_zero=True)
    assert masked.supports_masking
    assert masked(x)._keras_mask.tolist() == [[True, False, True]]
    assert masked.compute_mask(x).tolist() == [[True, False, True]]
    plain = layers.Embedding(3, 2)
    assert not plain.supports_masking
    assert plain.compute_mask(x) is None
    assert not hasattr(plain(x), "_keras_mask")


def test_the_table_stays_wide_in_mixed_precision():
    layer = layers.Embedding(3, 2, dtype="mixed_float16")
    assert layer(np.array([1])).dtype == "float16"
    assert layer.embeddings._dtype == "float32"


def test_first_vectors_can_be_given():
    table = np.arange(12.0, dtype="float32").reshape(3, 4)
    for weights in (table, [table]):
        layer = layers.Embedding(3, 4, weights=weights)
        np.testing.assert_array_equal(layer(np.array([2, 0])).numpy(), table[[2, 0]])
    assert "weights" not in layer.get_config()


def test_constraint_and_penalty_go_with_the_table():
    layer = layers.Embedding(
        3, 2, embeddings_constraint="non_neg", embeddings_regularizer="l2",
        embeddings_initializer="ones",
    )  # fmt: skip
    layer.build()
    assert isinstance(layer.embeddings.constraint, constraints.NonNeg)
    assert float(layer.losses[0]) == pytest.approx(0.06)


@pytest.mark.parametrize("name", ["input_dim", "output_dim"])
@pytest.mark.parametrize("value", [0, -1, 2.0, "3", None, True])
def test_sizes_must_be_positive_integers(name, value):
    given = {"input_dim": 3, "output_dim": 3, name: value}
    with pytest.raises(ValueError, match=f"`{name}` must be a positive integer"):
        layers.Embedding(**given)


def test_an_old_argument_warns():
    with pytest.warns(UserWarning, match="input_length"):
        layers.Embedding(3, 2, input_length=4)
