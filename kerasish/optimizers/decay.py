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
    iterations: Any
    _index: dict[int, int]
    _trainable_variables: list[Variable]
    _averages: list[Variable | None]
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
        """Let the averages follow; where it is time, set the variables to them.

        Both look at the number of updates, as Keras does: while gradients accumulate, it stays the
        same for some steps.
        """
        pairs = [
            (variable, average)
            for variable, average in zip(self._trainable_variables, self._averages, strict=True)
            if average is not None
        ]
        updates = self.iterations
        is_first = ops.equal(updates, 0)
        for variable, average in pairs:
            # In this form, unlike in `m * a + (1 - m) * v`, what does not change stays as it is.
            moved = average + (variable - average) * (1.0 - self.ema_momentum)
            average.assign(ops.where(is_first, variable, moved))
        every = self.ema_overwrite_frequency
        if every:
            is_due = ops.equal(ops.mod(updates + 1, every), 0)
            for variable, average in pairs:
                variable.assign(ops.where(is_due, average, variable))

    def finalize_variable_values(self, var_list: Any) -> None:
        """Set the variables to their averages, if those are kept: the end of training."""
        if self.use_ema and self.built:
            for variable in var_list:
                index = self._index.get(id(variable))
                average = None if index is None else self._averages[index]
                if average is not None:
                    variable.assign(average.value)
