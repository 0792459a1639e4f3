"""Each optimizer against its rule in float64, and its ways of running against one another."""

import numpy as np
import pytest

from kerasish import optimizers
from tests.optimizers.rules import CASES, NAMES, reference
from tests.optimizers.training import (
    SHAPES,
    assert_same,
    make,
    make_gradients,
    make_variables,
    run,
)

STEPS = 5


def expected(name, given, variables, gradients):
    results = []
    for i, variable in enumerate(variables):
        rule, x = reference(name, **given), variable.numpy().astype("float64")
        for grads in gradients:
            x = rule.step(x, grads[i].astype("float64"))
        results.append(x)
    return results


@pytest.mark.parametrize("name, given", CASES)
def test_five_steps_follow_the_rule(name, given):
    variables, gradients = make_variables(), make_gradients(STEPS)
    wanted = expected(name, given, variables, gradients)
    run(make(name, **given), variables, gradients)
    for variable, x in zip(variables, wanted, strict=True):
        np.testing.assert_allclose(variable.numpy(), x, rtol=3e-5, atol=2e-6)


@pytest.mark.parametrize("name, given", CASES)
def test_float64_follows_the_rule_to_its_last_digits(name, given):
    variables = make_variables(dtype="float64")
    gradients = make_gradients(STEPS, dtype="float64")
    given = {**given, "learning_rate": 0.125}  # which a float32 variable keeps exactly
    if name in ("Adagrad", "Ftrl"):
        given["initial_accumulator_value"] = 0.125
    wanted = expected(name, given, variables, gradients)
    run(make(name, **given), variables, gradients)
    for variable, x in zip(variables, wanted, strict=True):
        np.testing.assert_allclose(variable.numpy(), x, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name, given", CASES)
def test_both_engines_give_the_same_bits(name, given):
    gradients = make_gradients(STEPS)
    assert_same(
        run(make(name, **given), make_variables(), gradients, "eager"),
        run(make(name, **given), make_variables(), gradients, "graph"),
    )


@pytest.mark.parametrize("engine", ["eager", "graph"])
@pytest.mark.parametrize("shapes", [SHAPES, [(17,), (33,), (1, 129)], [(1,), (1,)]])
@pytest.mark.parametrize("name, given", CASES)
def test_all_at_once_gives_the_bits_of_one_by_one(name, given, shapes, engine):
    gradients = make_gradients(STEPS, shapes=shapes)
    one_by_one = make(name, **given)
    one_by_one.elementwise = False
    assert_same(
        run(make(name, **given), make_variables(shapes=shapes), gradients, engine),
        run(one_by_one, make_variables(shapes=shapes), gradients, engine),
    )


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("Lamb", "Adafactor")])
def test_elementwise_rules_live_in_flat_buffers(name):
    variables = make_variables()
    optimizer = make(name)
    optimizer.build(variables)
    assert optimizer.elementwise
    flats = {id(v.flat) for v in variables}
    assert len(flats) == 1
    assert variables[0].flat is not None
    for slot in optimizer._slots.values():
        assert len({id(v.flat) for v in slot}) == 1


@pytest.mark.parametrize("name", NAMES)
def test_dtypes_side_by_side_are_updated_each_in_its_own(name):
    wide, narrow = make_variables(dtype="float64"), make_variables(dtype="float32")
    gradients = make_gradients(3)
    run(make(name), [*wide, *narrow], [[*g, *g] for g in gradients])
    alone = make_variables(dtype="float32")
    run(make(name), alone, gradients)
    assert_same([v.numpy() for v in narrow], [v.numpy() for v in alone])
    assert all(v.dtype == "float64" for v in wide)


@pytest.mark.parametrize("name", NAMES)
def test_a_loss_gets_smaller(name):
    variables = make_variables()
    optimizer = make(name, learning_rate=1.0 if name in ("Adadelta", "Ftrl") else 0.02)
    before = sum(float((v.numpy() ** 2).sum()) for v in variables)
    for _ in range(30):
        optimizer.apply([2 * v.numpy() for v in variables], variables)
    assert sum(float((v.numpy() ** 2).sum()) for v in variables) < before


def test_ftrl_leaves_small_weights_at_zero():
    variables, gradients = make_variables(shapes=[(4,)]), make_gradients(3, shapes=[(4,)])
    run(make("Ftrl", learning_rate=0.1, l1_regularization_strength=100.0), variables, gradients)
    assert variables[0].numpy().tolist() == [0.0] * 4


def test_lamb_leaves_the_ratio_at_one_where_a_norm_is_zero():
    (variable,) = make_variables(shapes=[(3,)])
    variable.assign(np.zeros(3, "float32"))
    optimizer = make("Lamb", learning_rate=0.5)
    optimizer.apply([np.ones(3, "float32")], [variable])
    np.testing.assert_allclose(variable.numpy(), -0.5, rtol=1e-5)
    optimizer = make("Lamb")
    (other,) = make_variables(shapes=[(3,)])
    before = other.numpy()
    optimizer.apply([np.zeros(3, "float32")], [other])
    assert_same([other.numpy()], [before])


def test_lion_moves_every_element_equally_far():
    (variable,) = make_variables(shapes=[(50,)])
    before = variable.numpy()
    make("Lion", learning_rate=0.25).apply(make_gradients(1, shapes=[(50,)])[0], [variable])
    np.testing.assert_allclose(np.abs(variable.numpy() - before), 0.25, rtol=1e-6)


def test_adafactor_keeps_rows_and_columns_instead_of_the_whole():
    variables = make_variables(shapes=[(30, 50), (7,)])
    optimizer = make("Adafactor")
    optimizer.build(variables)
    shapes = [v.shape for v in optimizer.variables[2:]]
    assert shapes == [(30,), (50,), (30, 50), (), (), (7,)]


def test_a_rule_of_ones_own_needs_only_update():
    class Signs(optimizers.Optimizer):
        elementwise = True

        def update(self, variable, gradient, *, step, learning_rate):
            return variable - learning_rate * (gradient * 0 + step)

    variables = make_variables()
    before = [v.numpy() for v in variables]
    run(Signs(learning_rate=1.0), variables, make_gradients(2))
    for variable, x in zip(variables, before, strict=True):
        np.testing.assert_allclose(variable.numpy(), x - 3, rtol=1e-5)


def test_an_optimizer_written_for_keras_works():
    class Momentum(optimizers.Optimizer):
        def build(self, variables):
            super().build(variables)
            self.momenta = self.add_optimizer_variables(variables, "momentum")

        def update_step(self, gradient, variable, learning_rate):
            m = self.momenta[self._get_variable_index(variable)]
            m.assign(m * 0.9 - gradient * learning_rate)
            variable.assign_add(m)

    gradients = make_gradients(3)
    mine, ours = make_variables(), make_variables()
    run(Momentum(learning_rate=0.1), mine, gradients)
    run(make("SGD", learning_rate=0.1, momentum=0.9), ours, gradients)
    for a, b in zip(mine, ours, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-6)
