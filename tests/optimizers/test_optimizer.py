"""What the base class does around a rule: clipping, decay, averages, accumulation, configs."""

import copy
import json
import pickle

import numpy as np
import pytest

from kerasish import optimizers
from kerasish.optimizers import schedules
from tests.optimizers.rules import NAMES, reference
from tests.optimizers.training import (
    assert_same,
    make,
    make_gradients,
    make_variables,
    run,
)

ENGINES = ["eager", "graph"]


def sgd_from(variables, gradients, rate=0.01):
    """What plain steps against some gradients lead to."""
    results = [v.numpy().astype("float64") for v in variables]
    for grads in gradients:
        results = [x - rate * g for x, g in zip(results, grads, strict=True)]
    return results


def assert_close(variables, arrays):
    for variable, array in zip(variables, arrays, strict=True):
        np.testing.assert_allclose(variable.numpy(), array, rtol=2e-5, atol=1e-6)


# Clipping.


@pytest.mark.parametrize("engine", ENGINES)
def test_clipvalue_limits_each_element(engine):
    variables, gradients = make_variables(), make_gradients(3)
    clipped = [[np.clip(g, -0.5, 0.5) for g in grads] for grads in gradients]
    wanted = sgd_from(variables, clipped)
    run(make("SGD", clipvalue=0.5), variables, gradients, engine)
    assert_close(variables, wanted)


@pytest.mark.parametrize("engine", ENGINES)
def test_clipnorm_limits_each_gradients_norm(engine):
    variables, gradients = make_variables(), make_gradients(3)
    clipped = [
        [g * min(1.0, 1.5 / np.linalg.norm(g.reshape(-1))) for g in grads] for grads in gradients
    ]
    wanted = sgd_from(variables, clipped)
    run(make("SGD", clipnorm=1.5), variables, gradients, engine)
    assert_close(variables, wanted)


@pytest.mark.parametrize("engine", ENGINES)
def test_global_clipnorm_limits_the_norm_of_all_together(engine):
    variables, gradients = make_variables(), make_gradients(3)
    clipped = []
    for grads in gradients:
        norm = np.sqrt(sum((g.astype("float64") ** 2).sum() for g in grads))
        clipped.append([g * min(1.0, 1.5 / norm) for g in grads])
    wanted = sgd_from(variables, clipped)
    run(make("SGD", global_clipnorm=1.5), variables, gradients, engine)
    assert_close(variables, wanted)


@pytest.mark.parametrize("given", [{"clipnorm": 1.0}, {"global_clipnorm": 1.0}])
def test_clipping_a_gradient_of_zeros_gives_zeros(given):
    variables = make_variables()
    before = [v.numpy() for v in variables]
    make("SGD", **given).apply([np.zeros(v.shape, "float32") for v in variables], variables)
    assert_same([v.numpy() for v in variables], before)


def test_only_one_way_of_clipping_may_be_chosen():
    with pytest.raises(ValueError, match="Only one of clipnorm"):
        make("SGD", clipnorm=1.0, clipvalue=1.0)


# Decay, averages, accumulation.


@pytest.mark.parametrize("engine", ENGINES)
def test_weight_decay_takes_a_share_off_before_the_update(engine):
    variables, gradients = make_variables(), make_gradients(3)
    wanted = [v.numpy().astype("float64") for v in variables]
    for grads in gradients:
        wanted = [x * (1 - 0.1 * 0.5) - 0.1 * g for x, g in zip(wanted, grads, strict=True)]
    run(make("SGD", learning_rate=0.1, weight_decay=0.5), variables, gradients, engine)
    assert_close(variables, wanted)


def test_variables_can_be_left_out_of_weight_decay():
    variables = make_variables()
    optimizer = make("SGD", learning_rate=1.0, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_list=[variables[0]], var_names=["v1"])
    before = [v.numpy() for v in variables]
    optimizer.apply([np.zeros(v.shape, "float32") for v in variables], variables)
    factors = [1, 1, 0.5, 0.5]
    assert_close(variables, [x * f for x, f in zip(before, factors, strict=True)])
    with pytest.raises(ValueError, match="before"):
        optimizer.exclude_from_weight_decay(var_names=["v2"])


