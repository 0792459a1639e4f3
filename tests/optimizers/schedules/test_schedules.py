"""Each schedule against its formula, in both engines and through its config."""

import json
import math

import numpy as np
import pytest

from kerasish.backend.discovery import get
from kerasish.optimizers import schedules


def cosine(share, alpha=0.0):
    return (1 - alpha) * 0.5 * (1 + math.cos(math.pi * share)) + alpha


def warm_cosine(t):
    return 0.1 + 0.4 * t / 4 if t < 4 else 0.5 * cosine(min((t - 4) / 10, 1), 0.25)


def cycling(t):
    span = 10 * (math.ceil(t / 10) if t else 1)
    return 0.4 * (1 - t / span) ** 2 + 0.1


def restarts(t, first=3, longer=2, higher=0.5):
    number, length = 0, first
    while t >= length:
        t, length, number = t - length, length * longer, number + 1
    return 0.5 * higher**number * cosine(t / length)


CASES = {
    "exponential": (
        schedules.ExponentialDecay(0.5, 4, 0.9),
        lambda t: 0.5 * 0.9 ** (t / 4),
    ),
    "exponential in stairs": (
        schedules.ExponentialDecay(0.5, 4, 0.9, staircase=True),
        lambda t: 0.5 * 0.9 ** (t // 4),
    ),
    "piecewise": (
        schedules.PiecewiseConstantDecay([2, 5], [1.0, 0.5, 0.1]),
        lambda t: 1.0 if t <= 2 else 0.5 if t <= 5 else 0.1,
    ),
    "cosine": (
        schedules.CosineDecay(0.5, 10, alpha=0.25),
        lambda t: 0.5 * cosine(min(t / 10, 1), 0.25),
    ),
    "cosine after a warm-up": (
        schedules.CosineDecay(0.1, 10, alpha=0.25, warmup_target=0.5, warmup_steps=4),
        warm_cosine,
    ),
    "inverse time": (
        schedules.InverseTimeDecay(0.5, 4, 0.9),
        lambda t: 0.5 / (1 + 0.9 * t / 4),
    ),
    "inverse time in stairs": (
        schedules.InverseTimeDecay(0.5, 4, 0.9, staircase=True),
        lambda t: 0.5 / (1 + 0.9 * (t // 4)),
    ),
    "polynomial": (
        schedules.PolynomialDecay(0.5, 10, 0.1, power=2.0),
        lambda t: 0.4 * (1 - min(t, 10) / 10) ** 2 + 0.1,
    ),
    "polynomial in cycles": (
        schedules.PolynomialDecay(0.5, 10, 0.1, power=2.0, cycle=True),
        cycling,
    ),
    "restarts": (
        schedules.CosineDecayRestarts(0.5, 3, t_mul=2.0, m_mul=0.5),
        restarts,
    ),
    "restarts of one length": (
        schedules.CosineDecayRestarts(0.5, 3, t_mul=1.0, m_mul=0.5),
        lambda t: restarts(t, longer=1),
    ),
}
EVERY = pytest.mark.parametrize("schedule, formula", CASES.values(), ids=CASES)


@EVERY
def test_the_rate_follows_the_formula(schedule, formula):
    for step in range(100):
        rate = schedule(np.int32(step))
        assert rate.dtype == "float32"
        np.testing.assert_allclose(rate.numpy(), formula(step), rtol=2e-5, atol=2e-6, err_msg=step)


@EVERY
def test_both_engines_give_the_same_bits(schedule, formula):
    traced = get("graph").function(schedule)
    for step in range(20):
        eager, graph = schedule(np.int32(step)).numpy(), traced(np.int32(step)).numpy()
        assert eager.tobytes() == graph.tobytes()


@EVERY
def test_the_config_makes_an_equal_schedule(schedule, formula):
    config = json.loads(json.dumps(schedules.serialize(schedule)))
    again = schedules.deserialize(config)
    assert type(again) is type(schedule)
    assert again.get_config() == schedule.get_config()
    assert schedule(np.int32(7)).numpy() == again(np.int32(7)).numpy()


def test_a_wave_begins_at_the_very_step():
    schedule = schedules.CosineDecayRestarts(1.0, 10)
    begin = 0
    for wave in range(12):
        assert float(schedule(begin)) == pytest.approx(1.0), wave
        assert begin == 0 or float(schedule(begin - 1)) < 0.1
        begin += 10 * 2**wave


@pytest.mark.parametrize(
    "make",
    [
        lambda: schedules.ExponentialDecay(0.5, 0, 0.9),
        lambda: schedules.CosineDecay(0.5, -1),
        lambda: schedules.CosineDecayRestarts(0.5, 0),
        lambda: schedules.InverseTimeDecay(0.5, 0, 0.9),
        lambda: schedules.PolynomialDecay(0.5, 0),
        lambda: schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2]),
    ],
)
def test_impossible_lengths_are_refused(make):
    with pytest.raises(ValueError, match="Received"):
        make()


def test_a_schedule_of_ones_own_needs_only_a_call():
    class Falling(schedules.LearningRateSchedule):
        def __call__(self, step):
            return 1.0 / (1 + step)

    assert Falling()(3) == 0.25
    with pytest.raises(NotImplementedError):
        Falling().get_config()
