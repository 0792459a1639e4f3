"""Which printer runs a plan: NumPy's at once, compiled code as soon as it is worth it.

What fails in its first run is replaced by what is slower and simpler: compiled code by NumPy's
calls, those by the graph's nodes one by one.
"""

from __future__ import annotations

import os
import threading
import time
from typing import Any

import numpy as np

from kerasish._frames import warn
from kerasish.arrays.device import array_module
from kerasish.arrays.memory import copy
from kerasish.backend.graph.graph import Graph, Node, layer_of
from kerasish.backend.graph.plan.buffers import make_plan
from kerasish.backend.graph.plan.plan import Plan
from kerasish.backend.graph.printers import budget as time_budget
from kerasish.backend.graph.printers.budget import Budget
from kerasish.backend.graph.printers.interpreter import Interpreter
from kerasish.backend.graph.printers.native import machine
from kerasish.backend.graph.printers.numpy.program import Program, failed_step
from kerasish.errors import BackendError, IndexRangeError

VARIABLE = "KERASISH_JIT"  # "auto", "1" or "0": for functions that were told nothing else
WORTH_IT = 50  # runs before a function is compiled
COMES_AGAIN = 2  # runs before another signature is, where `jit_compile=True` asks for it
PIECE = 0.03  # seconds that a piece of that work may take
PAUSE = 0.01  # seconds between two pieces
QUICK = 1e-3  # seconds; a run that takes longer has products that keep all cores busy

MISSING = "llvmlite is not installed: pip install 'kerasish[jit]'"
LATER = "another signature was compiled at once; this one is when it is worth it"

_MODES = {"auto": "auto", "1": True, "0": False}


def default_mode() -> Any:
    """Return `"auto"`, True or False, as the environment has it.

    Raises:
        BackendError: when KERASISH_JIT is something else.
    """
    text = os.environ.get(VARIABLE, "auto")
    if text not in _MODES:
        raise BackendError(f"{VARIABLE} must be one of {sorted(_MODES)}. Received: {text!r}")
    return _MODES[text]


