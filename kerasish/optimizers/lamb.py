"""Lamb: Adam's steps, scaled to the size of each variable."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.optimizers.moments import MomentOptimizer, faded


class Lamb(MomentOptimizer):
    """Adam's direction, as long as the variable's own norm: for large batches (You et al., 2019).

    Args:
        learning_rate: length of a step, as a share of the variable's norm.
        beta_1, beta_2: how much of the means stays at each step.
        epsilon: keeps the quotient finite.
        *shared: the arguments of Optimizer from `weight_decay` on, by place.
        **named: the same by name.
    """

    elementwise = False  # the norms are each variable's own

    def update(
        self, variable: Any, gradient: Any, momentum: Any, velocity: Any, *,
        step: Any, learning_rate: Any,
    ) -> Any:  # fmt: skip
        """u = m^ / (sqrt(v^) + epsilon), with Adam's means; x -= rate * |x| / |u| * u."""
        momentum = faded(momentum, gradient, self.beta_1)
        velocity = faded(velocity, ops.square(gradient), self.beta_2)
        size = ops.sqrt(velocity / (1 - ops.power(self.beta_2, step))) + self.epsilon
        direction = momentum / (1 - ops.power(self.beta_1, step)) / size
        own, other = _norm(variable), _norm(direction)
        are_positive = ops.logical_and(own > 0, other > 0)
        ratio = ops.where(are_positive, own / ops.where(are_positive, other, 1.0), 1.0)
        return variable - direction * (ratio * learning_rate), momentum, velocity


def _norm(x: Any) -> Any:
    return ops.sqrt(ops.sum(ops.square(x)))
