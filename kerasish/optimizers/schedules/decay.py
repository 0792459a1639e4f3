"""Schedules that let the learning rate fall."""

from __future__ import annotations

import math
from typing import Any

from kerasish import ops
from kerasish._registry.configurable import Configurable
from kerasish.optimizers.schedules.learning_rate_schedule import LearningRateSchedule


class DecaySchedule(Configurable, LearningRateSchedule):
    """A schedule whose config is its constructor's arguments."""

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return self.constructor_config(self._parameters)

    def _begin(self, initial_learning_rate: float, decay_steps: float) -> None:
        if decay_steps <= 0:
            raise ValueError(f"`decay_steps` must be positive. Received: decay_steps={decay_steps}")
        self.initial_learning_rate, self.decay_steps = initial_learning_rate, decay_steps

    def _progress(self, step: Any, steps: float) -> Any:
        return ops.divide(ops.cast(step, "float32"), float(steps))


class ExponentialDecay(DecaySchedule):
    """`initial * rate ** (step / steps)`, the exponent rounded down if `staircase`."""

    def __init__(
        self, initial_learning_rate: float, decay_steps: float, decay_rate: float,
        staircase: bool = False, name: str = "ExponentialDecay",
    ) -> None:  # fmt: skip
        self._begin(initial_learning_rate, decay_steps)
        self.decay_rate, self.staircase, self.name = decay_rate, staircase, name

    def __call__(self, step: Any) -> Any:
        power = self._progress(step, self.decay_steps)
        power = ops.floor(power) if self.staircase else power
        return ops.multiply(
            ops.power(ops.cast(self.decay_rate, "float32"), power), self.initial_learning_rate
        )


class PiecewiseConstantDecay(DecaySchedule):
    """One value up to each boundary, and a last one after them all."""

    def __init__(self, boundaries: Any, values: Any, name: str = "PiecewiseConstant") -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                "`values` must be one longer than `boundaries`. "
                f"Received: boundaries={boundaries}, values={values}"
            )
        self.boundaries, self.values, self.name = list(boundaries), list(values), name

    def __call__(self, step: Any) -> Any:
        step = ops.cast(step, "float32")
        rate = ops.cast(self.values[-1], "float32")
        for boundary, value in zip(self.boundaries[::-1], self.values[-2::-1], strict=True):
            rate = ops.where(step <= float(boundary), float(value), rate)
        return rate


class CosineDecay(DecaySchedule):
    """Half a cosine wave from the initial rate down to `alpha` of it, after a linear warm-up."""

    def __init__(
        self, initial_learning_rate: float, decay_steps: float, alpha: float = 0.0,
        name: str = "CosineDecay", warmup_target: float | None = None, warmup_steps: float = 0,
    ) -> None:  # fmt: skip
        self._begin(initial_learning_rate, decay_steps)
        self.alpha, self.name = alpha, name
        self.warmup_target, self.warmup_steps = warmup_target, warmup_steps

    def __call__(self, step: Any) -> Any:
        step = ops.cast(step, "float32")
        warm = self.warmup_target is not None
        top = self.warmup_target if warm else self.initial_learning_rate
        after = ops.subtract(step, float(self.warmup_steps)) if warm else step
        share = ops.clip(self._progress(after, self.decay_steps), 0.0, 1.0)
        wave = ops.multiply(ops.add(ops.cos(ops.multiply(share, math.pi)), 1.0), 0.5)
        rate = ops.multiply(ops.add(ops.multiply(wave, 1 - self.alpha), self.alpha), float(top))
        if not warm or not self.warmup_steps:
            return rate
        rise = self.warmup_target - self.initial_learning_rate
        up = ops.add(
            ops.multiply(self._progress(step, self.warmup_steps), rise), self.initial_learning_rate
        )
        return ops.where(step < float(self.warmup_steps), up, rate)


class InverseTimeDecay(DecaySchedule):
    """`initial / (1 + rate * step / steps)`, the quotient rounded down if `staircase`."""

    def __init__(
        self, initial_learning_rate: float, decay_steps: float, decay_rate: float,
        staircase: bool = False, name: str = "InverseTimeDecay",
    ) -> None:  # fmt: skip
        self._begin(initial_learning_rate, decay_steps)
        self.decay_rate, self.staircase, self.name = decay_rate, staircase, name

    def __call__(self, step: Any) -> Any:
        share = self._progress(step, self.decay_steps)
        share = ops.floor(share) if self.staircase else share
        return ops.divide(
            self.initial_learning_rate, ops.add(ops.multiply(share, self.decay_rate), 1.0)
        )


class PolynomialDecay(DecaySchedule):
    """From the initial rate to an end, by a power of the share of steps that remain."""

    def __init__(
        self, initial_learning_rate: float, decay_steps: float, end_learning_rate: float = 0.0001,
        power: float = 1.0, cycle: bool = False, name: str = "PolynomialDecay",
    ) -> None:  # fmt: skip
        self._begin(initial_learning_rate, decay_steps)
        self.end_learning_rate, self.power = end_learning_rate, power
        self.cycle, self.name = cycle, name

    def __call__(self, step: Any) -> Any:
        step = ops.cast(step, "float32")
        steps: Any = float(self.decay_steps)
        if self.cycle:
            rounds = ops.where(ops.equal(step, 0.0), 1.0, ops.ceil(ops.divide(step, steps)))
            steps = ops.multiply(rounds, steps)
        else:
            step = ops.minimum(step, steps)
        left = ops.power(ops.subtract(1.0, ops.divide(step, steps)), float(self.power))
        span = self.initial_learning_rate - self.end_learning_rate
        return ops.add(ops.multiply(left, span), self.end_learning_rate)
