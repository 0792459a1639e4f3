"""Callback: the moments of training, testing and predicting at which user code may run."""

from __future__ import annotations

from typing import Any

Logs = dict[str, Any] | None


class Callback:
    """Base class of what `fit`, `evaluate` and `predict` call at each of their moments.

    Override the methods of the moments that matter. A loop skips whatever nobody listens to: a
    callback without batch methods costs nothing per batch.

    Attributes:
        params: dict with the `verbose`, `epochs` and `steps` of the run; None before.
        model: the model that is trained, tested or asked.

    Example:
        >>> class Counter(Callback):
        ...     epochs = 0
        ...
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         self.epochs += 1
        >>> counter = Counter()
        >>> counter.on_epoch_end(0, {"loss": 0.5})
        >>> counter.epochs
        1
    """

    _silent_hooks: frozenset[str] = frozenset()  # defined, yet nothing to do in this instance

    def __init__(self) -> None:
        self.params: dict[str, Any] | None = None
        self._model: Any = None

    def set_params(self, params: dict[str, Any]) -> None:
        """Take the parameters of the run."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Take the model of the run."""
        self._model = model

    @property
    def model(self) -> Any:
        """The model of the run."""
        return self._model

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called before a training batch, for callbacks that use this older name."""

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Called after a training batch, for callbacks that use this older name."""

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Called by `fit` before an epoch; the first is 0."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Called by `fit` after an epoch and its validation.

        Args:
            epoch: its number; the first is 0.
            logs: loss and metrics, those of the validation as `val_…`. What is added to it
                reaches the callbacks that follow and the history.
        """

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called before a training batch; the first of an epoch is 0."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Called after a training batch, with loss and metrics over the epoch so far."""
        self.on_batch_end(batch, logs=logs)

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called before a batch of `evaluate`, and of the validation in `fit`."""

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Called after a batch of `evaluate`, and of the validation in `fit`."""

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called before a batch of `predict`."""

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Called after a batch of `predict`, with `{"outputs": …}`."""

    def on_train_begin(self, logs: Logs = None) -> None:
        """Called once when `fit` starts."""

    def on_train_end(self, logs: Logs = None) -> None:
        """Called once when `fit` ends, with the logs of the last epoch."""

    def on_test_begin(self, logs: Logs = None) -> None:
        """Called when `evaluate`, or a validation in `fit`, starts."""

    def on_test_end(self, logs: Logs = None) -> None:
        """Called when `evaluate`, or a validation in `fit`, ends."""

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Called when `predict` starts."""

    def on_predict_end(self, logs: Logs = None) -> None:
        """Called when `predict` ends."""


# A training batch is announced under its older name too.
OLDER_NAMES = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}


def listens(callback: Any, hook: str) -> bool:
    """Say whether calling this hook of this callback would do anything.

    Example:
        >>> class Printer(Callback):
        ...     def on_batch_end(self, batch, logs=None): ...
        >>> listens(Printer(), "on_train_batch_end"), listens(Printer(), "on_test_batch_end")
        (True, False)
    """
    if hook in getattr(callback, "_silent_hooks", ()):
        return False
    if hook in getattr(callback, "__dict__", ()):
        return True
    if getattr(type(callback), hook, None) is not getattr(Callback, hook):
        return True
    return hook in OLDER_NAMES and listens(callback, OLDER_NAMES[hook])
