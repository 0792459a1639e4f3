"""What surrounds `fit`, `evaluate` and `predict`: how they end when an exception ends them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from kerasish._frames import filter_traceback
from kerasish.callbacks.bar import open_bars

Method = TypeVar("Method", bound=Callable[..., Any])


def entry_point(method: Method) -> Method:
    """Decorate a method that shows a bar and calls much of the user's code.

    When an exception passes (Ctrl-C among them), the bars that the call has opened end their
    lines, and the traceback has no frames of ours.
    """

    @functools.wraps(method)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        before = len(open_bars())
        try:
            return method(*args, **kwargs)
        except BaseException as error:
            for bar in open_bars()[before:]:
                bar.close()
            filter_traceback(error)
            raise

    return wrapper  # type: ignore[return-value]
