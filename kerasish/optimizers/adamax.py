"""Adamax: Adam with the largest recent gradient in place of the mean square."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.optimizers.moments import MomentOptimizer, faded


class Adamax(MomentOptimizer):
    """Adam with a fading maximum of the gradient's size (Kingma and Ba, 2014, section 7.1).

    Args:
        learning_rate: length of a step.
        beta_1: how much of the mean gradient stays at each step.
        beta_2: how much of the largest size stays at each step.
        epsilon: keeps the quotient finite.
        *shared: the arguments of Optimizer from `weight_decay` on, by place.
        **named: the same by name.
    """

    slots = ("momentum", "norm")
    elementwise = True

    def update(
        self, variable: Any, gradient: Any, momentum: Any, norm: Any, *,
        step: Any, learning_rate: Any,
    ) -> Any:  # fmt: skip
        """m += (g - m)(1 - b1); u = max(b2 u, |g|); x -= rate m / (1 - b1^step) / (u + epsilon)."""
        momentum = faded(momentum, gradient, self.beta_1)
        norm = ops.maximum(norm * self.beta_2, ops.abs(gradient))
        rate = learning_rate / (1 - ops.power(self.beta_1, step))
        return variable - momentum * rate / (norm + self.epsilon), momentum, norm
