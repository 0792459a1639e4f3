"""Whose frame is whose: tracebacks without frames of ours, and warnings at the user's own line."""

from __future__ import annotations

import functools
import os
import sys
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_PLAN = "<kerasish plan>"  # the file name of source that the graph engine wrote

_is_filtering = True

Function = TypeVar("Function", bound=Callable[..., Any])


def enable_traceback_filtering() -> None:
    """Leave frames of kerasish out of tracebacks, which is the default.

    What stays are the frames of the program, and the one where the error was raised.
    """
    global _is_filtering
    _is_filtering = True


def disable_traceback_filtering() -> None:
    """Show every frame in tracebacks: for those who look for a fault in kerasish itself."""
    global _is_filtering
    _is_filtering = False


def is_traceback_filtering_enabled() -> bool:
    """Say whether frames of kerasish are left out of tracebacks.

    Example:
        >>> import kerasish as keras
        >>> before = keras.config.is_traceback_filtering_enabled()
        >>> keras.config.disable_traceback_filtering()
        >>> keras.config.is_traceback_filtering_enabled()
        False
        >>> if before: keras.config.enable_traceback_filtering()
    """
    return _is_filtering


def filter_traceback(error: BaseException) -> None:
    """Take frames of ours out of an exception's traceback; to be followed by a bare `raise`.

    What was raised before it is treated alike. Where it comes from code of ours alone, as when
    NumPy's error is told again in better words, it is not shown at all.
    """
    if not _is_filtering:
        return
    error.__traceback__ = _filtered(error.__traceback__)
    seen = {id(error)}
    while (earlier := error.__cause__ or error.__context__) is not None and id(earlier) not in seen:
        seen.add(id(earlier))
        if _is_all_ours(earlier.__traceback__):
            error.__cause__, error.__suppress_context__ = None, True
            return
        earlier.__traceback__ = _filtered(earlier.__traceback__)
        error = earlier


def hides_frames(function: Function) -> Function:
    """Decorate what users call: exceptions that pass come without frames of ours."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            filter_traceback(error)
            raise

    return wrapper  # type: ignore[return-value]


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the innermost line of the user's program, however deep in kerasish this is."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and _is_ours(frame):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def _is_ours(frame: Any) -> bool:
    name = frame.f_code.co_filename
    return bool(name.startswith(_PACKAGE) or name == _PLAN)


def _frames(traceback: Any) -> list[Any]:
    found = []
    while traceback is not None:
        found.append(traceback)
        traceback = traceback.tb_next
    return found


def _is_all_ours(traceback: Any) -> bool:
    return all(_is_ours(entry.tb_frame) for entry in _frames(traceback))


def _filtered(traceback: Any) -> Any:
    """Return a traceback of the user's frames, and the one where the error was raised."""
    entries = _frames(traceback)
    kept = [x for x in entries[:-1] if not _is_ours(x.tb_frame)] + entries[-1:]
    for entry, following in zip(kept, [*kept[1:], None], strict=True):
        entry.tb_next = following
    return kept[0] if kept else None
