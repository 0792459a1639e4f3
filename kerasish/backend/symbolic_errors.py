"""The error for a Python `if` on a value that is only being traced; it names the user's line."""

from __future__ import annotations

import linecache
import os
import sys
from typing import Any, NoReturn

from kerasish.errors import SymbolicBoolError

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


def users_line() -> str:
    """Return `  file, line N:  source` of the innermost frame outside kerasish."""
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    if frame is None:
        return "  (no line of yours is on the stack)"
    name, line = frame.f_code.co_filename, frame.f_lineno
    return f"  {os.path.basename(name)}, line {line}:  {linecache.getline(name, line).strip()}"


def no_value(what: str, tensor: Any) -> NoReturn:
    """Raise SymbolicBoolError: `what` needs a value, and there is none yet."""
    raise SymbolicBoolError(
        f"{what} needs a value, but the step is being traced and this is only {tensor.spec}.\n"
        f"{users_line()}\n"
        "  Write ops.cond(condition, then, otherwise) or ops.where, or "
        "compile(run_eagerly=True) to run line by line."
    )
