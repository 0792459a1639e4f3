"""Which printer runs a plan: NumPy's at once, compiled code as soon as it is worth it."""

from __future__ import annotations

import os
import time
from typing import Any

import numpy as np

from kerasish.arrays.device import array_module
from kerasish.backend.graph.plan.plan import Plan
from kerasish.backend.graph.printers.native import machine
from kerasish.backend.graph.printers.numpy.program import Program
from kerasish.errors import BackendError

VARIABLE = "KERASISH_JIT"  # "auto", "1" or "0": for functions that were told nothing else
WORTH_IT = 50  # runs after which a function is compiled …
SECONDS = 0.3  # … but not before: compiling costs the runs beside it a tenth of that, once

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
        mode: True compiles at once, False never; `"auto"` compiles beside the runs, in a thread,
            once there were enough, and goes over to the compiled code when it is ready. Both
            programs give the same bits, so nobody notices but by the clock.

    Attributes:
        program: the one that runs now.
        printer: its name, `"numpy"` or `"native"`.
        why: why it is this one.
    """

    def __init__(self, plan: Plan, mode: Any) -> None:
        self.plan = plan
        self.program: Any = Program(plan)
        self.printer, self.why = "numpy", "jit_compile=False"
        self._left = 0  # runs until it is worth compiling
        self._since = 0.0
        if array_module() is not np:
            self.why = "the native printer knows the CPU only"
        elif mode is True:
            if not machine.is_there():
                raise BackendError("jit_compile=True needs llvmlite: pip install 'kerasish[jit]'.")
            self.compile()
        elif mode == "auto":
            self.why = f"it is compiled after {WORTH_IT} runs and {SECONDS} s"
            self._left = WORTH_IT

    def __call__(self, *inputs: Any) -> tuple[Any, ...]:
        """Run the plan; return the outputs as arrays."""
        if self._left:
            self._wait()
        return self.program(*inputs)  # type: ignore[no-any-return]

    def _wait(self) -> None:
        now = time.perf_counter()
        self._since = self._since or now
        if self._left > 1:
            self._left -= 1
        elif now - self._since >= SECONDS:
            self._left = 0
            self._compile_beside()

    def _compile_beside(self) -> None:
        import threading

        # LLVM works without the GIL, so the runs go on meanwhile. The thread is waited for at the
        # end of the program: it takes some tenths of a second.
        threading.Thread(target=self._compile_quietly, name="kerasish-compiler").start()

    def _compile_quietly(self) -> None:
        try:
            machine.preload()
            self.compile()
        except Exception as error:  # whatever it is, the runs go on as they are
            self.why = f"compiling failed: {type(error).__name__}: {error}"

    def compile(self) -> None:
        """Compile, and run the compiled code from now on; if that cannot be, say why."""
        problem = complaint()
        if problem is not None:
            self.why = problem
            return
        from kerasish.backend.graph.printers.native.layout import Unprintable
        from kerasish.backend.graph.printers.native.program import NativeProgram

        try:
            self.program = NativeProgram(self.plan)
            self.printer, self.why = "native", "compiled"
        except Unprintable as error:
            self.why = f"the native printer has no words for {error}"


def complaint() -> str | None:
    """Return why there is no compiled code on this machine, or None if there is."""
    if not machine.is_there():
        return "llvmlite is not installed: pip install 'kerasish[jit]'"
    from kerasish.backend.graph.printers.native.self_check import complaint as differs

    return differs()