@pytest.mark.parametrize("engine", ENGINES)
def test_averages_follow_the_variables(engine):
    variables, gradients = make_variables(), make_gradients(4)
    path = [sgd_from(variables, gradients[: n + 1]) for n in range(4)]
    optimizer = make("SGD", use_ema=True, ema_momentum=0.75)
    run(optimizer, variables, gradients, engine)
    averages = path[0]  # the first one is the variable itself
    for values in path[1:]:
        averages = [0.75 * a + 0.25 * x for a, x in zip(averages, values, strict=True)]
    assert_close(variables, path[-1])
    optimizer.finalize_variable_values(variables)
    assert_close(variables, averages)


@pytest.mark.parametrize("engine", ENGINES)
def test_averages_can_overwrite_the_variables_now_and_then(engine):
    variables, gradients = make_variables(shapes=[(3,)]), make_gradients(2, shapes=[(3,)])
    first, second = (sgd_from(variables, gradients[: n + 1])[0] for n in range(2))
    optimizer = make("SGD", use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2)
    run(optimizer, variables, gradients, engine)
    assert_close(variables, [0.5 * first + 0.5 * second])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", NAMES)
def test_accumulated_steps_are_one_step_with_the_mean_gradient(name, engine):
    variables, gradients = make_variables(), make_gradients(6)
    means = [[sum(g) / 3 for g in zip(*gradients[i : i + 3], strict=True)] for i in (0, 3)]
    wanted = make_variables()
    run(make(name), wanted, means)
    run(make(name, gradient_accumulation_steps=3), variables, gradients, engine)
    assert_close(variables, [v.numpy() for v in wanted])


def test_iterations_count_updates_while_gradients_accumulate():
    variables, gradients = make_variables(), make_gradients(5)
    optimizer = make("Adam", gradient_accumulation_steps=2)
    run(optimizer, variables, gradients)
    assert int(optimizer.iterations) == 2
    assert int(optimizer.variables[0].numpy()) == 5


def test_the_loss_is_scaled_and_the_gradients_are_scaled_back():
    variables, gradients = make_variables(), make_gradients(2)
    wanted = sgd_from(variables, gradients)
    optimizer = make("SGD", loss_scale_factor=8.0)
    assert float(optimizer.scale_loss(2.0)) == 16.0
    run(optimizer, variables, [[g * 8 for g in grads] for grads in gradients])
    assert_close(variables, wanted)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "given",
    [
        {"global_clipnorm": 0.7, "weight_decay": 0.1},
        {"use_ema": True, "ema_overwrite_frequency": 2, "clipvalue": 0.2},
        {"gradient_accumulation_steps": 2, "loss_scale_factor": 4.0},
    ],
)
def test_both_engines_agree_with_everything_around_the_rule(name, given):
    gradients = make_gradients(4)
    assert_same(
        run(make(name, **given), make_variables(), gradients, "eager"),
        run(make(name, **given), make_variables(), gradients, "graph"),
    )


# Learning rates.


@pytest.mark.parametrize("engine", ENGINES)
def test_a_schedule_gives_each_step_its_rate(engine):
    variables, gradients = make_variables(), make_gradients(4)
    rates = [0.5, 0.5, 0.25, 0.25]
    wanted = [v.numpy().astype("float64") for v in variables]
    for rate, grads in zip(rates, gradients, strict=True):
        wanted = [x - rate * g for x, g in zip(wanted, grads, strict=True)]
    schedule = schedules.PiecewiseConstantDecay([1], [0.5, 0.25])
    optimizer = make("SGD", learning_rate=schedule)
    run(optimizer, variables, gradients, engine)
    assert_close(variables, wanted)
    assert float(optimizer.learning_rate) == 0.25
    with pytest.raises(TypeError, match="schedule"):
        optimizer.learning_rate = 0.1


@pytest.mark.parametrize("engine", ENGINES)
def test_the_rate_can_be_set_between_steps(engine):
    variables, gradients = make_variables(), make_gradients(2)
    first = sgd_from(variables, gradients[:1], 0.5)
    wanted = [x - 0.25 * g for x, g in zip(first, gradients[1], strict=True)]
    optimizer = make("SGD", learning_rate=0.5)
    from kerasish.backend.discovery import get

    optimizer.build(variables)
    step = get(engine).function(lambda *g: optimizer.apply(list(g), variables))
    step(*gradients[0])
    optimizer.learning_rate = 0.25
    step(*gradients[1])
    assert_close(variables, wanted)


