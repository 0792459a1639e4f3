"""Ftrl: follow the regularized leader, for sparse weights."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.errors import explain
from kerasish.initializers import Constant
from kerasish.optimizers.optimizer import Optimizer


class Ftrl(Optimizer):
    """Weights chosen anew at each step from all gradients so far (McMahan et al., 2013).

    With an `l1_regularization_strength`, weights whose sum of gradients stays small become 0.

    Args:
        learning_rate: length of a step.
        learning_rate_power: how fast steps get shorter; 0 keeps them, -0.5 is Adagrad's way.
        initial_accumulator_value: what the sums of squares begin with.
        l1_regularization_strength, l2_regularization_strength: penalties on the weights.
        l2_shrinkage_regularization_strength: a penalty through the gradients alone.
        beta: makes the l2 penalty stronger by `beta / (2 learning_rate)`.
        *shared: the arguments of Optimizer from `weight_decay` on, by place.
        **named: the same by name.

    Raises:
        ValueError: for a positive power, or a negative strength.
    """

    slots = ("accumulator", "linear")
    elementwise = True

    def __init__(
        self, learning_rate: Any = 0.001, learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1, l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0, beta: float = 0.0,
        *shared: Any, **named: Any,
    ) -> None:  # fmt: skip
        super().__init__(learning_rate, *shared, **named)
        strengths = {
            "initial_accumulator_value": initial_accumulator_value,
            "l1_regularization_strength": l1_regularization_strength,
            "l2_regularization_strength": l2_regularization_strength,
            "l2_shrinkage_regularization_strength": l2_shrinkage_regularization_strength,
        }
        for label, value in strengths.items():
            if value < 0:
                raise ValueError(explain(f"`{label}` must not be negative", **{label: value}))
            setattr(self, label, value)
        if learning_rate_power > 0:
            raise ValueError(
                explain(
                    "`learning_rate_power` must not be positive",
                    learning_rate_power=learning_rate_power,
                )
            )
        self.learning_rate_power, self.beta = learning_rate_power, beta

    def slot_initializer(self, slot: str) -> Any:
        """The sums of squares begin above 0."""
        return Constant(self.initial_accumulator_value) if slot == "accumulator" else "zeros"

    def _size(self, accumulator: Any) -> Any:
        """The sum of squares to the power; by sqrt where that is the same, as it is faster."""
        if self.learning_rate_power == -0.5:
            return ops.sqrt(accumulator)
        return ops.power(accumulator, -self.learning_rate_power)

    def update(
        self, variable: Any, gradient: Any, accumulator: Any, linear: Any, *,
        step: Any, learning_rate: Any,
    ) -> Any:  # fmt: skip
        """n += g*g; z += g - (sqrt n)' / rate x; x = (clip z - z) / (sqrt n / rate + 2 l2)."""
        total = accumulator + ops.square(gradient)
        size, before = self._size(total), self._size(accumulator)
        if self.l2_shrinkage_regularization_strength:
            gradient = gradient + variable * (2 * self.l2_shrinkage_regularization_strength)
        linear = linear + (gradient - (size - before) / learning_rate * variable)
        quadratic = size / learning_rate + 2 * self._l2(learning_rate)
        limit = self.l1_regularization_strength
        return (ops.clip(linear, -limit, limit) - linear) / quadratic, total, linear

    def _l2(self, learning_rate: Any) -> Any:
        strength = self.l2_regularization_strength
        return strength + self.beta / (2.0 * learning_rate) if self.beta else strength
