"""First values: their spread, their seeds, their configs."""

import numpy as np
import pytest

import kerasish as keras
from kerasish import initializers, ops
from kerasish.backend.discovery import get

CLASSES = [
    name
    for name in initializers.__all__
    if isinstance(getattr(initializers, name), type) and name[0].isupper()
]
RANDOM = [
    "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform",
    "Orthogonal", "RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling",
]  # fmt: skip


def values(initializer, shape=(300, 200), dtype="float64"):
    return initializer(shape, dtype=dtype).numpy()


@pytest.mark.parametrize(
    "name, variance",
    [
        ("GlorotNormal", 2 / 500), ("GlorotUniform", 2 / 500), ("HeNormal", 2 / 300),
        ("HeUniform", 2 / 300), ("LecunNormal", 1 / 300), ("LecunUniform", 1 / 300),
        ("RandomNormal", 0.05**2), ("RandomUniform", 0.1**2 / 12), ("VarianceScaling", 1 / 300),
        ("TruncatedNormal", (0.05 * 0.8796256610342398) ** 2),
    ],
)  # fmt: skip
def test_values_have_their_variance(name, variance):
    found = values(getattr(initializers, name)(seed=1))
    assert found.var() == pytest.approx(variance, rel=0.02)
    assert abs(found.mean()) < 5 * np.sqrt(variance / found.size)


@pytest.mark.parametrize("name", ["GlorotUniform", "HeUniform", "LecunUniform"])
def test_even_values_have_sharp_ends(name):
    found = values(getattr(initializers, name)(seed=1))
    assert np.abs(found).max() == pytest.approx(np.sqrt(3 * found.var()), rel=0.02)


@pytest.mark.parametrize("mode, count", [("fan_in", 54), ("fan_out", 90), ("fan_avg", 72)])
@pytest.mark.parametrize("distribution", ["normal", "untruncated_normal", "uniform"])
def test_kernels_count_their_receptive_field(mode, count, distribution):
    initializer = initializers.VarianceScaling(
        2.0, mode, distribution, seed=keras.random.SeedGenerator(1)
    )
    found = np.stack([values(initializer, (3, 3, 6, 10)) for _ in range(60)])
    assert found.var() == pytest.approx(2 / count, rel=0.04)
    assert values(initializer, (7,)).shape == (7,)
    assert values(initializer, ()).shape == ()


def test_axes_say_what_counts():
    initializer = initializers.GlorotUniform(seed=1, input_axes=[0], output_axes=[1, 2])
    limit = np.sqrt(6 / (100 + 8 * 25))
    assert np.abs(values(initializer, (100, 8, 25))).max() == pytest.approx(limit, rel=0.01)


@pytest.mark.parametrize("name", RANDOM)
def test_one_initializer_makes_the_same_values_each_time(name):
    for seed in (3, None):
        initializer = getattr(initializers, name)(seed=seed)
        first = values(initializer, (4, 5))
        np.testing.assert_array_equal(first, values(initializer, (4, 5)))
    assert np.any(values(getattr(initializers, name)(seed=4), (4, 5)) != first)


@pytest.mark.parametrize("name", RANDOM)
def test_a_generator_makes_new_values(name):
    initializer = getattr(initializers, name)(seed=keras.random.SeedGenerator(3))
    assert np.any(values(initializer, (4, 5)) != values(initializer, (4, 5)))


@pytest.mark.parametrize("name", RANDOM)
def test_traced_functions_see_the_same_bits(name):
    initializer = getattr(initializers, name)(seed=3)
    traced = get("graph").function(lambda: initializer((4, 5)) * 1.0)
    assert traced().numpy().tobytes() == initializer((4, 5)).numpy().tobytes()


def test_default_seeds_follow_set_random_seed():
    found = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        found.append(values(initializers.HeNormal(), (4, 5)))
    np.testing.assert_array_equal(*found)


def test_constants():
    assert values(initializers.Zeros(), (2, 3)).tolist() == [[0] * 3] * 2
    assert values(initializers.Ones(), (2, 3)).tolist() == [[1] * 3] * 2
    assert values(initializers.Constant(2.5), (2,)).tolist() == [2.5, 2.5]
    assert values(initializers.Constant(np.arange(3)), (2, 3)).tolist() == [[0, 1, 2]] * 2
    assert initializers.Ones()((2,), dtype="int32").dtype == "int32"
    assert initializers.Zeros()((2,)).dtype == "float32"
    np.testing.assert_array_equal(values(initializers.Identity(2.0), (3, 4)), 2 * np.eye(3, 4))


@pytest.mark.parametrize("shape", [(6, 6), (9, 4), (4, 9), (3, 3, 2, 5)])
def test_orthogonal_matrices_keep_lengths(shape):
    matrix = values(initializers.Orthogonal(gain=2.0, seed=1), shape)
    assert matrix.shape == shape
    matrix = matrix.reshape(-1, shape[-1]) / 2
    small = matrix.T @ matrix if matrix.shape[0] >= matrix.shape[1] else matrix @ matrix.T
    np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-12)


