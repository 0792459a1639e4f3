"""MonitorCallback: what watches one quantity and must know whether it became better."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from kerasish import ops
from kerasish.callbacks.callback import Callback
from kerasish.errors import explain


class MonitorCallback(Callback):
    """Base of callbacks that wait for one entry of the logs to become better.

    Args:
        monitor: name of the entry.
        mode: `"min"`: smaller is better; `"max"`: larger is; `"auto"`: what the metric of that
            name says of itself, and smaller for a loss.
        baseline: the value to beat first; None means that any value will do.
        min_delta: a change of no more than this is no improvement.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "auto",
        baseline: float | None = None,
        min_delta: float = 0,
    ) -> None:
        super().__init__()
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                f"{type(self).__name__} does not know mode={mode!r} and goes on with 'auto'. "
                "Expected: 'auto', 'min' or 'max'.",
                stacklevel=3,
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.best = baseline
        self.min_delta = abs(min_delta)
        self.monitor_op: Callable[[Any, Any], Any] | None = None

    def _set_monitor_op(self) -> None:
        """Decide what better means; only possible once the model's metrics exist."""
        mode = self.mode
        if mode == "auto":
            mode = self._mode_of_the_metric()
        self.monitor_op = ops.less if mode == "min" else ops.greater
        self.min_delta = -abs(self.min_delta) if mode == "min" else abs(self.min_delta)

    def _mode_of_the_metric(self) -> str:
        name = self.monitor.removeprefix("val_")
        for metric in _single_metrics(getattr(self.model, "metrics", ())):
            direction = getattr(metric, "_direction", None)
            if metric.name == name and direction is not None:
                return "max" if direction == "up" else "min"
        if name == "loss" or name.endswith("_loss"):
            return "min"
        raise ValueError(
            explain(
                f"{type(self).__name__} cannot tell whether this quantity should fall or rise",
                advice="Pass mode='min' or mode='max'.",
                monitor=self.monitor,
            )
        )

    def _is_improvement(self, monitor_value: Any, reference_value: Any) -> bool:
        """Say whether a value is better than another, which may be None. NaN never is."""
        if math.isnan(monitor_value):
            return False
        if reference_value is None:
            return True
        return bool(self.monitor_op(monitor_value - self.min_delta, reference_value))  # type: ignore[misc]


def _single_metrics(metrics: Any) -> Iterator[Any]:
    """Metrics, and in their place the ones inside if they are collections of metrics."""
    for metric in metrics:
        inner = getattr(metric, "metrics", None)
        if isinstance(inner, (list, tuple)):
            yield from _single_metrics(inner)
        elif metric is not None:
            yield metric
