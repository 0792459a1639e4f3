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
        **kwargs: functions for the other hooks of `Callback`, and attributes of other names.

    Raises:
        TypeError: for a name that begins like a hook, `on_…`, and is none.

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
        hook_like = [name for name in kwargs if name.startswith("on_")]
        unknown = sorted(name for name in hook_like if not hasattr(Callback, name))
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
