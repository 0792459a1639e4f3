import json
import pickle

import numpy as np
import pytest

from kerasish import optimizers
from kerasish.optimizers import LossScaleOptimizer
from tests.optimizers.training import (
    assert_same,
    make,
    make_gradients,
    make_variables,
    run,
)

ENGINES = ["eager", "graph"]
SHAPES = [(3,), (2, 2)]


def scaled(gradients, factor):
    return [[g * np.float32(factor) for g in grads] for grads in gradients]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["SGD", "Adam", "Adafactor", "Nadam"])
def test_finite_steps_are_those_of_the_inner_optimizer(name, engine):
    gradients = make_gradients(3, shapes=SHAPES)
    plain = make_variables(shapes=SHAPES)
    run(make(name), plain, gradients, engine)
    variables = make_variables(shapes=SHAPES)
    optimizer = LossScaleOptimizer(make(name), initial_scale=2.0**15)
    run(optimizer, variables, scaled(gradients, 2.0**15), engine)
    assert_same([v.numpy() for v in variables], [v.numpy() for v in plain])
    assert int(optimizer.iterations) == 3


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
def test_a_step_that_is_not_finite_is_skipped_and_halves_the_scale(bad, engine):
    variables = make_variables(shapes=SHAPES)
    before = [v.numpy() for v in variables]
    (grads,) = make_gradients(1, shapes=SHAPES)
    grads[1][0, 1] = bad
    inner = make("Adam")
    optimizer = LossScaleOptimizer(inner, initial_scale=8.0)
    run(optimizer, variables, [grads], engine)
    assert_same([v.numpy() for v in variables], before)
    assert not any(v.numpy().any() for v in inner.variables[2:])
    assert float(optimizer.dynamic_scale.numpy()) == 4.0
    assert int(inner.iterations) == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_the_scale_doubles_after_enough_finite_steps(engine):
    good, bad = make_gradients(2, shapes=SHAPES)
    bad[0][0] = np.inf
    optimizer = LossScaleOptimizer(make("SGD"), initial_scale=4.0, dynamic_growth_steps=3)
    variables = make_variables(shapes=SHAPES)
    scales, counts = [], []
    for grads in [good, good, good, bad, good, good, good]:
        run(optimizer, variables, [grads], engine) if not optimizer.built else optimizer.apply(
            grads, variables
        )
        scales.append(float(optimizer.dynamic_scale.numpy()))
        counts.append(int(optimizer.step_counter.numpy()))
    assert scales == [4, 4, 8, 4, 4, 4, 8]
    assert counts == [1, 2, 0, 0, 1, 2, 0]


def test_both_engines_give_the_same_bits():
    gradients = scaled(make_gradients(6, shapes=SHAPES), 2.0**4)
    gradients[2][0][1] = np.nan
    results = [
        run(
            LossScaleOptimizer(make("Adam"), initial_scale=2.0**4, dynamic_growth_steps=2),
            make_variables(shapes=SHAPES),
            gradients,
            engine,
        )
        for engine in ENGINES
    ]
    assert_same(*results)


def test_the_loss_is_multiplied_by_the_scale_built_or_not():
    optimizer = LossScaleOptimizer(make("SGD"), initial_scale=8.0)
    assert float(optimizer.scale_loss(3.0)) == 24.0
    optimizer.build(make_variables())
    optimizer.dynamic_scale.assign(2.0)
    assert float(optimizer.scale_loss(3.0)) == 6.0


def test_a_traced_loss_reads_the_scale_of_each_step():
    from kerasish.backend.discovery import get

    optimizer = LossScaleOptimizer(make("SGD"), initial_scale=8.0)
    function = get("graph").function(optimizer.scale_loss)
    assert float(function(np.float32(3))) == 24.0
    optimizer.dynamic_scale.assign(2.0)
    assert float(function(np.float32(3))) == 6.0


def test_rate_and_count_are_the_inner_optimizers():
    inner = make("SGD", learning_rate=0.5)
    optimizer = LossScaleOptimizer(inner)
    assert float(optimizer.learning_rate) == 0.5
    optimizer.learning_rate = 0.25
    assert float(inner.learning_rate) == 0.25
    optimizer.apply(make_gradients(1)[0], make_variables())
    assert int(optimizer.iterations) == 1


def test_its_state_comes_before_the_inner_optimizers():
    optimizer = LossScaleOptimizer(make("SGD", momentum=0.9, name="inner"), name="outer")
    optimizer.build(make_variables(shapes=[(2,)]))
    assert [v.path for v in optimizer.variables] == [
        "outer/iteration",
        "outer/learning_rate",
        "outer/step_counter",
        "outer/dynamic_scale",
        "inner/iteration",
        "inner/learning_rate",
        "inner/v0_momentum",
    ]


def test_all_state_goes_through_a_store():
    gradients = scaled(make_gradients(4), 16.0)
    first, variables = LossScaleOptimizer(make("Adam"), 16.0, 3), make_variables()
    run(first, variables, gradients)
    store = {}
    first.save_own_variables(store)
    second = LossScaleOptimizer(make("Adam"), 16.0, 3)
    second.build(make_variables())
    second.load_own_variables(store)
    assert_same([v.numpy() for v in second.variables], [v.numpy() for v in first.variables])


def test_averages_are_the_inner_optimizers():
    optimizer = LossScaleOptimizer(make("SGD", use_ema=True, ema_momentum=0.5), 1.0)
    variables, gradients = make_variables(shapes=[(3,)]), make_gradients(2, shapes=[(3,)])
    run(optimizer, variables, gradients)
    average = optimizer.inner_optimizer._averages[0].numpy()
    optimizer.finalize_variable_values(variables)
    assert_same([variables[0].numpy()], [average])


def test_config_and_copies():
    optimizer = LossScaleOptimizer(make("Adam", learning_rate=0.5), 64.0, 7, name="mine")
    config = json.loads(json.dumps(optimizer.get_config()))
    assert set(config) == {"name", "inner_optimizer", "initial_scale", "dynamic_growth_steps"}
    again = LossScaleOptimizer.from_config(config)
    assert again.get_config() == optimizer.get_config()
    found = optimizers.deserialize(optimizers.serialize(optimizer))
    assert type(found) is LossScaleOptimizer
    copied = pickle.loads(pickle.dumps(optimizer))
    assert copied.get_config() == optimizer.get_config()


def test_the_inner_optimizers_own_scale_is_switched_off():
    inner = make("SGD", loss_scale_factor=4.0)
    LossScaleOptimizer(inner)
    assert inner.loss_scale_factor is None


@pytest.mark.parametrize(
    "given, message",
    [
        ({"dynamic": False}, "loss_scale_factor"),
        ({"clipnorm": 1.0}, "clipnorm"),
        ({"use_ema": True}, "use_ema"),
        ({"bogus": 1}, "bogus"),
    ],
)
def test_arguments_of_the_inner_optimizer_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        LossScaleOptimizer(make("SGD"), **given)
    LossScaleOptimizer(make("SGD"), use_ema=False, clipnorm=None, ema_momentum=0.99)
