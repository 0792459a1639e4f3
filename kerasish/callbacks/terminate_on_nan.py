"""TerminateOnNaN: no training beyond a loss that is no number."""

from __future__ import annotations

import math

from kerasish.callbacks.callback import Callback, Logs
from kerasish.callbacks.messages import announce


class TerminateOnNaN(Callback):
    """Ends training at the first batch whose loss is NaN or infinite.

    Args:
        raise_error: raise instead of ending quietly; the other callbacks' `on_train_end` is then
            not called.

    Raises:
        RuntimeError: at such a loss, with `raise_error=True`.
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(f"The loss is NaN or infinite at batch {batch}: loss={loss}.")
        announce(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