class Chosen:
    """A graph, its plan, and the program that runs it now.

    Args:
        graph: what runs, after the passes.
        mode: False never compiles; True compiles at once, or, where another signature of the
            function was, when that takes no more than a share of the time; `"auto"` compiles in
            pieces between the runs, once there were enough, never spending more than a small share
            of the time on it, and goes over to the compiled code when it is ready. All programs
            give the same bits, so nobody notices but by the clock.
        budget: the time that all signatures of a function share.

    Attributes:
        plan: None if there could be none.
        program: the one that runs now.
        printer: its name, `"numpy"`, `"native"` or `"node by node"`.
        why: why it is this one.
    """

    def __init__(self, graph: Graph, mode: Any, budget: Budget | None = None) -> None:
        self.graph, self.budget = graph, budget or Budget()
        self.plan: Plan | None = None
        self.printer, self.why = "numpy", "jit_compile=False"
        self._work: Any = None
        self._has_run = False
        try:
            self.plan = make_plan(graph)
            self.program: Any = Program(self.plan)
        except Exception as error:
            self._go_on_node_by_node(error, None)
            return
        if array_module() is not np:
            self.why = "the native printer knows the CPU only"
        elif mode is True:
            if not machine.is_there():
                raise BackendError("jit_compile=True needs llvmlite: pip install 'kerasish[jit]'.")
            if not self.budget.began:
                self.compile()
            else:
                self.why, self._work = LATER, _WhenToldTo(self)
        elif mode == "auto" and not machine.is_there():
            self.why = MISSING
        elif mode == "auto":
            self.why = f"it is compiled once there were {WORTH_IT} runs and there is time"
            self._work = _Work(self.plan, self.budget)

    def __call__(self, *inputs: Any) -> tuple[Any, ...]:
        """Run the plan; return the outputs as arrays."""
        if self._work is not None:
            self._go_on(self._work)
        try:
            if self._has_run:
                return self.program(*inputs)  # type: ignore[no-any-return]
            return self._run_first(inputs)
        except IndexRangeError as error:
            raise _located(error) from None

    @property
    def batches(self) -> Any:
        """What runs many batches in one call, if the program has it and has shown that it runs."""
        run = getattr(self.program, "batches", None) if self._has_run else None

        def batches(*arguments: Any) -> None:
            try:
                run(*arguments)  # type: ignore[misc]
            except IndexRangeError as error:
                raise _located(error) from None

        return run and batches

    # The first run.

    def _run_first(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """Run a program for the first time, with another at hand if it fails."""
        kept = _small_state(self.graph)
        try:
            outputs = self.program(*inputs)
        except Exception as error:
            for variable, array in kept:
                variable.assign(array)
            return self._run_another(error, inputs, [variable for variable, _ in kept])
        self._has_run = True
        return outputs  # type: ignore[no-any-return]

    def _run_another(self, error: Exception, inputs: Any, kept: list[Any]) -> tuple[Any, ...]:
        """Go on without the program that failed; what other programs say of it is right, too.

        Raises:
            Exception: what node by node is an error as well, or, if some variable was changed
                already, the error itself.
        """
        step = failed_step(error)
        if self.plan is not None and self.plan.changes_before(step, kept):
            raise error
        outputs = Interpreter(self.graph)(*inputs)
        self._has_run = True
        self._go_on_node_by_node(error, step)
        return outputs

    def _go_on_node_by_node(self, error: Exception, step: Node | None) -> None:
        if self.plan is not None and self.printer == "native":
            self.program, self.printer = Program(self.plan), "numpy"
        else:
            self.program, self.printer = Interpreter(self.graph), "node by node"
        self._work = None
        self.why = f"what was quicker failed: {type(error).__name__}: {error}"
        layer = None if step is None else layer_of(step)
        where = f" in layer {layer!r}" if layer else ""
        warn(
            f"A planned step failed{where}, which is a fault of kerasish: {type(error).__name__}: "
            f"{error}. It runs {self.printer} from here on, slower and with the same numbers.",
            RuntimeWarning,
        )

    # Compiling.

    def _go_on(self, work: Any) -> None:
        try:
            if work.go_on():
                self._work = None
                self._take(work.result)
        except Exception as error:  # whatever it is, the runs go on as they are
            self._work = None
            self.why = f"compiling failed: {type(error).__name__}: {error}"

    def compile(self) -> None:
        """Compile, and run the compiled code from now on; if that cannot be, say why."""
        self._work = None
        if not machine.is_there():
            self.why = MISSING
            return
        began = self.budget.start()
        self._take(self.compiled())
        took = time.perf_counter() - began
        self.budget.spent += took
        self.budget.longest = max(took, self.budget.longest)

    def compiled(self) -> Any:
        """Return the plan compiled, or a sentence that says why it is not."""
        from kerasish.backend.graph.printers.native.beside import compiling

        return _exhaust(compiling(self.plan, beside=False))  # type: ignore[arg-type]

    def _take(self, result: Any) -> None:
        if isinstance(result, str):
            self.why = result
        else:
            self.program, self.printer, self.why = result, "native", "compiled"
            self._has_run = False


def _located(error: IndexRangeError) -> IndexRangeError:
    """Let an error tell in which layer it happened."""
    step = failed_step(error)
    error.locate(None if step is None else layer_of(step))
    return error


def _small_state(graph: Graph) -> list[tuple[Any, Any]]:
    """Variables that a run changes and copies of them: seeds, counters, metrics, not weights."""
    changed = [v for v, _ in graph.updates if v.array.nbytes <= SMALL_STATE]
    return [(v, copy(array_module(), v.array)) for v in changed]


SMALL_STATE = 1 << 16  # bytes of a variable that is kept until a first run has succeeded


class _WhenToldTo:
    """Compiling at once, as soon as a share of the time allows for it.

    Attributes:
        result: as for _Work.
    """

    def __init__(self, chosen: Chosen) -> None:
        self.chosen = chosen
        self.result: Any = None
        self._runs = 0

    def go_on(self) -> bool:
        """Compile, if it is due; say whether it was."""
        self._runs += 1
        budget = self.chosen.budget
        due = self._runs >= COMES_AGAIN
        if not (due and budget.allows(budget.longest, time_budget.SHARE_WHEN_TOLD)):
            return False
        began = time.perf_counter()
        self.result = self.chosen.compiled()
        budget.spent += time.perf_counter() - began
        return True


class _Work:
    """Compiling, done in pieces between runs.

    Attributes:
        result: a program, or why there is none; when it is done.
    """

    def __init__(self, plan: Plan, budget: Budget) -> None:
        self.plan, self.budget = plan, budget
        self.result: Any = None
        self._pieces: Any = None
        self._runs, self._began, self._next = 0, 0.0, 0.0
        self._keeps_busy = False  # all cores, so that what works beside the runs costs them time
        self._lock = threading.Lock()

    def go_on(self) -> bool:
        """Do a piece, if it is due; say whether that was the last."""
        now = time.perf_counter()
        if now < self._next or not self._lock.acquire(blocking=False):
            return False
        try:
            self._runs += 1
            if self._runs < WORTH_IT:
                self._began = self._began or self.budget.start()
                return False
            if self._runs == WORTH_IT:
                self._keeps_busy = now - self._began > WORTH_IT * QUICK
            if self.budget.allows(PIECE, time_budget.SHARE):
                return self._do_a_piece(now)
            self._next = self.budget.when(PIECE, time_budget.SHARE)
            return False
        finally:
            self._lock.release()

    def _do_a_piece(self, now: float) -> bool:
        from kerasish.backend.graph.printers.native.beside import compiling

        if self._pieces is None:
            self._pieces = compiling(self.plan, beside=True)
        try:
            beside = next(self._pieces)
        except StopIteration as end:
            self.result = end.value
            return True
        took = time.perf_counter() - now
        self.budget.spent += took + (beside if self._keeps_busy else 0.0)
        self._next = now + PAUSE
        return False


def _exhaust(pieces: Any) -> Any:
    """Do all pieces; return the result."""
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            return end.value


def complaint() -> str | None:
    """Return why there is no compiled code on this machine, or None if there is."""
    if not machine.is_there():
        return MISSING
    from kerasish.backend.graph.printers.native.self_check import checking

    return _exhaust(checking(beside=False))  # type: ignore[no-any-return]
