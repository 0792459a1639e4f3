"""The learning rate of an optimizer: a number that can be set, a schedule, or a callable."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.arrays.dtype import floatx
from kerasish.backend.variable import Variable
from kerasish.errors import explain
from kerasish.optimizers.schedules.learning_rate_schedule import LearningRateSchedule


class LearningRate:
    """The learning-rate part of an optimizer."""

    _learning_rate: Any
    _iterations: Any

    def set_learning_rate(self, learning_rate: Any) -> None:
        """Take a number, a schedule, or a callable.

        Raises:
            ValueError: for anything else.
        """
        if isinstance(learning_rate, LearningRateSchedule) or callable(learning_rate):
            self._learning_rate = learning_rate
            return
        if not isinstance(learning_rate, (int, float)) and not hasattr(learning_rate, "__float__"):
            raise ValueError(
                explain(
                    "`learning_rate` must be a number, a LearningRateSchedule or a callable",
                    learning_rate=learning_rate,
                )
            )
        if isinstance(learning_rate, int) and learning_rate < 0:
            raise ValueError(
                explain(
                    "`learning_rate` must not be a negative whole number",
                    advice="A negative float is taken, for steps along the gradient.",
                    learning_rate=learning_rate,
                )
            )
        variable = Variable(
            float(learning_rate), name="learning_rate", dtype=floatx(), trainable=False
        )
        self._learning_rate = self._track(variable)  # type: ignore[attr-defined]

    @property
    def learning_rate(self) -> Any:
        """The learning rate now: a variable, or what a schedule says of this step."""
        return self._get_current_learning_rate()

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if isinstance(self._learning_rate, Variable):
            if not callable(value):
                self._learning_rate.assign(value)
                return
            known = self._variables  # type: ignore[attr-defined]
            known[:] = [v for v in known if v is not self._learning_rate]
        elif isinstance(self._learning_rate, LearningRateSchedule) and not callable(value):
            raise TypeError(
                "This optimizer follows a schedule, so its learning rate cannot be set to a "
                "number. Make the optimizer with a number for `learning_rate` instead."
            )
        self.set_learning_rate(value)

    def _get_current_learning_rate(self) -> Any:
        rate = self._learning_rate
        if isinstance(rate, LearningRateSchedule):
            return rate(self._iterations)
        return rate if isinstance(rate, Variable) or not callable(rate) else rate()

    def learning_rate_config(self) -> Any:
        """Return the learning rate as a config has it."""
        from kerasish._registry import serialize_keras_object

        rate = self._learning_rate
        if isinstance(rate, Variable):
            return float(ops.convert_to_numpy(rate))
        return serialize_keras_object(rate)
