"""CosineDecayRestarts: cosine waves one after another, each longer than the last."""

from __future__ import annotations

import math
from typing import Any

from kerasish import ops
from kerasish.optimizers.schedules.decay import DecaySchedule


class CosineDecayRestarts(DecaySchedule):
    """Half a cosine wave down to `alpha` of the rate, and again (Loshchilov and Hutter, 2016).

    Args:
        initial_learning_rate: where the first wave begins.
        first_decay_steps: length of the first wave.
        t_mul: how many times longer each wave is than the one before.
        m_mul: how many times higher each wave begins than the one before.
        alpha: share of the rate that stays at a wave's end.
        name: of the schedule.

    Raises:
        ValueError: when `first_decay_steps` is not positive.
    """

    def __init__(
        self, initial_learning_rate: float, first_decay_steps: float, t_mul: float = 2.0,
        m_mul: float = 1.0, alpha: float = 0.0, name: str = "SGDRDecay",
    ) -> None:  # fmt: skip
        if first_decay_steps <= 0:
            raise ValueError(
                "`first_decay_steps` must be positive. "
                f"Received: first_decay_steps={first_decay_steps}"
            )
        self.initial_learning_rate, self.first_decay_steps = (
            initial_learning_rate, first_decay_steps,
        )  # fmt: skip
        self.t_mul, self.m_mul, self.alpha, self.name = t_mul, m_mul, alpha, name

    def __call__(self, step: Any) -> Any:
        wave, share = self._place(self._progress(step, self.first_decay_steps))
        height = ops.multiply(ops.power(ops.cast(self.m_mul, "float32"), wave), 0.5)
        wave_now = ops.multiply(height, ops.add(ops.cos(ops.multiply(share, math.pi)), 1.0))
        rate = ops.add(ops.multiply(wave_now, 1 - self.alpha), self.alpha)
        return ops.multiply(rate, self.initial_learning_rate)

    def _place(self, progress: Any) -> tuple[Any, Any]:
        """Return the number of the wave, from 0 on, and the share of it that is over."""
        if self.t_mul == 1:
            wave = ops.floor(progress)
            return wave, ops.subtract(progress, wave)
        grown = ops.add(ops.multiply(progress, self.t_mul - 1.0), 1.0)
        wave = ops.floor(ops.divide(ops.log(grown), math.log(self.t_mul)))
        length, over = self._wave(wave, progress)
        # The logarithm may round down just where a wave begins.
        wave = ops.where(over >= length, ops.add(wave, 1.0), wave)
        length, over = self._wave(wave, progress)
        return wave, ops.divide(over, length)

    def _wave(self, wave: Any, progress: Any) -> tuple[Any, Any]:
        """Return a wave's length, and how far it is over, in lengths of the first one."""
        length = ops.power(ops.cast(self.t_mul, "float32"), wave)
        begin = ops.divide(ops.subtract(length, 1.0), self.t_mul - 1.0)
        return length, ops.subtract(progress, begin)
