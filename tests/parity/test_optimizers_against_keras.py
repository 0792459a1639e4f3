"""Optimizers and schedules beside those of the real Keras: values, state, names, configs."""

import importlib.util
import inspect
import os

import numpy as np
import pytest

from kerasish import Variable, optimizers
from kerasish.backend import clear_session
from kerasish.optimizers import schedules
from tests.optimizers.rules import CASES, NAMES

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64:UserWarning"),  # JAX's
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # Keras's
    pytest.mark.skipif(
        not (importlib.util.find_spec("keras") and importlib.util.find_spec("jax")),
        reason="Keras with JAX is not installed, so there is nothing to compare with.",
    ),
]

SHAPES = [(3, 5), (7,), (2, 3, 4)]
AROUND = [
    {"clipnorm": 0.5},
    {"clipvalue": 0.25},
    {"global_clipnorm": 0.5},
    {"weight_decay": 0.1},
    {"use_ema": True, "ema_momentum": 0.75},
    {"use_ema": True, "ema_momentum": 0.75, "ema_overwrite_frequency": 2},
    {"loss_scale_factor": 4.0},
    {"gradient_accumulation_steps": 2},
]


@pytest.fixture(scope="module")
def keras():
    os.environ.setdefault("KERAS_BACKEND", "jax")
    return pytest.importorskip("keras")


def both(keras, name, steps=5, **given):
    """Run one optimizer here and there; return both, with their variables."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=s).astype("float32") for s in SHAPES]
    gradients = [[rng.normal(size=s).astype("float32") for s in SHAPES] for _ in range(steps)]
    results = []
    for package, variable in ((optimizers, Variable), (keras.optimizers, keras.Variable)):
        variables = [variable(a, name=f"v{i}") for i, a in enumerate(arrays)]
        optimizer = getattr(package, name)(**given)
        optimizer.build(variables)
        for grads in gradients:
            optimizer.apply([keras.ops.convert_to_tensor(g) for g in grads]
                            if variable is keras.Variable else grads, variables)  # fmt: skip
        results.append((optimizer, variables))
    return results


def assert_close(ours, theirs):
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        assert tuple(a.shape) == tuple(b.shape)
        assert str(a.dtype) == str(b.dtype)
        np.testing.assert_allclose(a.numpy(), np.asarray(b), rtol=3e-5, atol=2e-6, err_msg=b.path)


@pytest.mark.parametrize("name, given", CASES)
def test_values_and_state_are_kerass(name, given, keras):
    (ours, mine), (theirs, other) = both(keras, name, **given)
    assert_close(mine, other)
    assert_close(ours.variables, theirs.variables)


@pytest.mark.parametrize("given", AROUND)
@pytest.mark.parametrize("name", ["SGD", "Adam", "Adafactor", "Nadam"])
def test_what_is_around_a_rule_is_kerass(name, given, keras):
    (ours, mine), (theirs, other) = both(keras, name, learning_rate=0.1, **given)
    assert_close(mine, other)
    assert_close(ours.variables, theirs.variables)


@pytest.mark.parametrize("name", NAMES)
def test_names_of_state_are_kerass(name, keras):
    clear_session()
    keras.backend.clear_session()
    (ours, _), (theirs, _) = both(keras, name, 0, gradient_accumulation_steps=2, use_ema=True)
    mine, other = ([v.path for v in o.variables] for o in (ours, theirs))
    outside = {"Nadam": {-1}, "Adafactor": {11, 12}}.get(name, set())  # Keras scopes these not
    for i, (a, b) in enumerate(zip(mine, other, strict=True)):
        assert a == b or i in outside or i - len(mine) in outside


@pytest.mark.parametrize("name", [*NAMES, "LossScaleOptimizer"])
def test_configs_and_arguments_are_kerass(name, keras):
    clear_session()
    keras.backend.clear_session()
    inner = name == "LossScaleOptimizer"
    ours = getattr(optimizers, name)(*([optimizers.SGD()] if inner else []))
    theirs = getattr(keras.optimizers, name)(*([keras.optimizers.SGD()] if inner else []))
    config = ours.get_config()
    assert config == theirs.get_config()
    assert type(theirs).from_config(config).get_config() == theirs.get_config()
    wanted = inspect.signature(type(theirs).__init__).parameters
    for label, parameter in inspect.signature(type(ours).__init__).parameters.items():
        assert parameter.default == wanted[label].default, label


def test_loss_scaling_is_kerass(keras):
    rng = np.random.default_rng(0)
    array = rng.normal(size=4).astype("float32")
    gradients = rng.normal(size=(6, 4)).astype("float32") * 16
    gradients[2, 1] = np.inf
    mine, other = Variable(array, name="v"), keras.Variable(array, name="v")
    ours = optimizers.LossScaleOptimizer(optimizers.Adam(), 16.0, 2)
    theirs = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(), 16.0, 2)
    theirs.build([other])
    for g in gradients:
        ours.apply([g], [mine])
        state = [v.value for v in theirs.variables]  # JAX has no state within a branch
        (value,), state = theirs.stateless_apply(state, [keras.ops.array(g)], [other.value])
        for variable, x in zip([other, *theirs.variables], [value, *state], strict=True):
            variable.assign(x)
    assert_close([mine, *ours.variables], [other, *theirs.variables])


SCHEDULES = [
    ("ExponentialDecay", {"decay_steps": 4, "decay_rate": 0.9, "staircase": True}),
    ("CosineDecay", {"decay_steps": 7, "alpha": 0.1, "warmup_target": 0.9, "warmup_steps": 3}),
    ("CosineDecayRestarts", {"first_decay_steps": 3.5, "t_mul": 1.7, "m_mul": 0.8, "alpha": 0.1}),
    ("InverseTimeDecay", {"decay_steps": 4, "decay_rate": 0.9}),
    ("PolynomialDecay", {"decay_steps": 4, "cycle": True, "power": 0.5}),
]


@pytest.mark.parametrize("name, given", SCHEDULES)
def test_schedules_are_kerass(name, given, keras):
    ours = getattr(schedules, name)(0.5, **given)
    theirs = getattr(keras.optimizers.schedules, name)(0.5, **given)
    assert ours.get_config() == theirs.get_config()
    for step in range(40):
        np.testing.assert_allclose(
            float(ours(step)), float(theirs(step)), rtol=1e-4, atol=1e-6, err_msg=str(step)
        )


def test_public_schedules_are_kerass(keras):
    public = {n for n in dir(keras.optimizers.schedules) if not n.startswith("_")}
    assert set(schedules.__all__) == public
