"""Draws: seeds decide them, statistics fit, engines agree."""

import random as python_random

import numpy as np
import pytest

import kerasish as keras
from kerasish import ops, random
from kerasish.backend.discovery import get

N = 200_000
DRAWS = {
    "normal": lambda seed: random.normal((40, 5), seed=seed),
    "truncated_normal": lambda seed: random.truncated_normal((40, 5), seed=seed),
    "uniform": lambda seed: random.uniform((40, 5), seed=seed),
    "randint": lambda seed: random.randint((40, 5), 0, 1000, seed=seed),
    "categorical": lambda seed: random.categorical(np.zeros((40, 9)), 5, seed=seed),
    "dropout": lambda seed: random.dropout(np.ones((40, 5), "float32"), 0.5, seed=seed),
    "shuffle": lambda seed: random.shuffle(np.arange(200), seed=seed),
    "gamma": lambda seed: random.gamma((40, 5), 0.7, seed=seed),
    "beta": lambda seed: random.beta((40, 5), 2.0, 3.0, seed=seed),
    "binomial": lambda seed: random.binomial((40, 5), 20, 0.3, seed=seed),
}


@pytest.mark.parametrize("name", DRAWS)
def test_a_number_as_seed_gives_the_same_draw_each_time(name):
    draw = DRAWS[name]
    first = draw(7).numpy()
    np.testing.assert_array_equal(first, draw(7).numpy())
    assert np.any(first != draw(8).numpy())


@pytest.mark.parametrize("name", DRAWS)
def test_a_generator_gives_new_draws_in_the_same_order(name):
    draw = DRAWS[name]
    one, two = random.SeedGenerator(7), random.SeedGenerator(7)
    first, second = draw(one).numpy(), draw(one).numpy()
    assert np.any(first != second)
    np.testing.assert_array_equal(first, draw(two).numpy())
    np.testing.assert_array_equal(second, draw(two).numpy())


@pytest.mark.parametrize("name", DRAWS)
def test_a_traced_function_draws_the_same_bits_and_moves_the_generator_on(name):
    draw = DRAWS[name]
    one, two = random.SeedGenerator(7), random.SeedGenerator(7)
    traced = get("graph").function(lambda: draw(one))
    for _ in range(3):
        assert traced().numpy().tobytes() == draw(two).numpy().tobytes()
    assert one.state.numpy().tolist() == [7, 3]


@pytest.mark.parametrize("name", DRAWS)
def test_without_a_seed_the_global_generator_draws(name):
    draw = DRAWS[name]
    keras.utils.set_random_seed(5)
    first, second = draw(None).numpy(), draw(None).numpy()
    keras.utils.set_random_seed(5)
    np.testing.assert_array_equal(draw(None).numpy(), first)
    np.testing.assert_array_equal(draw(None).numpy(), second)


def test_set_random_seed_reaches_functions_that_were_traced_before():
    traced = get("graph").function(lambda: random.normal((4,)))
    keras.utils.set_random_seed(1)
    first = traced().numpy()
    traced()
    keras.utils.set_random_seed(1)
    np.testing.assert_array_equal(traced().numpy(), first)


def test_set_random_seed_seeds_python_numpy_and_default_seeds():
    seen = []
    for _ in range(2):
        keras.utils.set_random_seed(11)
        generator = random.SeedGenerator()
        seen.append((python_random.random(), np.random.random(), generator.state.numpy().tolist()))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("seed", ["1", 1.0, -1, 2**32, None])
def test_set_random_seed_wants_a_whole_number(seed):
    with pytest.raises(ValueError, match="from 0 to 2"):
        keras.utils.set_random_seed(seed)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_normal_numbers_have_their_moments(dtype):
    x = random.normal((N,), 3.0, 2.0, dtype=dtype, seed=1)
    assert x.dtype == dtype
    z = (x.numpy().astype("float64") - 3) / 2
    assert abs(z.mean()) < 0.01
    assert abs(z.std() - 1) < 0.01
    assert abs((z**3).mean()) < 0.03
    assert abs((z**4).mean() - 3) < 0.1
    assert 4 < np.abs(z).max() < 6.3


def test_normal_numbers_are_rounded_once_from_float64():
    """The draw repeated step by step: signed words, the quantile in float64, one rounding."""
    from kerasish.arrays.philox import random_bits
    from kerasish.primitives.special import normal_quantile

    words = random_bits(np, 9, 0, 1000).view("int32").astype("float64")
    wanted = normal_quantile(np, (words + 0.5) * 2.0**-32).astype("float32")
    assert random.normal((1000,), seed=9).numpy().tobytes() == wanted.tobytes()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_truncated_normal_numbers_stay_within_two_deviations(dtype):
    z = random.truncated_normal((N,), dtype=dtype, seed=1).numpy().astype("float64")
    assert np.abs(z).max() <= 2
    assert abs(z.mean()) < 0.01
    assert abs(z.std() - 0.8796256610342398) < 0.005


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_uniform_numbers_are_even_and_below_the_end(dtype):
    x = random.uniform((N,), dtype=dtype, seed=1)
    assert x.dtype == dtype
    values = x.numpy().astype("float64")
    assert values.min() >= 0
    assert values.max() < 1
    counts = np.histogram(values, bins=16, range=(0, 1))[0]
    assert ((counts - N / 16) ** 2 / (N / 16)).sum() < 45  # chi-squared, 15 degrees: p < 1e-4


def test_uniform_numbers_move_and_stretch():
    values = random.uniform((1000,), -3, 5, seed=1).numpy()
    assert -3 <= values.min() < -2.9
    assert 4.9 < values.max() <= 5