def test_a_callable_rate_is_asked_at_each_step():
    variables, gradients = make_variables(), make_gradients(2)
    rates = iter([0.5, 0.25])
    first = sgd_from(variables, gradients[:1], 0.5)
    wanted = [x - 0.25 * g for x, g in zip(first, gradients[1], strict=True)]
    run(make("SGD", learning_rate=lambda: next(rates)), variables, gradients)
    assert_close(variables, wanted)


def test_a_rate_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="`learning_rate` must be"):
        make("SGD", learning_rate="fast")


# Errors leave everything as it was.


def state(optimizer, variables):
    return [v.numpy() for v in (*variables, *optimizer.variables)]


@pytest.mark.parametrize("name", [*NAMES, "LossScaleOptimizer"])
def test_refused_updates_leave_all_state_untouched(name):
    inner = [make("Adam")] if name == "LossScaleOptimizer" else []
    optimizer = getattr(optimizers, name)(*inner)
    variables, (grads,) = make_variables(), make_gradients(1)
    optimizer.apply(grads, variables)
    before = state(optimizer, variables)
    stranger = make_variables(seed=9)
    with pytest.raises(ValueError, match="Unknown variable"):
        optimizer.apply(grads, stranger)
    with pytest.raises(ValueError, match="3 gradients for 4 variables"):
        optimizer.apply(grads[:3], variables)
    with pytest.raises(ValueError, match="No gradient"):
        optimizer.apply([None] * 4, variables)
    assert_same(state(optimizer, variables), before)


def test_the_variables_must_be_known_at_the_first_update():
    with pytest.raises(ValueError, match="trainable_variables"):
        make("SGD").apply(make_gradients(1)[0])


def test_a_missing_gradient_warns_and_skips_its_variable():
    variables, (grads,) = make_variables(), make_gradients(1)
    before = variables[1].numpy()
    with pytest.warns(UserWarning, match="v1"):
        make("SGD").apply([grads[0], None, *grads[2:]], variables)
    assert_same([variables[1].numpy()], [before])


def test_no_gradients_at_all_is_no_step():
    optimizer = make("SGD")
    optimizer.apply([])
    assert int(optimizer.iterations) == 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "given, message",
    [
        ({"bogus": 1}, "bogus"),
        ({"clipnorm": -1.0}, "clipnorm"),
        ({"gradient_accumulation_steps": 1}, "gradient_accumulation_steps"),
        ({"use_ema": True, "ema_momentum": 2.0}, "ema_momentum"),
        ({"use_ema": True, "ema_overwrite_frequency": 0}, "ema_overwrite_frequency"),
    ],
)
def test_wrong_arguments_are_named(name, given, message):
    with pytest.raises(ValueError, match=message):
        make(name, **given)


@pytest.mark.parametrize(
    "name, given",
    [
        ("SGD", {"momentum": 1.5}),
        ("Adagrad", {"initial_accumulator_value": -0.1}),
        ("Lion", {"beta_1": 0.0}),
        ("Ftrl", {"learning_rate_power": 0.1}),
        ("Ftrl", {"initial_accumulator_value": -0.1}),
        ("Ftrl", {"l1_regularization_strength": -0.1}),
        ("Ftrl", {"l2_regularization_strength": -0.1}),
        ("Ftrl", {"l2_shrinkage_regularization_strength": -0.1}),
        ("AdamW", {"weight_decay": None}),
    ],
)
def test_a_rules_own_wrong_arguments_are_named(name, given):
    with pytest.raises(ValueError, match=next(iter(given))):
        make(name, **given)


# Names, configs, files, copies.


@pytest.mark.parametrize("name", NAMES)
def test_the_config_makes_an_equal_optimizer(name):
    given = {"learning_rate": 0.5, "clipnorm": 1.0, "use_ema": True, "ema_momentum": 0.5}
    optimizer = make(name, **given)
    config = optimizer.get_config()
    again = type(optimizer).from_config(json.loads(json.dumps(config)))
    assert again.get_config() == config
    gradients = make_gradients(3)
    assert_same(
        run(optimizer, make_variables(), gradients), run(again, make_variables(), gradients)
    )
    whole = json.loads(json.dumps(optimizers.serialize(optimizer)))
    assert optimizers.deserialize(whole).get_config() == config


