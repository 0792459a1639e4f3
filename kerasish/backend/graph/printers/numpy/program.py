"""Program: printed source, compiled and bound to memory, ready to run."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kerasish.arrays import threads
from kerasish.arrays.device import array_module
from kerasish.arrays.memory import empty
from kerasish.backend.graph.graph import Node
from kerasish.backend.graph.plan.plan import Plan
from kerasish.backend.graph.printers.numpy.memory import Memory
from kerasish.backend.graph.printers.numpy.source import print_plan
from kerasish.backend.storage import Storage

FILE = "<kerasish plan>"  # what tracebacks call the printed source
STEPS = "steps of the plan by line"


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
        self.wants = plan.wants_threads
        namespace: dict[str, Any] = {"inf": math.inf, "nan": math.nan, "np": np}  # in params
        namespace[STEPS] = self.source.steps
        exec(compile(self.source.text, FILE, "exec"), namespace)
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
            if not self.wants:  # as most plans do
                return bound.run(*inputs)  # type: ignore[no-any-return]
            with threads.turn(self.wants):
                return bound.run(*inputs)  # type: ignore[no-any-return]
        finally:
            self._idle.append(bound)


def failed_step(error: BaseException) -> Node | None:
    """Return the step in which a run of any program failed, if an error tells."""
    step: Node | None = vars(error).get("failed_step")
    at = error.__traceback__
    while at is not None:
        if at.tb_frame.f_code.co_filename == FILE:
            step = at.tb_frame.f_globals[STEPS].get(at.tb_lineno, step)
        at = at.tb_next
    return step


class _Bound:
    """A program bound to its own memory and to the variables' memory of now."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.seen = -1
        self.xp = array_module()
        plan = program.plan
        whole = empty(self.xp, (plan.extent,), np.dtype(np.uint8))
        places = zip(plan.offsets, plan.slots, strict=True)
        slots = [whole[begin : begin + size] for begin, size in places]
        self.memory = Memory(self.xp, slots, plan.block)
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
