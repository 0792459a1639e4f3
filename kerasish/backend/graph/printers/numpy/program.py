"""Program: printed source, compiled and bound to memory, ready to run."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kerasish.arrays.device import array_module
from kerasish.arrays.memory import empty
from kerasish.backend.graph.plan.plan import Plan
from kerasish.backend.graph.printers.numpy.memory import Memory
from kerasish.backend.graph.printers.numpy.source import print_plan
from kerasish.backend.storage import Storage


class Program:
    """One plan that runs on one array module.

    Each thread that runs at the same time has memory of its own; the variables are shared.

    Attributes:
        plan: what it runs.
        source: what it was printed to.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.source = print_plan(plan)
        namespace: dict[str, Any] = {"inf": math.inf, "nan": math.nan, "np": np}  # in params
        exec(compile(self.source.text, "<kerasish plan>", "exec"), namespace)
        self.bind = namespace["bind"]
        self.has_variables = bool(self.source.variables or plan.graph.updates)
        self._idle: list[_Bound] = []

    def __call__(self, *inputs: Any) -> tuple[Any, ...]:
        """Run the plan; return the outputs as arrays."""
        try:
            bound = self._idle.pop()
        except IndexError:
            bound = _Bound(self)
        if bound.seen != Storage.latest and (self.has_variables or bound.run is None):
            bound.refresh()
        try:
            return bound.run(*inputs)  # type: ignore[no-any-return]
        finally:
            self._idle.append(bound)


class _Bound:
    """A program bound to its own memory and to the variables' memory of now."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.seen = -1
        self.xp = array_module()
        plan = program.plan
        whole = empty(self.xp, (plan.extent,), np.dtype(np.uint8))
        places = zip(plan.offsets, plan.slots, strict=True)
        self.memory = Memory(self.xp, [whole[begin : begin + size] for begin, size in places])
        self.arrays: tuple[Any, ...] = ()
        self.run: Any = None

    def refresh(self) -> None:
        """Bind anew if a variable's memory was exchanged or handed out since."""
        for variable, _ in self.program.plan.graph.updates:
            variable.storage.writable()
        arrays = tuple(variable.array for variable in self.program.source.variables)
        if (
            len(arrays) != len(self.arrays)
            or any(a is not b for a, b in zip(arrays, self.arrays, strict=True))
            or self.run is None
        ):
            source = self.program.source
            self.arrays = arrays
            self.run = self.program.bind(
                self.xp, source.constants, arrays, self.memory, source.primitives
            )
        self.seen = Storage.latest
