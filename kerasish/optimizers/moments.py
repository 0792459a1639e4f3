"""Moments: what Adam and its kin share, running means of the gradient and of its square."""

from __future__ import annotations

from typing import Any

from kerasish.optimizers.optimizer import Optimizer


class MomentOptimizer(Optimizer):
    """Base of the optimizers that keep fading means of what gradients were.

    Args:
        learning_rate: length of a step.
        beta_1, beta_2: how much of the means stays at each step.
        epsilon: keeps the quotient finite.
        *shared: the arguments of Optimizer from `weight_decay` on, by place.
        **named: the same by name.
    """

    slots: tuple[str, ...] = ("momentum", "velocity")

    def __init__(
        self, learning_rate: Any = 0.001, beta_1: float = 0.9, beta_2: float = 0.999,
        epsilon: float = 1e-7, *shared: Any, **named: Any,
    ) -> None:  # fmt: skip
        super().__init__(learning_rate, *shared, **named)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon


def faded(mean: Any, value: Any, beta: float) -> Any:
    """Return the mean after one more value: `beta` of the old stays."""
    return mean + (value - mean) * (1 - beta)
