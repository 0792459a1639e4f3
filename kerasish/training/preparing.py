"""What `fit` and its siblings share: a model built for its data, its logs, its validation."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish import tree
from kerasish._changes import Changes
from kerasish.backend.abstract import output_specs
from kerasish.callbacks.callback_list import CallbackList
from kerasish.errors import DTypeError, ShapeError
from kerasish.ops.keras_tensor import KerasTensor
from kerasish.training.batches import all_targets, arrays, class_weight_of, handle, shown
from kerasish.training.checks import check_class_weight, check_targets
from kerasish.training.compiling import Compiling
from kerasish.training.loop import to_python
from kerasish.training.steps import unpack


class Preparing(Compiling):
    """Builds a compiled model for its data, validates it, and reads its logs."""

    _function: Any  # the step of a kind as the engine runs it: Trainer's

    def _prepared_step(self, kind: str, data: Any = None) -> Any:
        """Return a function of one batch that builds and checks everything at its first call.

        Args:
            kind: `"train"` or `"test"`.
            data: where the batches come from; of arrays, all targets are looked through.
        """
        picture = self._trainable_at_compile
        picture.warn()
        is_ready, seen, function = False, -1, self._function(kind)

        def step(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
            nonlocal is_ready, seen, function
            if not is_ready:
                self._symbolic_build((x, y, sample_weight))
                check_targets(all_targets(data, y), self._compile_loss, self._output_handles)
                check_class_weight(class_weight_of(data), self._output_handles)
                if kind == "train" and not self.optimizer.built:
                    with picture.restored():
                        self.optimizer.build(self.trainable_weights)
                    self.optimizer.built = True
                is_ready = True
            if seen != Changes.version:
                function = self._function(kind)
                if kind == "train" and picture.changed():
                    function = picture.restoring(function)
                seen = Changes.version
            return function(x, y, sample_weight)

        return step

    def _symbolic_build(self, batch: Any) -> None:
        """Build the model, the loss and the metrics for a batch's shapes.

        If it fails, the loss and the metrics are as `compile` made them.
        """
        x, y, sample_weight = tree.map_structure(handle, batch)
        unbuilt = not all(layer.built for layer in self._flatten_layers())
        loss, metrics = self._compile_loss, self._compile_metrics
        if y is None and loss is not None and type(self).compute_loss is Compiling.compute_loss:
            raise ValueError("`y` is missing: the loss that compile() was given needs targets.")
        waiting = [part for part in (loss, metrics) if part is not None and not part.built]
        if not (unbuilt or waiting or self._output_handles is None):
            return
        y_pred = output_specs(lambda x: self(x, training=False), (x,), {}, KerasTensor)

        def build(x: Any, y: Any, y_pred: Any, sample_weight: Any) -> Any:
            if metrics is not None and not metrics.built:
                self.compute_metrics(x, y, y_pred, sample_weight)
            if loss is not None and not loss.built:
                self._compute_loss(
                    x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=False
                )
            return ()

        try:
            if y is not None and waiting:
                output_specs(build, (x, y, y_pred, sample_weight), {}, KerasTensor)
        except Exception as error:
            for part in waiting:
                part.built = False
            if isinstance(error, (ShapeError, DTypeError)):
                raise type(error)(
                    f"`y` does not fit the model's outputs: y={shown(y)}, outputs={shown(y_pred)}. "
                    f"The loss or a metric says: {error}"
                ) from error
            raise
        object.__setattr__(self, "_output_handles", tree.flatten(y_pred))

    def _measures_by_itself(self) -> bool:
        """Whether a subclass works out metrics in its own way."""
        cls: Any = type(self)
        return (
            cls.compute_metrics is not Compiling.compute_metrics
            or cls.get_metrics_result is not Compiling.get_metrics_result
        )

    def _logs(self, result: Any) -> dict[str, Any]:
        """Return the logs: the metrics' values, unless a step of the user's returned others.

        They are sorted by name, as in Keras.
        """
        if result is not None and not isinstance(result, dict):
            return {"loss": result}
        mine = self.get_metrics_result()
        logs = mine if result is None or set(mine) == set(result) else result
        return dict(sorted(to_python(logs).items()))

    def _in_order(self, logs: dict[str, Any]) -> Any:
        """Return the logs' values in the metrics' order: one number, or a list."""
        names = [
            n
            for m in self.metrics
            for n in ([x.name for x in m.metrics] if hasattr(m, "metrics") else [m.name])
        ]
        ordered = [logs[n] for n in dict.fromkeys(names) if n in logs]
        ordered += [logs[n] for n in sorted(logs) if n not in names]
        return ordered[0] if len(ordered) == 1 else ordered

    def _callbacks(self, callbacks: Any, **params: Any) -> CallbackList:
        if isinstance(callbacks, CallbackList):
            return callbacks
        return CallbackList(callbacks, model=self, **params)

    def _assert_compiled(self, method: str) -> None:
        if not self.compiled:
            raise ValueError(f"Call compile() before {method}().")

    def _validate(self, data: Any, batch_size: Any, steps_: Any, callbacks: Any) -> dict[str, Any]:
        is_batch = isinstance(data, (tuple, list))
        x, y, sample_weight = unpack(data) if is_batch else (data, None, None)
        return self.evaluate(  # type: ignore[no-any-return]
            x, y, sample_weight=sample_weight, batch_size=batch_size, steps=steps_,
            callbacks=callbacks, return_dict=True, verbose=0,
        )  # fmt: skip

    def _on_batch(self, kind: str, data: Any, return_dict: bool) -> Any:
        step = self._prepared_step(kind)
        self.reset_metrics()
        with np.errstate(all="ignore"):
            logs = self._logs(step(*(arrays(part) for part in data)))
        return logs if return_dict else self._in_order(logs)
