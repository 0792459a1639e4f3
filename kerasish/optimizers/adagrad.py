"""Adagrad: steps divided by the root of all squared gradients so far."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.errors import explain
from kerasish.initializers import Constant
from kerasish.optimizers.optimizer import Optimizer


class Adagrad(Optimizer):
    """Steps that get shorter the more an element has moved (Duchi, Hazan and Singer, 2011).

    Args:
        learning_rate: length of a step; the paper's form has 1.0.
        initial_accumulator_value: what the sums of squares begin with.
        epsilon: keeps the quotient finite.
        *shared: the arguments of Optimizer from `weight_decay` on, by place.
        **named: the same by name.
    """

    slots = ("accumulator",)
    elementwise = True

    def __init__(
        self, learning_rate: Any = 0.001, initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7, *shared: Any, **named: Any,
    ) -> None:  # fmt: skip
        super().__init__(learning_rate, *shared, **named)
        if initial_accumulator_value < 0:
            raise ValueError(
                explain(
                    "`initial_accumulator_value` must not be negative",
                    initial_accumulator_value=initial_accumulator_value,
                )
            )
        self.initial_accumulator_value, self.epsilon = initial_accumulator_value, epsilon

    def slot_initializer(self, slot: str) -> Any:
        """The sums begin above 0, or else the first steps would all have one length."""
        return Constant(self.initial_accumulator_value)

    def update(
        self, variable: Any, gradient: Any, accumulator: Any, *, step: Any, learning_rate: Any
    ) -> Any:
        """a += g*g; x -= rate * g / sqrt(a + epsilon)."""
        accumulator = accumulator + ops.square(gradient)
        move = learning_rate * gradient / ops.sqrt(accumulator + self.epsilon)
        return variable - move, accumulator
