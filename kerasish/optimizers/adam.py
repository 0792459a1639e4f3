"""Adam: steps scaled by running means of the gradient and of its square."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.optimizers.moments import MomentOptimizer, faded


class Adam(MomentOptimizer):
    """Steps scaled by running means of the gradient and of its square (Kingma and Ba, 2014).

    Args:
        learning_rate: length of a step.
        beta_1, beta_2: how much of the means stays at each step.
        epsilon: keeps the quotient finite.
        amsgrad: use the largest mean square so far (Reddi et al., 2018).
        *shared: the arguments of Optimizer from `weight_decay` on, by place.
        **named: the same by name.
    """

    elementwise = True

    def __init__(
        self, learning_rate: Any = 0.001, beta_1: float = 0.9, beta_2: float = 0.999,
        epsilon: float = 1e-7, amsgrad: bool = False, *shared: Any, **named: Any,
    ) -> None:  # fmt: skip
        super().__init__(learning_rate, beta_1, beta_2, epsilon, *shared, **named)
        self.amsgrad = amsgrad

    def active_slots(self) -> tuple[str, ...]:
        """The two means, and the largest mean square for amsgrad."""
        return self.slots + (("velocity_hat",) if self.amsgrad else ())

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        """The means of each variable, then the largest ones of all, as Keras has them."""
        slots = self.active_slots()
        return (slots[:2], slots[2:])

    def update(
        self, variable: Any, gradient: Any, *slots: Any, step: Any, learning_rate: Any
    ) -> Any:
        """m += (g - m)(1 - b1); v += (g*g - v)(1 - b2); x -= rate * m / (sqrt(v) + epsilon)."""
        momentum, velocity, *largest = slots
        momentum = faded(momentum, gradient, self.beta_1)
        velocity = faded(velocity, ops.square(gradient), self.beta_2)
        unbias = ops.sqrt(1 - ops.power(self.beta_2, step)) / (1 - ops.power(self.beta_1, step))
        rate = learning_rate * unbias
        largest = [ops.maximum(largest[0], velocity)] if largest else []
        size = ops.sqrt(largest[0] if largest else velocity) + self.epsilon
        return variable - momentum * rate / size, momentum, velocity, *largest


class AdamW(Adam):
    """Adam with weight decay by default (Loshchilov and Hutter, 2019)."""

    def __init__(
        self, learning_rate: Any = 0.001, weight_decay: Any = 0.004, beta_1: float = 0.9,
        beta_2: float = 0.999, epsilon: float = 1e-7, amsgrad: bool = False,
        *shared: Any, **named: Any,
    ) -> None:  # fmt: skip
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay, *shared, **named
        )
        if self.weight_decay is None:
            raise ValueError("AdamW needs a number for `weight_decay`; use Adam without one.")
