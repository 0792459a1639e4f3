"""CallbackList: many callbacks called as one, those that have nothing to do left out."""

from __future__ import annotations

from typing import Any

from kerasish import tree
from kerasish.callbacks.callback import Callback, Logs, listens
from kerasish.callbacks.history import History
from kerasish.callbacks.progbar_logger import ProgbarLogger
from kerasish.callbacks.progress import Progress


class CallbackList(Callback):
    """Calls every callback at each moment, in their order.

    A loop asks `wants_train_batches` and its siblings first, and spares itself the work for each
    batch if they say no.

    Args:
        callbacks: one callback, or any nesting of lists of them.
        add_history: add a `History` unless there is one.
        add_progbar: add a `ProgbarLogger` unless there is one.
        model: the model of the run.
        **params: `verbose`, `epochs`, `steps`: handed to every callback.

    Attributes:
        callbacks: the flat list. More may be appended before the run begins.
        history: the `History` among them, or None.
        wants_train_batches: whether any callback does something before or after each training
            batch. Likewise `wants_test_batches` and `wants_predict_batches`.

    Example:
        >>> seen = []
        >>> class Recorder(Callback):
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         seen.append((epoch, logs))
        >>> callbacks = CallbackList([Recorder()], add_history=True)
        >>> callbacks.on_epoch_end(0, {"loss": 1})
        >>> seen, callbacks.history.history, callbacks.wants_train_batches
        ([(0, {'loss': 1.0})], {'loss': [1.0]}, False)
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        super().__init__()
        self.callbacks: list[Any] = tree.flatten(callbacks) if callbacks else []
        self._check()
        if add_history and self.history is None:
            self.callbacks.append(History())
        if add_progbar and self._progbar is None:
            self.callbacks.append(ProgbarLogger())
        self.set_model(model)
        self.set_params(params)

    def _check(self) -> None:
        for callback in self.callbacks:
            if isinstance(callback, type) or not hasattr(callback, "on_epoch_end"):
                raise TypeError(
                    "`callbacks` must hold instances of keras.callbacks.Callback. "
                    f"Received: {callback!r}"
                )

    def _first(self, kind: type) -> Any:
        return next((callback for callback in self.callbacks if isinstance(callback, kind)), None)

    @property
    def history(self) -> History | None:
        """The `History` among the callbacks, or None."""
        return self._first(History)  # type: ignore[no-any-return]

    @property
    def _progbar(self) -> ProgbarLogger | None:
        return self._first(ProgbarLogger)  # type: ignore[no-any-return]

    def progress_of(self, task: str) -> Progress | None:
        """Return what the loop tells its batches to, or None if nothing of them is shown.

        Args:
            task: `"train"`, `"test"` or `"predict"`. The batches of the validation within a
                training are not shown.
        """
        progbar = self._progbar
        return progbar.progress if progbar is not None and progbar.task == task else None

    def append(self, callback: Any) -> None:
        """Add a callback at the end."""
        self.callbacks.append(callback)
        self._check()
        if self.model is not None:
            callback.set_model(self.model)
        if self.params:
            callback.set_params(self.params)

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params
        if params:
            for callback in self.callbacks:
                callback.set_params(params)

    def set_model(self, model: Any) -> None:
        if model is None:
            return
        super().set_model(model)
        if self.history is not None:
            model.history = self.history
        for callback in self.callbacks:
            callback.set_model(model)

    @property
    def wants_train_batches(self) -> bool:
        """Whether any callback does something before or after a training batch."""
        return self._any_listens("on_train_batch_begin", "on_train_batch_end")

    @property
    def wants_test_batches(self) -> bool:
        """Whether any callback does something before or after a batch of evaluation."""
        return self._any_listens("on_test_batch_begin", "on_test_batch_end")

    @property
    def wants_predict_batches(self) -> bool:
        """Whether any callback does something before or after a batch of prediction."""
        return self._any_listens("on_predict_batch_begin", "on_predict_batch_end")

    def _any_listens(self, *hooks: str) -> bool:
        return any(listens(callback, hook) for callback in self.callbacks for hook in hooks)

    def _call(self, hook: str, *position: Any) -> None:
        """Call a hook of those that do something there; the logs come last."""
        for callback in self.callbacks:
            if listens(callback, hook):
                getattr(callback, hook)(*position)

    def _call_for_batch(self, hook: str, batch: int, logs: Logs) -> None:
        logs = pythonify_logs(logs)
        for callback in self.callbacks:
            if listens(callback, hook):
                getattr(callback, hook)(batch, logs=logs)

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        self._call_for_batch("on_batch_begin", batch, logs)

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        self._call_for_batch("on_batch_end", batch, logs)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._call("on_epoch_begin", epoch, pythonify_logs(logs))

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self._call("on_epoch_end", epoch, pythonify_logs(logs))

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        self._call_for_batch("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        self._call_for_batch("on_train_batch_end", batch, logs)
        self._tell_progress("train", batch, logs)

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        self._call_for_batch("on_test_batch_begin", batch, logs)

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        self._call_for_batch("on_test_batch_end", batch, logs)
        self._tell_progress("test", batch, logs)

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        self._call_for_batch("on_predict_batch_begin", batch, logs)

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        self._call_for_batch("on_predict_batch_end", batch, logs)
        self._tell_progress("predict", batch, None)

    def on_train_begin(self, logs: Logs = None) -> None:
        self._call("on_train_begin", pythonify_logs(logs))

    def on_train_end(self, logs: Logs = None) -> None:
        self._call("on_train_end", pythonify_logs(logs))

    def on_test_begin(self, logs: Logs = None) -> None:
        self._call("on_test_begin", pythonify_logs(logs))

    def on_test_end(self, logs: Logs = None) -> None:
        self._call("on_test_end", pythonify_logs(logs))

    def on_predict_begin(self, logs: Logs = None) -> None:
        self._call("on_predict_begin", pythonify_logs(logs))

    def on_predict_end(self, logs: Logs = None) -> None:
        self._call("on_predict_end", pythonify_logs(logs))

    def _tell_progress(self, task: str, batch: int, logs: Logs) -> None:
        progress = self.progress_of(task)
        if progress is not None:
            progress.update(batch + 1, logs)


def pythonify_logs(logs: Logs) -> dict[str, Any]:
    """Return logs sorted by name, dicts within them opened, and numbers as Python floats.

    Example:
        >>> pythonify_logs({"loss": 1, "head": {"accuracy": 0.5}, "note": "warm"})
        {'accuracy': 0.5, 'loss': 1.0, 'note': 'warm'}
    """
    result: dict[str, Any] = {}
    for name, value in sorted((logs or {}).items()):
        if isinstance(value, dict):
            result.update(pythonify_logs(value))
            continue
        try:
            result[name] = float(value)
        except (TypeError, ValueError):
            result[name] = value
    return result