def test_whole_numbers_are_even():
    values = random.randint((N,), -3, 4, seed=1).numpy()
    numbers, counts = np.unique(values, return_counts=True)
    assert numbers.tolist() == list(range(-3, 4))
    assert ((counts - N / 7) ** 2 / (N / 7)).sum() < 28
    assert random.randint((2,), 0, 5, dtype="uint8", seed=1).dtype == "uint8"


def test_whole_numbers_reach_the_whole_range_of_int32():
    values = random.randint((1000,), -(2**31), 2**31 - 1, seed=1).numpy()
    assert values.min() < -(2**30)
    assert values.max() > 2**30


def test_categories_come_with_their_probabilities():
    logits = np.log([[0.5, 0.3, 0.2, 1e-30], [0.1, 0.1, 0.8, 1e-30]])
    values = random.categorical(logits, N, seed=1)
    assert values.dtype == "int32"
    assert values.shape == (2, N)
    for row, logit in zip(values.numpy(), logits, strict=True):
        shares = np.bincount(row, minlength=4) / N
        np.testing.assert_allclose(shares, np.exp(logit), atol=0.005)


def test_dropout_keeps_its_share_and_the_sum():
    x = np.full((N,), 2.0, "float32")
    y = random.dropout(x, 0.3, seed=1).numpy()
    assert np.unique(y).tolist() == [0, np.float32(2 * np.float32(1 / 0.7))]
    assert abs((y == 0).mean() - 0.3) < 0.005


def test_dropout_shares_its_mask_along_some_axes():
    y = random.dropout(np.ones((50, 4, 6), "float32"), 0.5, noise_shape=(None, 1, 6), seed=1)
    values = y.numpy()
    np.testing.assert_array_equal(values, np.broadcast_to(values[:, :1], values.shape))
    assert 0.3 < (values == 0).mean() < 0.7


def test_dropout_of_none_and_of_all():
    x = ops.ones((3, 4))
    assert random.dropout(x, 0.0) is x
    assert random.dropout(x, 1.0).numpy().sum() == 0


def test_the_gradient_of_dropout_is_its_mask():
    x = ops.ones((5, 6)).requires_grad_()
    y = random.dropout(x, 0.5, seed=2)
    ops.sum(y).backward()
    np.testing.assert_array_equal(x.grad.numpy(), y.numpy())


def test_shuffle_moves_whole_slices():
    x = np.arange(60).reshape(10, 6)
    rows = random.shuffle(x, seed=1).numpy()
    assert sorted(map(tuple, rows.tolist())) == sorted(map(tuple, x.tolist()))
    columns = random.shuffle(x, axis=1, seed=1).numpy()
    assert sorted(map(tuple, columns.T.tolist())) == sorted(map(tuple, x.T.tolist()))
    assert np.any(rows != x)


@pytest.mark.parametrize("alpha", [0.3, 1.0, 4.5])
def test_gamma_numbers_have_their_moments(alpha):
    values = random.gamma((N,), alpha, dtype="float64", seed=1).numpy()
    assert values.min() > 0
    assert values.mean() == pytest.approx(alpha, rel=0.03)
    assert values.var() == pytest.approx(alpha, rel=0.05)


def test_beta_numbers_have_their_moments():
    values = random.beta((N,), 2.0, 3.0, seed=1).numpy()
    assert values.min() >= 0
    assert values.max() <= 1
    assert values.mean() == pytest.approx(0.4, abs=0.005)
    assert values.var() == pytest.approx(0.04, abs=0.002)


def test_binomial_numbers_have_their_moments_and_broadcast():
    counts, shares = np.array([10.0, 40.0]), np.array([0.2, 0.5])
    values = random.binomial((20_000, 2), counts, shares, seed=1).numpy()
    np.testing.assert_allclose(values.mean(axis=0), counts * shares, rtol=0.02)
    np.testing.assert_allclose(values.var(axis=0), counts * shares * (1 - shares), rtol=0.05)


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda: random.uniform((2,), dtype="int32"), "a float dtype.*int32"),
        (lambda: random.normal((2,), dtype="int32"), "a float dtype.*int32"),
        (lambda: random.randint((2,), 0, 3, dtype="float32"), "an integer dtype.*float32"),
        (lambda: random.categorical(np.zeros(3), 2), r"\(batch, classes\)"),
        (lambda: random.dropout(np.ones(3), 1.5), "rate=1.5"),
        (lambda: random.normal((None, 2)), "unknown sizes"),
        (lambda: random.normal((2,), seed="x"), "SeedGenerator.*seed='x'"),
        (lambda: random.SeedGenerator("x"), "whole number.*seed='x'"),
        (lambda: random.SeedGenerator(1, seeds=2), "seeds"),
    ],
)
def test_errors_name_the_argument(call, text):
    with pytest.raises(ValueError, match=text):
        call()


def test_generators_come_back_from_their_config():
    generator = random.SeedGenerator(42, name="mine")
    generator.next()
    twin = random.SeedGenerator.from_config(generator.get_config())
    assert twin.get_config() == {"seed": 42, "name": "mine"}
    assert twin.next().tolist() == [42, 0]
    assert twin.state.path == "mine/seed_generator_state"
    assert not twin.state.trainable


def test_generators_may_jump():
    generator = random.SeedGenerator(42)
    assert generator.next(ordered=False).tolist() == [42, 0]
    assert generator.next().tolist() == [43 * 5387 % 933199, 5387]


@pytest.mark.parametrize("seed", [2**31, 2**32 - 1, 2**32 + 5, -1])
def test_large_and_negative_seeds_work(seed):
    assert random.uniform((2,), seed=seed).shape == (2,)
