"""Variables end to end, so that one application of an elementwise rule serves them all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kerasish import ops
from kerasish.backend.variable import Variable
from kerasish.primitives.movement import concatenate, reshape


class Joined:
    """Variables end to end: their flat variable if they are all of one, or else put together."""

    def __init__(self, variables: list[Variable]) -> None:
        self.variables = variables
        flat = variables[0].flat
        self.flat = flat if flat is not None and list(flat.members) == variables else None

    @property
    def value(self) -> Any:
        if self.flat is not None:
            return self.flat.value
        if len(self.variables) == 1:
            return self.variables[0].value
        return join([v.value for v in self.variables])

    def assign(self, value: Any) -> None:
        if self.flat is not None:
            self.flat.assign(value)
        elif len(self.variables) == 1:
            self.variables[0].assign(value)
        else:
            start = 0
            for variable in self.variables:
                piece = value[start : start + variable.size]
                variable.assign(ops.reshape(piece, variable.shape))
                start += variable.size


def join(values: list[Any]) -> Any:
    return concatenate(*[reshape(v, shape=(v.size,)) for v in values], axis=0)


def by_dtype(variables: Sequence[Variable]) -> list[list[Variable]]:
    groups: dict[str, list[Variable]] = {}
    for variable in variables:
        groups.setdefault(variable._dtype, []).append(variable)
    return list(groups.values())
