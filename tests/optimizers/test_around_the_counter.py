"""What an optimizer does beside its rule, while gradients accumulate and the rule often waits."""

import numpy as np
import pytest

import kerasish as keras
from kerasish import Variable, constraints, optimizers
from tests.engines import WAYS, current_engine
from tests.optimizers.rules import NAMES
from tests.optimizers.training import assert_same, make, make_gradients, make_variables, run

ENGINES = ["eager", "graph"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", [n for n in NAMES if n != "Ftrl"])  # it divides by the rate
@pytest.mark.parametrize("every", [None, 1, 3])
def test_without_a_learning_rate_nothing_changes(name, every, engine):
    variables = make_variables()
    before = [v.numpy() for v in variables]
    optimizer = make(
        name, learning_rate=0.0, use_ema=True, ema_overwrite_frequency=every,
        gradient_accumulation_steps=2,
    )  # fmt: skip
    run(optimizer, variables, make_gradients(7), engine)
    optimizer.finalize_variable_values(variables)
    assert_same([v.numpy() for v in variables], before)


@pytest.mark.parametrize("engine, jit", WAYS)
@pytest.mark.parametrize("scaled", [False, True])
def test_fit_without_a_learning_rate_leaves_all_weights(engine, jit, scaled):
    x = np.ones((7, 2), "float32")
    optimizer = optimizers.SGD(0.0, use_ema=True, gradient_accumulation_steps=2)
    with current_engine(engine):
        model = keras.Sequential(
            [keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="ones")]
        )
        if scaled:
            optimizer = optimizers.LossScaleOptimizer(optimizer)
        model.compile(optimizer, "mse", jit_compile=jit)
        model.fit(x, x[:, :1], batch_size=2, epochs=5, verbose=0)
        assert model.get_weights()[0].tolist() == [[1.0], [1.0]]


def averaged(gradients, steps, momentum, every, x=1.0, rate=0.1):
    """Steps of SGD whose average follows at every step, by hand: `iterations` counts updates."""
    average = total = 0.0
    for number, gradient in enumerate(gradients):
        total += gradient
        updates = number // steps
        if (number + 1) % steps == 0:
            x, total = x - rate * total / steps, 0.0
        average = x if updates == 0 else momentum * average + (1 - momentum) * x
        if every and (updates + 1) % every == 0:
            x = average
    return x, average


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("every", [None, 1, 2, 3])
@pytest.mark.parametrize("steps", [2, 3])
def test_averages_follow_at_every_step(steps, every, engine):
    gradients = np.random.default_rng(0).normal(size=11).astype("float32")
    variable = Variable(np.float32(1.0), name="v")
    optimizer = optimizers.SGD(
        0.1, use_ema=True, ema_momentum=0.75, ema_overwrite_frequency=every,
        gradient_accumulation_steps=steps,
    )  # fmt: skip
    run(optimizer, [variable], [[g] for g in gradients], engine)
    x, average = averaged(gradients.tolist(), steps, 0.75, every)
    assert float(variable.numpy()) == pytest.approx(x, rel=1e-5)
    optimizer.finalize_variable_values([variable])
    assert float(variable.numpy()) == pytest.approx(average, rel=1e-5)


@pytest.mark.parametrize("engine", ENGINES)
def test_constraints_hold_after_every_step(engine):
    variable = Variable(np.full(4, 5.0, "float32"), name="v")
    variable.constraint = constraints.MaxNorm(1.0, axis=0)
    optimizer = optimizers.SGD(0.1, gradient_accumulation_steps=4)
    run(optimizer, [variable], [[np.zeros(4, "float32")]], engine)
    assert np.linalg.norm(variable.numpy()) == pytest.approx(1.0, rel=1e-5)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_replaced_by_gradients_becomes_the_largest_of_those_accumulated(engine):
    plain, replaced = (Variable(np.zeros(2, "float32"), name=n) for n in "ab")
    replaced.overwrite_with_gradient = True
    optimizer = optimizers.Adam(0.0, gradient_accumulation_steps=2, use_ema=True)
    gradients = np.array([[1, 9], [3, 2], [5, 5]], "float32")
    seen = []
    for gradient in gradients:
        step = [[gradient, gradient]]
        if optimizer.built:
            optimizer.apply(step[0], [plain, replaced])
        else:
            run(optimizer, [plain, replaced], step, engine)
        seen.append(replaced.numpy().tolist())
    assert seen == [[0, 0], [3, 9], [3, 9]]


# Clipping.


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", ["clipnorm", "global_clipnorm"])
@pytest.mark.parametrize("size", [1.0, 1e10, 1e19, 1e20, 5e37, 8e37])
def test_a_norm_is_right_wherever_the_gradient_is_finite(kind, size, engine):
    gradient = np.array([3, 4], "float32") * np.float32(size)
    variable = Variable(np.zeros(2, "float32"), name="v")
    run(optimizers.SGD(1.0, **{kind: 1.0}), [variable], [[gradient]], engine)
    np.testing.assert_allclose(variable.numpy(), [-0.6, -0.8], rtol=1e-5)


