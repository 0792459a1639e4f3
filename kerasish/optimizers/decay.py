"""What an optimizer does besides its rule: weight decay, and averages of the variables."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.backend.variable import Variable


class Decay:
    """The part of an optimizer that lets variables decay and averages them."""

    built: bool
    weight_decay: float | None
    use_ema: bool
    ema_momentum: float
    ema_overwrite_frequency: int | None
    _iterations: Variable
    _index: dict[int, int]
    _trainable_variables: list[Variable]
    _averages: list[Variable]
    _excluded: set[int]
    _excluded_words: list[str]

    def exclude_from_weight_decay(self, var_list: Any = None, var_names: Any = None) -> None:
        """Leave variables out of the decay: these, or those whose name has one of the words."""
        if self.built:
            raise ValueError("exclude_from_weight_decay must be called before the first update.")
        self._excluded = list(var_list or [])
        self._excluded_words = list(var_names or [])

    def apply_weight_decay(self, variables: list[Variable]) -> None:
        """Take the decay's share off the variables."""
        if self.weight_decay is None:
            return
        rate = self._get_current_learning_rate()
        for variable in variables:
            excluded = any(variable is v for v in self._excluded) or any(
                word in variable.name for word in self._excluded_words
            )
            if not excluded:
                decay = ops.cast(rate, variable._dtype) * self.weight_decay
                variable.assign(variable - variable * decay)

    def _update_averages(self) -> None:
        momentum = self.ema_momentum
        is_first = ops.cast(ops.equal(self._iterations, 0), "float32")
        for variable, average in zip(self._trainable_variables, self._averages, strict=True):
            keep = ops.cast(momentum * (1.0 - is_first), variable._dtype)
            average.assign(keep * average + (1.0 - keep) * variable)
        every = self.ema_overwrite_frequency
        if every:
            is_due = ops.equal(ops.mod(self._iterations + 1, every), 0)
            for variable, average in zip(self._trainable_variables, self._averages, strict=True):
                variable.assign(ops.where(is_due, average, variable))

    def finalize_variable_values(self, var_list: Any) -> None:
        """Set the variables to their averages, if those are kept: the end of training."""
        if self.use_ema and self.built:
            for variable in var_list:
                if id(variable) in self._index:
                    variable.assign(self._averages[self._index[id(variable)]].value)