@pytest.mark.parametrize("side, function", [("real", np.real), ("imag", np.imag)])
@pytest.mark.parametrize("window", [None, "hann", np.arange(1.0, 9.0)])
def test_stft_kernels_compute_fourier_transforms(side, function, window):
    signal = np.random.default_rng(0).normal(size=8)
    kernel = values(initializers.STFT(side, window, scaling=None, periodic=True), (8, 1, 9))
    factors = {
        type(None): np.ones(8), str: 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(8) / 8),
        np.ndarray: np.arange(1.0, 9.0),
    }[type(window)]  # fmt: skip
    wanted = function(np.fft.rfft(signal * factors, 16))
    np.testing.assert_allclose(signal @ kernel[:, 0], wanted, atol=1e-12)


@pytest.mark.parametrize("scaling, scale", [("density", np.sqrt(3)), ("spectrum", 4.0)])
def test_stft_kernels_are_scaled_by_their_window(scaling, scale):
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(8) / 8)
    kernel = values(initializers.STFT("real", "hann", scaling, periodic=True), (8, 1, 9))
    np.testing.assert_allclose(kernel[:, 0, 0], window / scale, atol=1e-12)


@pytest.mark.parametrize("name", sorted({*CLASSES} - {"Initializer"}))
def test_configs_make_equal_initializers(name):
    cls = getattr(initializers, name)
    initializer = cls(seed=3) if name in RANDOM or name == "OrthogonalInitializer" else cls()
    config = initializers.serialize(initializer)
    assert config["module"] == "keras.initializers"
    twin = initializers.deserialize(config)
    assert type(twin) is type(initializer)
    assert twin.get_config() == initializer.get_config() == initializer.clone().get_config()
    shape = (8, 1, 9) if "STFT" in name else (4, 5)
    np.testing.assert_array_equal(values(twin, shape), values(initializer, shape))


def test_seed_generators_and_arrays_come_back_from_configs():
    initializer = initializers.HeNormal(seed=keras.random.SeedGenerator(3))
    twin = initializers.deserialize(initializers.serialize(initializer))
    np.testing.assert_array_equal(values(twin), values(initializer))
    constant = initializers.Constant(np.array([1.0, 2.0]))
    twin = initializers.deserialize(initializers.serialize(constant))
    np.testing.assert_array_equal(values(twin, (2,)), [1, 2])


@pytest.mark.parametrize(
    "name, cls",
    [
        ("he_normal", "HeNormal"), ("HeNormal", "HeNormal"), ("zeros", "Zeros"), ("zero", "Zeros"),
        ("one", "Ones"), ("normal", "RandomNormal"), ("uniform", "RandomUniform"),
        ("identity", "Identity"), ("OrthogonalInitializer", "Orthogonal"), ("stft", "STFT"),
    ],
)  # fmt: skip
def test_names_make_objects(name, cls):
    assert type(initializers.get(name)) is getattr(initializers, cls)


def test_classes_functions_and_arrays_are_initializers():
    assert isinstance(initializers.get(initializers.Ones), initializers.Ones)
    assert initializers.get(None) is None
    assert initializers.get(ops.ones) is ops.ones
    given = initializers.get(np.array([1.0, 2.0]))
    assert given((2,), dtype="float32").tolist() == [1, 2]
    with pytest.raises(ValueError, match=r"\(2,\).*shape=\(3,\)"):
        given((3,))


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda: initializers.get("he_norma"), "he_normal"),
        (lambda: initializers.get(3), "initializer identifier: 3"),
        (lambda: initializers.HeNormal(seed="x"), "seed='x'"),
        (lambda: initializers.VarianceScaling(0), "scale=0"),
        (lambda: initializers.VarianceScaling(mode="fan"), "fan_in.*mode='fan'"),
        (lambda: initializers.VarianceScaling(distribution="even"), "uniform.*distribution='even'"),
        (lambda: initializers.Identity()((2, 3, 4)), r"two axes.*shape=\(2, 3, 4\)"),
        (lambda: initializers.Orthogonal()((2,)), r"two axes.*shape=\(2,\)"),
        (lambda: initializers.STFT("left"), "'real' or 'imag'.*side='left'"),
        (lambda: initializers.STFT(window="square"), "hann.*window='square'"),
        (lambda: initializers.STFT(scaling="l2"), "spectrum.*scaling='l2'"),
        (lambda: initializers.STFT(window=np.ones(3))((4, 1, 3)), r"shape \(4,\).*shape=\(3,\)"),
    ],
)
def test_errors_name_the_argument(call, text):
    with pytest.raises(ValueError, match=text):
        call()


def test_an_initializer_must_define_its_call():
    with pytest.raises(NotImplementedError, match="Initializer must define"):
        initializers.Initializer()((2,))
