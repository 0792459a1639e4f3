"""The rule of an optimizer, planned once and applied to many variables together."""

from __future__ import annotations

from typing import Any

from kerasish import ops
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

    def _apply_rule(self, variables: list[Variable], grads: list[Any], learning_rate: Any) -> None:
        """Apply the rule to variables joined end to end, in flat buffers where they live there."""
        places = [self._get_variable_index(v) for v in variables]
        slots = [[slot[i] for i in places] for slot in self._slots.values()]
        targets = [Joined(group) for group in (variables, *slots)]
        values = [target.value for target in targets]
        rate = ops.convert_to_tensor(learning_rate)
        gradients = [ops.convert_to_tensor(g) for g in grads]
        results = self._rule()(self._step(), rate, *values, *gradients)
        for target, value in zip(targets, results, strict=True):
            target.assign(value)

    def _rule(self) -> Any:
        """The rule as a pure function of tensors, for the arguments that it has now."""
        own = vars(self)
        arguments = tuple([own[name] for name in self._parameters if type(own.get(name)) in _PLAIN])
        found = self._rules.get(arguments)
        if found is None:
            count = len(self._slots)

            def rule(step: Any, learning_rate: Any, variable: Any, *rest: Any) -> tuple[Any, ...]:
                slots, grads = rest[:count], rest[count:]
                gradient = join(list(grads)) if len(grads) > 1 else grads[0]
                dtype = variable.dtype
                found = self.update(
                    variable, ops.cast(gradient, dtype), *slots, step=ops.cast(step, dtype),
                    learning_rate=ops.cast(learning_rate, dtype),
                )  # fmt: skip
                return found if isinstance(found, tuple) else (found,)

            found = self._rules[arguments] = discovery.current().pure(rule)
        return found

    def _step(self) -> Any:
        """The number of the update that is being made, from 1 on."""
        if self.gradient_accumulation_steps or self._following is None:
            return ops.add(self.iterations, 1)
        return self._following
