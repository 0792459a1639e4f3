"""RMSprop: steps divided by a running mean of the gradient's size."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.optimizers.optimizer import Optimizer


class RMSprop(Optimizer):
    """Steps divided by a running root mean square of the gradient (Hinton, 2012).

    Args:
        learning_rate: length of a step.
        rho: how much of the mean square stays at each step.
        momentum: how much of the last step goes into the next.
        epsilon: keeps the quotient finite.
        centered: subtract the squared mean gradient: divide by the variance's root.
        *shared: the arguments of Optimizer from `weight_decay` on, by place.
        **named: the same by name.
    """

    elementwise = True

    def __init__(
        self, learning_rate: Any = 0.001, rho: float = 0.9, momentum: float = 0.0,
        epsilon: float = 1e-7, centered: bool = False, *shared: Any, **named: Any,
    ) -> None:  # fmt: skip
        super().__init__(learning_rate, *shared, **named)
        self.rho, self.momentum = rho, momentum
        self.epsilon, self.centered = epsilon, centered

    def active_slots(self) -> tuple[str, ...]:
        """The mean square, and what momentum and centering need."""
        momentum = ("momentum",) if self.momentum > 0 else ()
        return ("velocity", *momentum, *(("average_gradient",) if self.centered else ()))

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        """One slot of all variables after another, as Keras has them."""
        return tuple((slot,) for slot in self.active_slots())

    def update(
        self, variable: Any, gradient: Any, *slots: Any, step: Any, learning_rate: Any
    ) -> Any:
        """v = rho v + (1 - rho) g*g; x -= rate * g / sqrt(v + epsilon)."""
        values = dict(zip(self.active_slots(), slots, strict=True))
        velocity = self.rho * values["velocity"] + (1 - self.rho) * ops.square(gradient)
        values["velocity"] = velocity
        if self.centered:
            mean = self.rho * values["average_gradient"] + (1 - self.rho) * gradient
            values["average_gradient"] = mean
            velocity = velocity - ops.square(mean)
        move = learning_rate * gradient / ops.sqrt(velocity + self.epsilon)
        if self.momentum > 0:
            move = values["momentum"] = self.momentum * values["momentum"] + move
        return variable - move, *values.values()