@pytest.mark.parametrize("kind", ["clipnorm", "global_clipnorm"])
@pytest.mark.parametrize("dtype, size", [("float16", 2e4), ("float64", 1e200)])
def test_norms_of_other_dtypes_do_not_overflow(kind, dtype, size):
    variable = Variable(np.zeros(2, dtype), dtype=dtype, name="v")
    optimizer = optimizers.SGD(1.0, **{kind: 1.0})
    optimizer.apply([(np.array([0.75, 1]) * size * 3).astype(dtype)], [variable])
    np.testing.assert_allclose(variable.numpy(), [-0.6, -0.8], rtol=1e-3)


@pytest.mark.parametrize("engine", ENGINES)
def test_one_large_gradient_leaves_the_norms_of_others_alone(engine):
    variables = make_variables(shapes=[(2,), (2,)])
    before = [v.numpy() for v in variables]
    gradients = [np.array([3e30, 4e30], "float32"), np.array([0.3, 0.4], "float32")]
    run(optimizers.SGD(1.0, clipnorm=1.0), variables, [gradients], engine)
    moves = [b - v.numpy() for b, v in zip(before, variables, strict=True)]
    np.testing.assert_allclose(moves, [[0.6, 0.8], [0.3, 0.4]], rtol=1e-5)


@pytest.mark.parametrize("kind", ["clipnorm", "global_clipnorm"])
def test_gradients_that_are_not_finite_are_seen(kind):
    for bad in (np.nan, np.inf, -np.inf):
        variable = Variable(np.zeros(2, "float32"), name="v")
        with np.errstate(all="ignore"):
            optimizers.SGD(1.0, **{kind: 1.0}).apply([np.array([bad, 1.0])], [variable])
        assert np.isnan(variable.numpy()[0])


@pytest.mark.parametrize("kind", ["clipnorm", "global_clipnorm", "clipvalue"])
def test_an_empty_gradient_is_clipped_to_nothing(kind):
    variable = Variable(np.zeros((0, 2), "float32"), name="v")
    optimizers.SGD(1.0, **{kind: 1.0}).apply([np.zeros((0, 2), "float32")], [variable])
    assert variable.shape == (0, 2)


def test_clipping_may_be_set_later_one_way_at_a_time():
    optimizer = optimizers.SGD(1.0, clipnorm=1.0)
    with pytest.raises(ValueError, match="Only one of clipnorm"):
        optimizer.global_clipnorm = 0.5
    assert (optimizer.clipnorm, optimizer.global_clipnorm) == (1.0, None)
    with pytest.raises(ValueError, match="must be positive"):
        optimizer.clipnorm = -1.0
    optimizer.clipnorm, optimizer.clipvalue = None, 0.25
    variable = Variable(np.zeros(2, "float32"), name="v")
    optimizer.apply([np.array([1.0, -0.125])], [variable])
    assert variable.numpy().tolist() == [-0.25, 0.125]
    again = optimizers.SGD.from_config(optimizer.get_config())
    assert (again.clipnorm, again.clipvalue) == (None, 0.25)
    with pytest.raises(ValueError, match="Only one of clipnorm"):
        optimizers.SGD.from_config({**optimizer.get_config(), "clipnorm": 1.0})


# Arguments.


def test_shared_arguments_are_taken_by_place():
    optimizer = optimizers.SGD(0.01, 0.9, False, None, 1.0)
    assert (optimizer.weight_decay, optimizer.clipnorm) == (None, 1.0)
    optimizer = optimizers.Adam(0.1, 0.8, 0.7, 1e-3, True, 0.5, None, 2.0)
    assert (optimizer.amsgrad, optimizer.weight_decay, optimizer.clipvalue) == (True, 0.5, 2.0)
    optimizer = optimizers.AdamW(0.1, 0.5, 0.8, 0.7, 1e-3, True, None, 2.0)
    assert (optimizer.weight_decay, optimizer.beta_1, optimizer.clipvalue) == (0.5, 0.8, 2.0)
    assert optimizers.AdamW.from_config(optimizer.get_config()).get_config() == (
        optimizer.get_config()
    )
    with pytest.raises(TypeError):
        optimizers.SGD(0.01, 0.9, False, None, None, clipnorm=1.0)


def test_a_negative_whole_number_is_no_learning_rate():
    with pytest.raises(ValueError, match="`learning_rate` must not be a negative whole number"):
        optimizers.SGD(learning_rate=-1)
    assert optimizers.SGD(-1.0).get_config()["learning_rate"] == -1.0


def test_the_scales_state_is_the_optimizers_once_it_is_built():
    optimizer = optimizers.LossScaleOptimizer(optimizers.SGD())
    assert len(optimizer.variables) == 4
    optimizer.build(make_variables())
    names = [v.name for v in optimizer.variables]
    assert names[:4] == ["iteration", "learning_rate", "step_counter", "dynamic_scale"]
