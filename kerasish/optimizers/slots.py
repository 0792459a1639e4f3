"""The state of an optimizer: its own variables, and some for each variable it trains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kerasish._names import named
from kerasish.arrays.dtype import floatx
from kerasish.backend.scopes import concrete
from kerasish.backend.variable import Variable


class Slots:
    """The part of an optimizer that makes its variables."""

    name: str
    _variables: list[Variable]

    def _track(self, variable: Variable) -> Variable:
        self._variables.append(variable)
        return variable

    def add_variable(
        self, shape: Any, initializer: Any = "zeros", dtype: Any = None, aggregation: str = "none",
        layout: Any = None, name: str | None = None,
    ) -> Variable:  # fmt: skip
        """Make a variable that belongs to this optimizer."""
        from kerasish import initializers

        with concrete(), named(self.name):
            return self._track(
                Variable(
                    initializers.get(initializer), shape=shape, dtype=dtype or floatx(),
                    trainable=False, name=name,
                )
            )  # fmt: skip

    def add_variable_from_reference(self, reference_variable: Variable, name: str | None = None,
                                    initializer: Any = "zeros") -> Variable:  # fmt: skip
        """Make a variable of the shape and dtype of another one."""
        label = f"{reference_variable.path.replace('/', '_')}_{name or 'slot'}"
        return self.add_variable(
            reference_variable.shape, initializer, dtype=reference_variable._dtype, name=label
        )

    def add_optimizer_variables(self, trainable_variables: Sequence[Variable], name: Any,
                                initializer: Any = "zeros") -> Any:  # fmt: skip
        """Make one variable, or several, for each trainable one; return lists of them.

        None stands for those of a variable that is replaced by its gradient: no rule applies.
        """
        names = [name] if isinstance(name, str) else list(name)
        kinds = (
            initializer if isinstance(initializer, (list, tuple)) else [initializer] * len(names)
        )
        found: list[list[Variable | None]] = [[] for _ in names]
        for variable in trainable_variables:
            for i, (slot, kind) in enumerate(zip(names, kinds, strict=True)):
                found[i].append(
                    None
                    if variable.overwrite_with_gradient
                    else self.add_variable_from_reference(variable, slot, kind)
                )
        return found[0] if isinstance(name, str) else found
