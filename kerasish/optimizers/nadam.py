"""Nadam: Adam that looks ahead by its momentum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kerasish import ops
from kerasish.arrays.dtype import floatx
from kerasish.backend.variable import Variable
from kerasish.optimizers.moments import MomentOptimizer, faded


class Nadam(MomentOptimizer):
    """Adam with Nesterov's momentum, which grows over the first steps (Dozat, 2015).

    Args:
        learning_rate: length of a step.
        beta_1, beta_2: how much of the means stays at each step.
        epsilon: keeps the quotient finite.
        *shared: the arguments of Optimizer from `weight_decay` on, by place.
        **named: the same by name.
    """

    elementwise = True

    def build(self, variables: Sequence[Variable]) -> None:
        """Make the slots, and the product of all momenta so far, which they share."""
        super().build(variables)
        dtype = variables[0]._dtype if variables else floatx()
        self._product = self.add_variable((), "ones", dtype=dtype)

    def _momentum_of(self, step: Any) -> Any:
        return self.beta_1 * (1 - 0.5 * ops.power(0.96, step))

    def _backend_update_step(self, grads: Any, variables: Any, learning_rate: Any) -> None:
        step = ops.cast(ops.add(self.iterations, 1), self._product._dtype)
        self._product.assign(self._product * self._momentum_of(step))
        super()._backend_update_step(grads, variables, learning_rate)

    def update(
        self, variable: Any, gradient: Any, momentum: Any, velocity: Any, *,
        step: Any, learning_rate: Any,
    ) -> Any:  # fmt: skip
        """x -= rate (u' m / (1 - P u') + (1 - u) g / (1 - P)) / (sqrt v + epsilon); P: all u."""
        now, after = self._momentum_of(step), self._momentum_of(step + 1)
        product = ops.cast(self._product, variable.dtype)
        momentum = faded(momentum, gradient, self.beta_1)
        velocity = faded(velocity, ops.square(gradient), self.beta_2)
        ahead = momentum * (after / (1 - product * after)) + gradient * ((1 - now) / (1 - product))
        size = ops.sqrt(velocity / (1 - ops.power(self.beta_2, step))) + self.epsilon
        return variable - ahead * learning_rate / size, momentum, velocity
