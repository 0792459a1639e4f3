"""Control flow on values that are only being traced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasish import tree
from kerasish.primitives.arithmetic import select


def cond(trace: Any, condition: Any, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """Return what one of two functions returns: both run, and `select` chooses.

    What they assign to variables is chosen likewise.

    Args:
        trace: the trace that runs now.
        condition: a symbolic bool.
        then, otherwise: functions without arguments that return the same structure.
    """
    before = dict(trace.values)
    first = then()
    after_then, trace.values = trace.values, dict(before)
    second = otherwise()
    after_otherwise, trace.values = trace.values, dict(before)
    for variable in {**after_then, **after_otherwise}:
        old = trace.read(variable)
        a, b = after_then.get(variable, old), after_otherwise.get(variable, old)
        if a is not b:
            trace.assign(variable, select(condition, a, b))
    return tree.map_structure(lambda a, b: _choose(condition, a, b), first, second)


def _choose(condition: Any, a: Any, b: Any) -> Any:
    return None if a is None and b is None else select(condition, a, b)
