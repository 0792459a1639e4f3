"""LambdaCallback: a callback from plain functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasish.callbacks.callback import Callback
from kerasish.errors import explain


class LambdaCallback(Callback):
    """Calls the given functions at the moments they are named after.

    Args:
        on_epoch_begin, on_epoch_end: called with `(epoch, logs)`.
        on_train_begin, on_train_end: called with `(logs)`.
        on_train_batch_begin, on_train_batch_end: called with `(batch, logs=…)`.
        **kwargs: functions for the other hooks of `Callback`.

    Raises:
        TypeError: for a name that is no hook of `Callback`.

    Example:
        >>> shout = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs["loss"]))
        >>> shout.on_epoch_end(3, {"loss": 0.25})
        3 0.25
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **kwargs: Callable[..., Any],
    ) -> None:
        super().__init__()
        unknown = sorted(name for name in kwargs if not hasattr(Callback, name))
        if unknown:
            raise TypeError(
                explain(
                    "LambdaCallback knows only the hooks of Callback",
                    expected="names such as on_test_begin or on_predict_batch_end",
                    arguments=unknown,
                )
            )
        hooks = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        self.__dict__.update({name: hook for name, hook in hooks.items() if hook is not None})
