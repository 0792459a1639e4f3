"""SGD: a step against the gradient, with momentum if wanted."""

from __future__ import annotations

from typing import Any

from kerasish.errors import explain
from kerasish.optimizers.optimizer import Optimizer


class SGD(Optimizer):
    """Steps against the gradient.

    Args:
        learning_rate: length of a step.
        momentum: how much of the last step goes into the next, from 0 to 1.
        nesterov: look ahead by the momentum (Nesterov, 1983).
        *shared: the arguments of Optimizer from `weight_decay` on, by place.
        **named: the same by name.
    """

    elementwise = True

    def __init__(
        self, learning_rate: Any = 0.01, momentum: float = 0.0, nesterov: bool = False,
        *shared: Any, **named: Any,
    ) -> None:  # fmt: skip
        super().__init__(learning_rate, *shared, **named)
        if not isinstance(momentum, (int, float)) or not 0 <= momentum <= 1:
            raise ValueError(explain("`momentum` must be a number from 0 to 1", momentum=momentum))
        self.momentum, self.nesterov = momentum, nesterov

    def active_slots(self) -> tuple[str, ...]:
        """Only momentum needs to remember."""
        return ("momentum",) if self.momentum else ()

    def update(
        self, variable: Any, gradient: Any, *slots: Any, step: Any, learning_rate: Any
    ) -> Any:
        """v = momentum * v - rate * g; x = x + v, or x + momentum * v - rate * g."""
        move = gradient * learning_rate
        if not slots:
            return variable - move
        velocity = slots[0] * self.momentum - move
        if self.nesterov:
            return variable + (velocity * self.momentum - move), velocity
        return variable + velocity, velocity
