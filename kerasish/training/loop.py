"""The loop: epochs, batches, callbacks, and how many steps run between two looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from kerasish import tree
from kerasish.backend.record import no_grad
from kerasish.backend.tensor import Tensor


class Run:
    """One of fit, evaluate and predict, over the batches of one epoch.

    Args:
        step: called with x, y and weights of each batch; returns logs, or None where the metrics
            hold them.
        callbacks: the CallbackList.
        kind: `"train"`, `"test"` or `"predict"`: which hooks are called.
        is_stopped: asked after each batch.
        logs: returns the logs now, for whoever wants to see them.
        group: batches between two calls of the callbacks.
        blocks: the data's batches where the engine can run many in one call, or None.
    """

    def __init__(
        self, step: Callable[..., Any], callbacks: Any, kind: str,
        is_stopped: Callable[[], bool], logs: Callable[[Any], Any], group: int = 1,
        blocks: Any = None,
    ) -> None:  # fmt: skip
        self.step, self.callbacks, self.kind, self.group = step, callbacks, kind, group
        self.is_stopped, self.logs, self.blocks = is_stopped, logs, blocks
        self.begin = getattr(callbacks, f"on_{kind}_batch_begin")
        self.end = getattr(callbacks, f"on_{kind}_batch_end")
        self.is_watched = getattr(callbacks, f"wants_{kind}_batches")
        self.done = 0  # batches of the latest epoch

    def epoch(self, data: Any) -> Any:
        """Run all batches of an epoch; return what the last step returned."""
        self.done = 0
        data.on_epoch_begin()
        with np.errstate(all="ignore"):
            if self.is_watched:
                result = self._watched(iter(data.epoch_batches()))
            elif self.blocks is not None:
                result = self._unwatched(self.blocks.epoch(data.next_pass()))
            else:
                result = self._unwatched(self._one_by_one(data.epoch_batches()))
        data.on_epoch_end()
        return result

    def _watched(self, batches: Any) -> Any:
        """Call the callbacks around each group of batches."""
        result = None
        progress = self.callbacks.progress_of(self.kind)
        while group := list(islice(batches, self.group)):
            self.begin(self.done)
            for batch in group:
                result = self.step(*batch)
            self.end(self.done + self.group - 1, self.logs(result))
            self.done += len(group)
            if progress is not None:
                self._look(progress, result)
            if self.is_stopped():
                break
        return result

    def _unwatched(self, runs: Iterator[tuple[int, Any]]) -> Any:
        """Run one batch, or many, after another: nobody asks for anything in between.

        Args:
            runs: runs something at each step, and gives the number of batches done so far and
                what the last one returned.
        """
        result, is_stopped = None, self.is_stopped
        progress = self.callbacks.progress_of(self.kind)
        for self.done, result in runs:
            if progress is not None:
                self._look(progress, result)
            if is_stopped():
                break
        return result

    def _one_by_one(self, batches: Any) -> Iterator[tuple[int, Any]]:
        step = self.step
        for done, batch in enumerate(batches, 1):
            yield done, step(*batch)

    def _look(self, progress: Any, result: Any) -> None:
        def logs() -> dict[str, Any]:
            return dict(sorted(self.logs(result).items()))  # as at the end of the epoch

        progress.update(self.done, logs if self.kind != "predict" else None)


def to_python(logs: Any) -> dict[str, Any]:
    """Return logs as Python numbers (arrays that are no single number as NumPy arrays)."""
    found = {}
    for name, value in (logs or {}).items():
        array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
        found[name] = array.item() if array.size == 1 else array
    return found


def concatenate_outputs(outputs: list[Any]) -> Any:
    """Join the predictions of all batches, leaf by leaf, as NumPy arrays."""
    return tree.map_structure(lambda *parts: np.concatenate(parts, axis=0), *outputs)


def host(outputs: Any) -> Any:
    """Return predictions as NumPy arrays."""
    if type(outputs) is Tensor:
        return outputs.numpy()
    with no_grad():
        return tree.map_structure(
            lambda x: x.numpy() if hasattr(x, "numpy") else np.asarray(x), outputs
        )
