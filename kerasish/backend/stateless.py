"""StatelessScope: variables read from and written to a table instead of their memory."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Any

from kerasish.backend.convert import as_tensor
from kerasish.backend.scopes import scopes
from kerasish.backend.tensor import Tensor
from kerasish.backend.variable import Variable


class StatelessScope:
    """Within the `with` block, variables have the values of a table, and writes go there.

    (Keras's name and arguments.)

    Args:
        state_mapping: pairs of a variable and its value.
        collect_losses: keep what `add_loss` is given, in `losses`.
    """

    abstract = False

    def __init__(
        self, state_mapping: Iterable[tuple[Variable, Any]] = (), collect_losses: bool = False,
        initialize_variables: bool = True,
    ) -> None:  # fmt: skip
        self.values: dict[Variable, Tensor] = {}
        self.collect_losses = collect_losses
        self.losses: list[Any] = []
        self._outer: Any = None
        for variable, value in state_mapping:
            if not isinstance(variable, Variable):
                raise ValueError(
                    f"state_mapping must pair Variables with values, not {variable!r}."
                )
            tensor = as_tensor(value, variable._dtype)
            if tuple(tensor.shape) != tuple(variable.shape):
                raise ValueError(
                    f"{variable.path} has shape {variable.shape}; "
                    f"the value given has {tensor.shape}."
                )
            self.values[variable] = tensor

    def __enter__(self) -> StatelessScope:
        self._outer, scopes.state = scopes.state, self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        scopes.state = self._outer

    def read(self, variable: Variable) -> Tensor:
        """Return a variable's value in the table, or else outside."""
        if variable in self.values:
            return self.values[variable]
        scopes.state = self._outer
        try:
            return variable.value
        finally:
            scopes.state = self

    def assign(self, variable: Variable, value: Tensor) -> None:
        """Write a variable's value into the table."""
        self.values[variable] = value

    def get_current_value(self, variable: Variable) -> Tensor | None:
        """Return the value in the table, or None."""
        return self.values.get(variable)

    def add_update(self, update: tuple[Variable, Any]) -> None:
        """Write a pair of a variable and a value into the table."""
        self.values[update[0]] = as_tensor(update[1])


def in_stateless_scope() -> bool:
    """Whether a StatelessScope is in force."""
    return isinstance(scopes.state, StatelessScope)
