"""Which printer runs a plan: NumPy's at once, compiled code as soon as it is worth it."""

from __future__ import annotations

import os
import threading
import time
from typing import Any

import numpy as np

from kerasish.arrays.device import array_module
from kerasish.backend.graph.plan.plan import Plan
from kerasish.backend.graph.printers.native import machine
from kerasish.backend.graph.printers.numpy.program import Program
from kerasish.errors import BackendError

VARIABLE = "KERASISH_JIT"  # "auto", "1" or "0": for functions that were told nothing else
WORTH_IT = 50  # runs before a function is compiled
SHARE = 0.08  # of the time since the first run, at most, is spent on compiling between runs
PIECE = 0.03  # seconds that a piece of that work may take
PAUSE = 0.01  # seconds between two pieces
QUICK = 1e-3  # seconds; a run that takes longer has products that keep all cores busy

MISSING = "llvmlite is not installed: pip install 'kerasish[jit]'"

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
    """A plan and the program that runs it now.

    Args:
        plan: what runs.
        mode: True compiles at once, False never; `"auto"` compiles in pieces between the runs,
            once there were enough, never spending more than a small share of the time on it, and
            goes over to the compiled code when it is ready. Both programs give the same bits, so
            nobody notices but by the clock.

    Attributes:
        program: the one that runs now.
        printer: its name, `"numpy"` or `"native"`.
        why: why it is this one.
    """

    def __init__(self, plan: Plan, mode: Any) -> None:
        self.plan = plan
        self.program: Any = Program(plan)
        self.printer, self.why = "numpy", "jit_compile=False"
        self._work: _Work | None = None
        if array_module() is not np:
            self.why = "the native printer knows the CPU only"
        elif mode is True:
            if not machine.is_there():
                raise BackendError("jit_compile=True needs llvmlite: pip install 'kerasish[jit]'.")
            self.compile()
        elif mode == "auto" and not machine.is_there():
            self.why = MISSING
        elif mode == "auto":
            self.why = f"it is compiled once there were {WORTH_IT} runs and there is time"
            self._work = _Work(plan)

    def __call__(self, *inputs: Any) -> tuple[Any, ...]:
        """Run the plan; return the outputs as arrays."""
        if self._work is not None:
            self._go_on(self._work)
        return self.program(*inputs)  # type: ignore[no-any-return]

    def _go_on(self, work: _Work) -> None:
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
        from kerasish.backend.graph.printers.native.beside import compiling

        self._take(_exhaust(compiling(self.plan, beside=False)))

    def _take(self, result: Any) -> None:
        if isinstance(result, str):
            self.why = result
        else:
            self.program, self.printer, self.why = result, "native", "compiled"


class _Work:
    """Compiling, done in pieces between runs.

    Attributes:
        result: a program, or why there is none; when it is done.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.result: Any = None
        self._pieces: Any = None
        self._runs, self._began, self._spent, self._next = 0, 0.0, 0.0, 0.0
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
                self._began = self._began or now
                return False
            if self._runs == WORTH_IT:
                self._keeps_busy = now - self._began > WORTH_IT * QUICK
            if self._spent + PIECE <= SHARE * (now - self._began):
                return self._do_a_piece(now)
            self._next = self._began + (self._spent + PIECE) / SHARE
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
        self._spent += time.perf_counter() - now + (beside if self._keeps_busy else 0.0)
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
