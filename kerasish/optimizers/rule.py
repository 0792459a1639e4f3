"""The rule of an optimizer, planned once and applied to many variables together."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish._changes import Changes, is_same
from kerasish.backend import discovery
from kerasish.backend.variable import Variable
from kerasish.optimizers.joined import Joined, join

_PLAIN = (bool, int, float, str)


class Rule:
    """The part of an optimizer that applies its `update`."""

    iterations: Any
    gradient_accumulation_steps: int | None
    _parameters: tuple[str, ...]
    _following: Any
    _rules: dict[Any, Any]
    _slots: dict[str, list[Variable]]

    def __setattr__(self, name: str, value: Any) -> None:
        if self.is_setting(name) and not is_same(vars(self).get(name), value):
            Changes.note()
        object.__setattr__(self, name, value)

    def is_setting(self, name: str) -> bool:
        """Whether steps depend on an attribute: a public one, or where properties keep theirs."""
        if name[0] == "_":
            return name in ("_learning_rate", "_limits")
        return name != "built" and not isinstance(getattr(type(self), name, None), property)

    def _apply_rule(self, variables: list[Variable], grads: list[Any], learning_rate: Any) -> None:
        """Apply the rule to variables joined end to end, in flat buffers where they live there."""
        target = Joined(variables)
        rate = ops.convert_to_tensor(learning_rate)
        gradients = [ops.convert_to_tensor(g) for g in grads]
        (value,) = self._rule(variables)(self._step(), rate, target.value, *gradients)
        target.assign(value)

    def _rule(self, variables: list[Variable]) -> Any:
        """The rule for some variables, with the arguments that it has now: it updates the slots."""
        own = vars(self)
        arguments = [own[name] for name in self._parameters if type(own.get(name)) in _PLAIN]
        key = (*map(id, variables), *arguments)
        found = self._rules.get(key)
        if found is None:
            found = self._rules[key] = discovery.current().planned(self._rule_of(variables))
        return found

    def _rule_of(self, variables: list[Variable]) -> Any:
        places = [self._get_variable_index(v) for v in variables]
        slots = [Joined([slot[i] for i in places]) for slot in self._slots.values()]

        def rule(step: Any, learning_rate: Any, variable: Any, *grads: Any) -> tuple[Any, ...]:
            gradient = join(list(grads)) if len(grads) > 1 else grads[0]
            dtype = variable.dtype
            found = self.update(
                variable, ops.cast(gradient, dtype), *(slot.value for slot in slots),
                step=ops.cast(step, dtype), learning_rate=ops.cast(learning_rate, dtype),
            )  # fmt: skip
            value, *after = found if isinstance(found, tuple) else (found,)
            for slot, new in zip(slots, after, strict=True):
                slot.assign(new)
            return (value,)

        return rule

    def _step(self) -> Any:
        """The number of the update that is being made, from 1 on."""
        if self.gradient_accumulation_steps or self._following is None:
            return ops.add(self.iterations, 1)
        return self._following
