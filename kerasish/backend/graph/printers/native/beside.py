"""Compiling in pieces: whoever wants compiled code takes one between two runs, as there is time."""

from __future__ import annotations

import threading

from kerasish.backend.graph.plan.plan import Plan
from kerasish.backend.graph.printers.native import machine, self_check
from kerasish.backend.graph.printers.native.jobs import Pieces, compiled
from kerasish.backend.graph.printers.native.layout import Unprintable
from kerasish.backend.graph.printers.native.program import NativeProgram
from kerasish.backend.graph.printers.native.source import print_native

LOADING = 0.1  # seconds of a core for loading LLVM's library


def compiling(plan: Plan, beside: bool) -> Pieces:
    """Compile a plan.

    Args:
        plan: what to compile.
        beside: whether LLVM works in a process of its own, and this yields while it does.

    Yields:
        Between two pieces of work, of some hundredths of a second each: what the next one costs.

    Returns:
        The program, or a sentence that says why there is none.
    """
    if beside:
        yield from _loading()
    problem = yield from self_check.checking(beside)
    if problem is not None:
        return problem
    try:
        source = print_native(plan)
    except Unprintable as error:
        return f"the native printer has no words for {error}"
    yield 0.0
    code = yield from compiled(source.text, beside)
    return NativeProgram(plan, source, code)


def _loading() -> Pieces:
    """Load LLVM's library in a thread, which takes no lock, and what imports it."""
    yield LOADING
    thread = threading.Thread(target=machine.preload, name="kerasish-preload")
    thread.start()
    while thread.is_alive():
        yield 0.0
    machine.import_llvmlite()
    yield 0.0