def test_a_schedule_is_in_the_config():
    optimizer = make("Adam", learning_rate=schedules.CosineDecay(0.5, 10, warmup_steps=2))
    config = json.loads(json.dumps(optimizer.get_config()))
    again = optimizers.Adam.from_config(config)
    assert isinstance(again._learning_rate, schedules.CosineDecay)
    assert again.get_config() == optimizer.get_config()


@pytest.mark.parametrize("name", NAMES)
def test_names_in_any_case_give_the_default_optimizer(name):
    for written in (name, name.lower()):
        found = optimizers.get(written)
        assert type(found) is getattr(optimizers, name)
    assert type(optimizers.get(getattr(optimizers, name))) is type(found)
    assert optimizers.get(found) is found
    by_config = optimizers.get({"class_name": name, "config": {"learning_rate": 0.5}})
    assert float(by_config.learning_rate) == 0.5


def test_unknown_names_are_answered_with_the_nearest():
    with pytest.raises(ValueError, match="adagrad"):
        optimizers.get("adagrat")
    assert optimizers.get(None) is None


def test_names_are_made_and_counted():
    from kerasish.backend import clear_session

    clear_session()
    assert [make("AdamW").name, make("AdamW").name] == ["adam_w", "adam_w_1"]
    assert make("SGD", name="mine").name == "mine"


@pytest.mark.parametrize("name", NAMES)
def test_all_state_goes_through_a_store(name):
    gradients = make_gradients(4)
    given = {"use_ema": True, "gradient_accumulation_steps": 3}
    first, variables = make(name, **given), make_variables()
    run(first, variables, gradients[:2])
    store = {}
    first.save_own_variables(store)
    second, others = make(name, **given), make_variables()
    for variable, other in zip(variables, others, strict=True):
        other.assign(variable)
    second.build(others)
    second.load_own_variables(store)
    assert_same(run_on(first, variables, gradients[2:]), run_on(second, others, gradients[2:]))


def run_on(optimizer, variables, gradients):
    for grads in gradients:
        optimizer.apply(grads, variables)
    return state(optimizer, variables)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_go_on_where_the_optimizer_was(name, duplicate):
    gradients = make_gradients(4)
    optimizer, variables = make(name), make_variables()
    run(optimizer, variables, gradients[:2])
    again, others = duplicate((optimizer, variables))
    assert_same(run_on(optimizer, variables, gradients[2:]), run_on(again, others, gradients[2:]))


def test_set_weights_sets_all_or_nothing():
    optimizer, variables = make("Adam"), make_variables()
    with pytest.raises(ValueError, match="no state yet"):
        optimizer.set_weights([])
    run(optimizer, variables, make_gradients(2))
    before = state(optimizer, [])
    wrong = [np.zeros_like(v) for v in before]
    wrong[-1] = np.zeros((9, 9), "float32")
    with pytest.raises(ValueError, match="does not fit"):
        optimizer.set_weights(wrong)
    assert_same(state(optimizer, []), before)
    optimizer.set_weights([np.zeros_like(v) for v in before])
    assert all(not v.any() for v in state(optimizer, []))


def test_constraints_hold_after_each_update():
    from kerasish import constraints

    variables, gradients = make_variables(), make_gradients(2)
    for variable in variables:
        variable.constraint = constraints.NonNeg()
    run(make("SGD", learning_rate=1.0), variables, gradients)
    assert all((v.numpy() >= 0).all() for v in variables)


@pytest.mark.parametrize("name", NAMES)
def test_a_variable_can_be_overwritten_with_its_gradient(name):
    variables, gradients = make_variables(), make_gradients(2)
    variables[1].overwrite_with_gradient = True
    run(make(name), variables, gradients)
    assert_same([variables[1].numpy()], [gradients[-1][1]])


def test_apply_gradients_takes_pairs_and_returns_the_count():
    variables, (grads,) = make_variables(), make_gradients(1)
    wanted = sgd_from(variables, [grads])
    count = make("SGD").apply_gradients(zip(grads, variables, strict=True))
    assert_close(variables, wanted)
    assert int(count) == 1


def test_the_reference_itself_would_notice_a_wrong_rule():
    x, g = np.ones(3), np.array([1.0, 2.0, 3.0])
    wrong = reference("Adam", learning_rate=0.125, beta_1=0.901)
    right = reference("Adam", learning_rate=0.125)
    for rule in (wrong, right):
        rule.step(x, g)
    assert not np.allclose(wrong.step(x, -g), right.step(x, -g), rtol=1e-9, atol=1e-9)
