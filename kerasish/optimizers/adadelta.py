"""Adadelta: steps in the proportion of earlier steps to earlier gradients."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.optimizers.optimizer import Optimizer


class Adadelta(Optimizer):
    """Steps in the proportion of the steps' running size to the gradients' (Zeiler, 2012).

    Args:
        learning_rate: factor of the steps; the paper's form has 1.0.
        rho: how much of the running means stays at each step.
        epsilon: keeps the quotient finite, and the first steps above 0.
        *shared: the arguments of Optimizer from `weight_decay` on, by place.
        **named: the same by name.
    """

    slots = ("accumulated_grad", "accumulated_delta_var")
    elementwise = True

    def __init__(
        self, learning_rate: Any = 0.001, rho: float = 0.95, epsilon: float = 1e-7,
        *shared: Any, **named: Any,
    ) -> None:  # fmt: skip
        super().__init__(learning_rate, *shared, **named)
        self.rho, self.epsilon = rho, epsilon

    def update(
        self, variable: Any, gradient: Any, squares: Any, moves: Any, *,
        step: Any, learning_rate: Any,
    ) -> Any:  # fmt: skip
        """s: mean g*g; d = sqrt(m + epsilon) / sqrt(s + epsilon) * g; m: mean d*d; x -= rate d."""
        squares = squares * self.rho + ops.square(gradient) * (1 - self.rho)
        size = ops.sqrt(moves + self.epsilon)
        move = size * gradient / ops.sqrt(squares + self.epsilon)
        moves = moves * self.rho + ops.square(move) * (1 - self.rho)
        return variable - learning_rate * move, squares, moves
