import numpy as np
import pytest

from kerasish import losses
from kerasish.backend.discovery import get
from tests.losses.formulas import FORMULAS, function_name, make_data

SHAPES = [(6, 4), (3, 5, 4)]


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def expected(name, y_true, y_pred):
    wide = y_true.astype("float64") if y_true.dtype.kind == "f" else y_true
    return FORMULAS[name][1](wide, y_pred.astype("float64"))


def extra(name):
    return {"q": 0.5} if "Generalized" in name else {}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", FORMULAS)
def test_the_function_gives_one_value_per_sample(name, shape, rng):
    y_true, y_pred = make_data(FORMULAS[name][0], rng, shape)
    values = getattr(losses, function_name(name))(y_true, y_pred, **extra(name))
    np.testing.assert_allclose(values.numpy(), expected(name, y_true, y_pred), 2e-5, 1e-6)


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "mean", "sum", "none", None])
@pytest.mark.parametrize("name", FORMULAS)
def test_the_class_reduces_the_values(name, reduction, rng):
    y_true, y_pred = make_data(FORMULAS[name][0], rng, (3, 5, 4))
    values = expected(name, y_true, y_pred)
    wanted = {"sum": values.sum(), None: values, "none": values}.get(reduction, values.mean())
    loss = getattr(losses, name)(reduction=reduction)(y_true, y_pred)
    np.testing.assert_allclose(loss.numpy(), wanted, 2e-5, 1e-6)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", [*FORMULAS, "Dice", "Tversky", "Circle"])
def test_both_engines_give_the_same_bits(name, weighted, rng):
    kind = {"Dice": "binary", "Tversky": "binary", "Circle": "classes"}.get(name)
    y_true, y_pred = make_data(kind or FORMULAS[name][0], rng)
    loss = getattr(losses, name)()
    if name in ("Dice", "Tversky"):  # one value for all samples
        weighted = False
    weight = rng.random(len(y_true)).astype("float32") if weighted else None

    def step(y_true, y_pred, weight):
        return loss(y_true, y_pred, weight)

    eager = step(y_true, y_pred, weight).numpy()
    graph = get("graph").function(step)(y_true, y_pred, weight).numpy()
    assert eager.dtype == graph.dtype == np.float32
    assert eager.tobytes() == graph.tobytes()


@pytest.mark.parametrize("name", ["MeanSquaredError", "BinaryCrossentropy", "Hinge", "LogCosh"])
def test_a_mean_of_means_is_computed_with_one_sum(name, rng):
    y_true, y_pred = make_data(FORMULAS[name][0], rng)
    loss = getattr(losses, name)()
    function = get("graph").function(lambda t, p: loss(t, p))
    text = str(function.specialise(y_true, y_pred)[0].graph)
    assert text.count("= sum ") == 1
    assert text.count("= divide ") == 1


def test_class_numbers_are_not_cast_to_floats(rng):
    y_true, y_pred = make_data("classes", rng)
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    function = get("graph").function(lambda t, p: loss(t, p))
    text = str(function.specialise(y_true.astype("int64"), y_pred)[0].graph)
    assert text.count("= cast ") <= 1  # of the one-hot code


def test_a_float16_loss_is_computed_in_float16(rng):
    y_true, y_pred = make_data("numbers", rng)
    loss = losses.MeanSquaredError(dtype="float16")(y_true, y_pred)
    assert loss.dtype == "float16"
    np.testing.assert_allclose(loss.numpy(), ((y_true - y_pred) ** 2).mean(), rtol=5e-3)


def test_huber_changes_from_parabola_to_line_at_delta():
    loss = losses.Huber(delta=2.0, reduction="none")
    np.testing.assert_allclose(loss([[0.0], [0.0]], [[2.0], [5.0]]).numpy(), [2.0, 8.0])


def test_hinge_takes_targets_of_minus_one_as_they_are():
    y_true = np.array([[-1.0, 1.0]], "float32")
    y_pred = np.array([[0.5, 0.5]], "float32")
    assert losses.hinge(y_true, y_pred).tolist() == [1.0]
    assert losses.hinge((y_true + 1) / 2, y_pred).tolist() == [1.0]


def test_log_cosh_does_not_overflow():
    assert losses.log_cosh([[0.0]], [[1e4]]).numpy() == pytest.approx(1e4 - np.log(2))


def test_dice_and_tversky_follow_their_definitions(rng):
    t, p = make_data("binary", rng)
    t64, p64 = t.astype("float64"), p.astype("float64")
    common = (t64 * p64).sum()
    assert float(losses.Dice()(t, p)) == pytest.approx(
        1 - 2 * common / (t64.sum() + p64.sum()), rel=1e-5
    )
    apart = 0.3 * (t64 * (1 - p64)).sum() + 0.7 * (p64 * (1 - t64)).sum()
    assert float(losses.Tversky(0.3, 0.7)(t, p)) == pytest.approx(
        1 - common / (common + apart), rel=1e-5
    )


def test_dice_along_axes_gives_one_value_per_sample(rng):
    t, p = make_data("binary", rng, (2, 3, 3, 1))
    values = losses.Dice(axis=(1, 2, 3), reduction=None)(t, p)
    assert values.shape == (2,)


def test_circle_follows_its_definition(rng):
    classes = np.array([0, 1, 0, 1, 1])
    raw = rng.normal(size=(5, 3))
    unit = (raw / np.linalg.norm(raw, axis=1, keepdims=True)).astype("float32")
    likeness = unit.astype("float64") @ unit.T.astype("float64")
    wanted = []
    for i, row in enumerate(likeness):
        alike = [s for j, s in enumerate(row) if classes[j] == classes[i] and j != i]
        unlike = [s for j, s in enumerate(row) if classes[j] != classes[i]]
        m, gamma = 0.4, 2.0
        pull = sum(np.exp(-gamma * max(1 + m - s, 0) * (s - (1 - m))) for s in alike)
        push = sum(np.exp(gamma * max(s + m, 0) * (s - m)) for s in unlike)
        wanted.append(np.log1p(pull * push))
    loss = losses.Circle(gamma=gamma, reduction=None)
    np.testing.assert_allclose(losses.circle(classes, unit, gamma=gamma).numpy(), wanted, 1e-4)
    assert loss(classes, unit).shape == (5,)
