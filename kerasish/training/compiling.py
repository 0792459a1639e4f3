"""What `compile` sets up: optimizer, loss, metrics, engine; how loss and metrics are computed."""

from __future__ import annotations

import functools
import inspect
import warnings
from typing import Any

from kerasish import ops, optimizers
from kerasish._changes import Changes
from kerasish.arrays.dtype import floatx, is_float
from kerasish.backend import discovery
from kerasish.errors import explain
from kerasish.metrics import Mean
from kerasish.metrics.class_numbers import ignoring
from kerasish.training import steps
from kerasish.training.compile_loss import CompileLoss
from kerasish.training.compile_metrics import CompileMetrics
from kerasish.training.settings import Settings, Trainable


class Compiling:
    """The part of a model that `compile` configures."""

    def __init__(self) -> None:
        for name, value in {
            "compiled": False, "optimizer": None, "loss": None, "_compile_loss": None,
            "_compile_metrics": None, "_loss_tracker": None, "_compile_arguments": None,
            "_run_eagerly": False, "_jit_compile": None, "steps_per_execution": 1,
            "stop_training": False, "stop_evaluating": False, "stop_predicting": False,
            "_functions": {}, "_settings": None, "_output_handles": None,
        }.items():  # fmt: skip
            object.__setattr__(self, name, value)

    def compile(
        self, optimizer: Any = "rmsprop", loss: Any = None, loss_weights: Any = None,
        metrics: Any = None, weighted_metrics: Any = None, run_eagerly: bool = False,
        steps_per_execution: int = 1, jit_compile: Any = "auto", auto_scale_loss: bool = True,
    ) -> None:  # fmt: skip
        """Choose what training minimises, how, and what is measured.

        Args:
            optimizer: an optimizer, or its name, as `"adam"`, for one with its defaults.
            loss: a loss, its name, a function of `(y_true, y_pred)`, or, for several outputs, a
                list or dict of them. None if the model adds losses by `add_loss`.
            loss_weights: numbers for the losses of several outputs: a list, or a dict by name.
            metrics: a list of metrics, their names or functions; for several outputs a list of
                lists, or a dict by the outputs' names. `"accuracy"` becomes the kind that fits
                the loss and the shapes.
            weighted_metrics: metrics that take the sample weights into account, likewise.
            run_eagerly: run each step line by line, whatever the backend. Same bits.
            steps_per_execution: batches between two calls of the callbacks.
            jit_compile: whether the graph engine compiles steps to machine code (extra `jit`):
                True at once, False never, `"auto"` beside the training, once it is worth it.
            auto_scale_loss: whether the optimizer scales the loss if the model computes in float16.

        Raises:
            ValueError: for unknown names; the model stays as it was.

        Example:
            >>> import kerasish as keras
            >>> inputs = keras.Input((3,))
            >>> price = keras.layers.Dense(1, name="price")(inputs)
            >>> kind = keras.layers.Dense(4, activation="softmax", name="kind")(inputs)
            >>> model = keras.Model(inputs, [price, kind])
            >>> model.compile(
            ...     keras.optimizers.Adam(learning_rate=0.01),
            ...     loss={"price": "mse", "kind": "sparse_categorical_crossentropy"},
            ...     loss_weights={"price": 0.1, "kind": 1.0},
            ...     metrics={"kind": ["accuracy"]},
            ... )
        """
        chosen = optimizers.get(optimizer)
        halves = auto_scale_loss and self.dtype_policy.name == "mixed_float16"
        scales = isinstance(chosen, optimizers.LossScaleOptimizer)
        if halves and chosen is not None and not scales:
            chosen = optimizers.LossScaleOptimizer(chosen, name="loss_scale_optimizer")
        if jit_compile not in ("auto", True, False, None):
            raise ValueError(
                explain("`jit_compile` must be 'auto', True or False", jit_compile=jit_compile)
            )
        if not isinstance(steps_per_execution, int) or steps_per_execution < 1:
            raise ValueError(
                explain(
                    "`steps_per_execution` must be a positive integer",
                    steps_per_execution=steps_per_execution,
                )
            )
        names = self._known_output_names()
        compile_loss = None
        if loss is not None:
            compile_loss = CompileLoss(loss, loss_weights, output_names=names)
            _check_names(loss)
        compile_metrics = None
        if metrics is not None or weighted_metrics is not None:
            compile_metrics = CompileMetrics(metrics, weighted_metrics, output_names=names)
        if not hasattr(self, "_loss_tracker"):
            Compiling.__init__(self)
        arguments = {
            "optimizer": chosen, "loss": loss, "loss_weights": loss_weights, "metrics": metrics,
            "weighted_metrics": weighted_metrics, "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution, "jit_compile": jit_compile,
        }  # fmt: skip
        for name, value in {
            "optimizer": chosen, "loss": loss, "_compile_loss": compile_loss,
            "_compile_metrics": compile_metrics, "_loss_tracker": Mean(name="loss"),
            "_run_eagerly": bool(run_eagerly), "_jit_compile": jit_compile,
            "steps_per_execution": steps_per_execution, "compiled": True, "stop_training": False,
            "_compile_arguments": arguments, "_output_handles": None,
            "_backend_at_compile": discovery.current(),
        }.items():  # fmt: skip
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_trainable_at_compile", Trainable(self))
        self._drop_functions()

    def _known_output_names(self) -> Any:
        try:
            return getattr(self, "output_names", None)
        except (AttributeError, ValueError):
            return None

    # The engine.

    @property
    def run_eagerly(self) -> bool:
        """Whether steps run line by line."""
        return self._run_eagerly

    @run_eagerly.setter
    def run_eagerly(self, value: bool) -> None:
        object.__setattr__(self, "_run_eagerly", bool(value))
        self._drop_functions()

    @property
    def jit_compile(self) -> Any:
        """What `compile` was told about compiling."""
        return self._jit_compile

    @jit_compile.setter
    def jit_compile(self, value: Any) -> None:
        object.__setattr__(self, "_jit_compile", value)
        self._drop_functions()

    def _drop_functions(self) -> None:
        """Let every step be traced anew, with the settings of now."""
        object.__setattr__(self, "_functions", {})
        object.__setattr__(self, "_settings", None)
        Changes.note()

    def _current_functions(self) -> dict[Any, Any]:
        """The steps so far, unless a setting has changed that they were traced with."""
        if self._settings is None or not self._settings.still_hold(self):
            self._drop_functions()
            object.__setattr__(self, "_settings", Settings(self))
        return self._functions  # type: ignore[no-any-return]

    def _engine(self) -> Any:
        """The backend that runs this model's steps."""
        if self._run_eagerly:
            return discovery.get(discovery.LINE_BY_LINE)
        return getattr(self, "_backend_at_compile", None) or discovery.current()

    def explain(self) -> str:
        """Return what runs each step of this model, for each kind of batch so far, and why.

        Example:
            >>> import kerasish as keras, numpy as np
            >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
            >>> model.compile("sgd", "mse", jit_compile=False)
            >>> _ = model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
            >>> print(model.explain())
            train: f32[4,2], f32[4,1]: numpy (jit_compile=False)
        """
        lines = [
            f"{kind}: {line}"
            for kind, function in self._functions.items()
            if isinstance(kind, str) and hasattr(function, "explain")
            for line in function.explain()
        ]
        return "\n".join(lines) or "No step was compiled: it runs line by line, or nothing ran yet."

    # Losses and metrics.

    @property
    def metrics(self) -> list[Any]:
        """All metrics: the loss's mean, the model's own, those of `compile`, one for each loss."""
        has_loss = self._compile_loss is not None or self.compiled
        found = [self._loss_tracker] if has_loss and self._loss_tracker is not None else []
        found += self._metrics
        for layer in self._layers:
            found += layer._own_metrics() if isinstance(layer, Compiling) else layer.metrics
        if self._compile_metrics is not None:
            found.append(self._compile_metrics)
        if self._compile_loss is not None:
            found.extend(self._compile_loss.metrics)
        return list({id(metric): metric for metric in found}.values())

    def _own_metrics(self) -> list[Any]:
        """The metrics without what `compile` brought: what a model around this one sees."""
        found = list(self._metrics)
        for layer in self._layers:
            found += layer._own_metrics() if isinstance(layer, Compiling) else layer.metrics
        return found

    @property
    def metrics_names(self) -> list[str]:
        """Names of the metrics."""
        return [metric.name for metric in self.metrics]

    def reset_metrics(self) -> None:
        """Set all metrics back to their beginnings."""
        for metric in self.metrics:
            metric.reset_state()

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None,
        training: bool = True,
    ) -> Any:  # fmt: skip
        """Return the total loss: that of `compile`, `add_loss`'s, and the weights' regularization.

        Raises:
            ValueError: when there is no loss at all.
        """
        losses = []
        if self._compile_loss is not None:
            loss = self._compile_loss(y, y_pred, sample_weight)
            if loss is not None:
                losses.append(loss)
        for loss in self.losses:
            value = ops.sum(loss)
            losses.append(value if is_float(value.dtype) else ops.cast(value, floatx()))
        if not losses:
            raise ValueError(
                "There is no loss to minimise: pass `loss` to compile(), or call add_loss in a "
                "layer."
            )
        return steps.total(losses)

    def _compute_loss(self, **arguments: Any) -> Any:
        if not _takes_training(type(self).compute_loss):
            arguments.pop("training")
        return self.compute_loss(**arguments)

    def stateless_compute_loss(
        self, trainable_variables: Any, non_trainable_variables: Any, metrics_variables: Any,
        x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None,
        training: bool = True,
    ) -> Any:  # fmt: skip
        """Compute the loss for given values of all variables; return it and the values after."""
        from kerasish.backend.stateless import StatelessScope

        groups = (self.trainable_variables, self.non_trainable_variables, self.metrics_variables)
        values = (trainable_variables, non_trainable_variables, metrics_variables)
        pairs = [p for g, v in zip(groups, values, strict=True) for p in zip(g, v, strict=True)]
        with StatelessScope(pairs) as scope:
            loss = self._compute_loss(
                x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=training
            )
        return loss, tuple([scope.values[v] for v in group] for group in groups)

    def _track_loss(self, loss: Any, x: Any) -> None:
        """Let the loss's mean take a batch's loss into account, weighted by the batch's size."""
        size = steps.batch_size(x)
        track = self._functions.get(("track", size))
        if track is None:
            mean = self._loss_tracker

            def update(loss: Any) -> None:
                mean.total.assign_add(loss * size)
                mean.count.assign_add(size)

            track = self._functions["track", size] = self._engine().planned(update)
        track(loss)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Update the metrics of `compile`; return all metrics' values by name."""
        self._update_metrics(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def _update_metrics(self, y: Any, y_pred: Any, sample_weight: Any) -> None:
        if self._compile_metrics is not None:
            loss = self._compile_loss
            with ignoring(loss.ignored_classes() if loss is not None else ()):
                self._compile_metrics.update_state(y, y_pred, sample_weight)

    def get_metrics_result(self) -> dict[str, Any]:
        """Return the metrics' values by name."""
        found: dict[str, Any] = {}
        for metric in self.metrics:
            result = metric.result()
            found.update(result if isinstance(result, dict) else {metric.name: result})
        return found

    # Configs.

    def get_compile_config(self) -> dict[str, Any]:
        """Return the arguments of `compile`, serialized."""
        from kerasish._registry import serialize_keras_object

        if not self.compiled or self._compile_arguments is None:
            return {}
        return {k: serialize_keras_object(v) for k, v in self._compile_arguments.items()}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile with what `get_compile_config` returned."""
        from kerasish._registry import deserialize_keras_object

        if type(self).compile is not Compiling.compile:
            warnings.warn(
                f"{type(self).__name__} has a compile() of its own, so it is not compiled from a "
                "config. Define compile_from_config, or call compile().",
                stacklevel=2,
            )
            return
        self.compile(**{k: deserialize_keras_object(v) for k, v in config.items()})
        if self.built and self.optimizer is not None:
            self.optimizer.build(self.trainable_variables)


@functools.cache
def _takes_training(compute_loss: Any) -> bool:
    return "training" in inspect.signature(compute_loss).parameters


def _check_names(loss: Any) -> None:
    """Find unknown names of losses before anything is changed."""
    from kerasish import losses, tree

    for leaf in tree.flatten(loss):
        if isinstance(leaf, str) and leaf not in ("crossentropy", "ce"):
            losses.get(leaf)
