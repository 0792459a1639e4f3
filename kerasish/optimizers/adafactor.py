"""Adafactor: running mean squares kept as row and column means, to save memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kerasish import ops
from kerasish.backend.scopes import concrete
from kerasish.backend.variable import Variable
from kerasish.optimizers.optimizer import Optimizer


class Adafactor(Optimizer):
    """Steps divided by mean squares, kept as row and column means (Shazeer and Stern, 2018).

    Variables of fewer than two axes keep the mean square itself. The steps grow with the
    variable's size, and their root mean square is limited.

    Args:
        learning_rate: longest step, relative to the variable's size.
        beta_2_decay: how fast the means become long: a step adds `step ** beta_2_decay` to them.
        epsilon_1: added to squared gradients.
        epsilon_2: the least size that a variable counts as having.
        clip_threshold: largest root mean square of a step's direction.
        relative_step: kept for Keras; no rate is ever larger than `1 / sqrt(step)`.
        *shared: the arguments of Optimizer from `weight_decay` on, by place.
        **named: the same by name.
    """

    def __init__(
        self, learning_rate: Any = 0.001, beta_2_decay: float = -0.8, epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3, clip_threshold: float = 1.0, relative_step: bool = True,
        *shared: Any, **named: Any,
    ) -> None:  # fmt: skip
        super().__init__(learning_rate, *shared, **named)
        self.beta_2_decay = beta_2_decay
        self.epsilon_1, self.epsilon_2 = epsilon_1, epsilon_2
        self.clip_threshold, self.relative_step = clip_threshold, relative_step

    def build(self, variables: Sequence[Variable]) -> None:
        """Make the slots: the means of rows and of columns, and the mean square made of them.

        A variable of fewer than two axes has unused numbers in place of the first two, so that
        files agree with Keras's.
        """
        super().build(variables)
        rows, columns, squares = [], [], []
        for variable in variables:
            shape, name = variable.shape, variable.name
            if variable.overwrite_with_gradient:
                for slot in (rows, columns, squares):
                    slot.append(None)
                continue
            if len(shape) < 2:
                rows.append(self._unused(name))
                columns.append(self._unused(name))
            else:
                without_last, dtype = shape[:-1], variable._dtype
                rows.append(self.add_variable(without_last, dtype=dtype, name=name))
                columns.append(self.add_variable((*shape[:-2], shape[-1]), dtype=dtype, name=name))
            squares.append(self.add_variable_from_reference(variable, "velocity"))
        self._slots = {"rows": rows, "columns": columns, "velocity": squares}

    def _unused(self, name: str) -> Variable:
        with concrete():
            return self._track(Variable(0, name=name, dtype="int32", trainable=False))

    def update(
        self, variable: Any, gradient: Any, rows: Any, columns: Any, velocity: Any, *,
        step: Any, learning_rate: Any,
    ) -> Any:  # fmt: skip
        """v = rows ⊗ columns / mean(rows), means of g*g; u = g / sqrt(v), limited; x -= rate u."""
        rate = ops.minimum(learning_rate, 1 / ops.sqrt(step))
        rate = rate * ops.maximum(_root_mean_square(variable), self.epsilon_2)
        keep = 1 - ops.power(step, self.beta_2_decay)
        squares = ops.square(gradient) + self.epsilon_1
        if len(variable.shape) < 2:
            velocity = velocity * keep + squares * (1 - keep)
        else:
            rows = rows * keep + ops.mean(squares, axis=-1) * (1 - keep)
            columns = columns * keep + ops.mean(squares, axis=-2) * (1 - keep)
            shares = rows / ops.mean(rows, axis=-1, keepdims=True)
            velocity = ops.expand_dims(shares, -1) * ops.expand_dims(columns, -2)
        direction = gradient / ops.sqrt(velocity)
        limit = ops.maximum(_root_mean_square(direction) / self.clip_threshold, 1.0)
        return variable - direction / limit * rate, rows, columns, velocity


def _root_mean_square(x: Any) -> Any:
    return ops.sqrt(ops.mean(ops.square(x)))
