"""Trainer: fit, evaluate and predict. Arguments are checked here; the loop does the work."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish._frames import filter_traceback, hides_frames
from kerasish.backend.record import no_grad, recording
from kerasish.callbacks.callback_list import CallbackList
from kerasish.errors import explain
from kerasish.training import steps
from kerasish.training.batches import (
    arrays,
    check_frequency,
    is_due,
    is_one_batch,
)
from kerasish.training.blocks import Blocks
from kerasish.training.checks import check_class_weight
from kerasish.training.data import adapt, class_weight_to_sample_weights, train_validation_split
from kerasish.training.entry import entry_point
from kerasish.training.loop import Run, concatenate_outputs, host
from kerasish.training.preparing import Preparing
from kerasish.utils.packing import pack_x_y_sample_weight


class Trainer(Preparing):
    """The training part of a model."""

    # Steps: users may override them.

    def train_step(self, data: Any) -> Any:
        """Train on one batch; return the logs. Override it for a step of your own."""
        return steps.train_step(self, data)

    def test_step(self, data: Any) -> Any:
        """Evaluate one batch; return the logs. Override it for a step of your own."""
        return steps.test_step(self, data)

    def predict_step(self, data: Any) -> Any:
        """Return the outputs for one batch. Override it for a step of your own."""
        return steps.predict_step(self, data)

    def _function(self, kind: str) -> Any:
        """Return the step of a kind as this model's engine runs it."""
        functions = self._current_functions()
        found = functions.get(kind)
        if found is None:
            step = getattr(self, f"{kind}_step")

            def run(*data: Any) -> Any:
                try:
                    with recording() if kind == "train" else no_grad():
                        logs = step(pack_x_y_sample_weight(*data))
                finally:
                    self._clear_losses()
                return logs if kind == "predict" or self._has_own_logs(kind) else None

            found = functions[kind] = self._engine().function(run)
            if hasattr(found, "jit_compile"):  # an engine that has something to compile
                found.jit_compile = None if self._jit_compile == "auto" else self._jit_compile
        return found

    def _has_own_logs(self, kind: str) -> bool:
        """Whether a user's step may return other logs than the metrics hold."""
        is_own = getattr(type(self), f"{kind}_step") is not getattr(Trainer, f"{kind}_step")
        return is_own or self._measures_by_itself()

    # fit.

    @entry_point
    def fit(
        self, x: Any = None, y: Any = None, batch_size: int | None = None, epochs: int = 1,
        verbose: Any = "auto", callbacks: Any = None, validation_split: float = 0.0,
        validation_data: Any = None, shuffle: bool = True, class_weight: Any = None,
        sample_weight: Any = None, initial_epoch: int = 0, steps_per_epoch: int | None = None,
        validation_steps: int | None = None, validation_batch_size: int | None = None,
        validation_freq: Any = 1,
    ) -> Any:  # fmt: skip
        """Train for some epochs.

        Args:
            x: an array, a list or dict of arrays for several inputs, or something that gives
                batches of `(inputs, targets)` or `(inputs, targets, sample_weights)`: a
                `utils.PyDataset`, a `DataLoader`, a generator, or another iterable.
            y: targets, for arrays: one row for each of `x`. What gives batches has its own.
            batch_size: samples in a batch; 32 by default. Only for arrays.
            epochs: the number of the last epoch, so how many there are if `initial_epoch` is 0.
            verbose: 0 shows nothing, 1 a bar, 2 one line an epoch; `"auto"` a bar in a terminal
                or notebook, lines elsewhere.
            callbacks: a list of `callbacks.Callback`.
            validation_split: share of the samples, 0 to 1, kept for validation: the last ones of
                the arrays, before they are shuffled.
            validation_data: what to validate on after an epoch: `(x, y)`,
                `(x, y, sample_weight)`, or batches. It overrides `validation_split`.
            shuffle: whether the rows of arrays, or the batches of a PyDataset, come in another
                order in each epoch.
            class_weight: `{class: weight}`, for samples of rare classes to count more.
            sample_weight: how much each sample counts in the loss: an array of `(samples,)`.
            initial_epoch: the number of the first epoch, to go on with a training.
            steps_per_epoch: batches in an epoch; all there are by default. Needed for a
                generator without end.
            validation_steps: batches of each validation; all there are by default.
            validation_batch_size: samples in a batch of it; `batch_size` by default.
            validation_freq: validate after each so many epochs, or a list of epochs (the first
                is 1).

        Returns:
            A History: `history.history["loss"]` holds one number per epoch; further keys are the
            metrics' names, and both with `val_` before them.

        Raises:
            ValueError: for arguments that do not fit; model and optimizer stay as they were.

        Example:
            >>> import numpy as np
            >>> import kerasish as keras
            >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
            >>> model.compile("sgd", "mse", metrics=["mae"])
            >>> x, y = np.ones((40, 3)), np.ones((40, 1))
            >>> history = model.fit(x, y, epochs=2, validation_split=0.2, verbose=0)
            >>> sorted(history.history)
            ['loss', 'mae', 'val_loss', 'val_mae']
            >>> def batches():
            ...     while True:
            ...         yield np.ones((8, 3)), np.ones((8, 1))
            >>> history = model.fit(batches(), steps_per_epoch=5, shuffle=False, verbose=0)
        """
        self._assert_compiled("fit")
        if not isinstance(epochs, (int, np.integer)) or epochs < 0:
            raise ValueError(explain("`epochs` must be a whole number, 0 or more", epochs=epochs))
        check_frequency(validation_freq)
        if self.optimizer is None:
            raise ValueError("fit() needs an optimizer: compile(optimizer=…).")
        if validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = train_validation_split(
                (x, y, sample_weight), validation_split=validation_split
            )
        data = adapt(
            x, y, sample_weight=sample_weight, batch_size=batch_size,
            steps_per_epoch=steps_per_epoch, shuffle=shuffle, class_weight=class_weight,
        )  # fmt: skip
        self.stop_training = False
        callbacks = self._callbacks(
            callbacks, add_history=True, add_progbar=verbose != 0, verbose=verbose, epochs=epochs,
            steps=data.num_batches,
        )  # fmt: skip
        step = self._prepared_step("train", data)
        blocks = Blocks.of(lambda: self._function("train"), step, data)
        run = Run(
            step, callbacks, "train", lambda: self.stop_training, self._logs,
            self.steps_per_execution, blocks,
        )  # fmt: skip
        callbacks.on_train_begin()
        logs: dict[str, Any] = {}
        for epoch in range(initial_epoch, epochs):
            self.reset_metrics()
            callbacks.on_epoch_begin(epoch)
            result = run.epoch(data)
            if not run.done:
                break  # a generator has ended: an epoch without batches has no loss to report
            logs = self._logs(result)
            if validation_data is not None and is_due(epoch, validation_freq):
                found = self._validate(
                    validation_data,
                    validation_batch_size or batch_size,
                    validation_steps,
                    callbacks,
                )
                logs.update({f"val_{name}": value for name, value in found.items()})
            callbacks.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        if self.optimizer is not None and epochs > 0:
            with self._trainable_at_compile.restored():
                self.optimizer.finalize_variable_values(self.trainable_weights)
        callbacks.on_train_end(logs)
        return callbacks.history

    @entry_point
    def evaluate(
        self, x: Any = None, y: Any = None, batch_size: int | None = None, verbose: Any = "auto",
        sample_weight: Any = None, steps: int | None = None, callbacks: Any = None,
        return_dict: bool = False, **kwargs: Any,
    ) -> Any:  # fmt: skip
        """Return the loss and the metrics on some data.

        Args:
            x: arrays or batches, as for `fit`.
            y: targets, for arrays.
            batch_size: samples in a batch; 32 by default. The result does not depend on it.
            verbose: 0 shows nothing, 1 a bar, 2 one line; `"auto"` what fits the place.
            sample_weight: how much each sample counts: an array of `(samples,)`.
            steps: how many batches; all by default.
            callbacks: a list of callbacks; their `on_test_…` methods are called.
            return_dict: whether names come with the numbers.

        Returns:
            The loss alone where there are no metrics; a list of the loss and the metrics, in the
            order that `compile` was given; or, with `return_dict`, a dict sorted by name.

        Example:
            >>> import numpy as np
            >>> import kerasish as keras
            >>> zero = keras.layers.Dense(1, kernel_initializer="zeros")
            >>> model = keras.Sequential([keras.Input((3,)), zero])
            >>> model.compile("sgd", "mse", metrics=["mae"])
            >>> x, y = np.ones((4, 3)), 2 * np.ones((4, 1))
            >>> model.evaluate(x, y, verbose=0)
            [4.0, 2.0]
            >>> model.evaluate(x, y, verbose=0, return_dict=True)
            {'loss': 4.0, 'mae': 2.0}
        """
        self._assert_compiled("evaluate")
        if kwargs:
            raise ValueError(explain("Unknown arguments of evaluate", arguments=sorted(kwargs)))
        data = adapt(
            x, y, sample_weight=sample_weight, batch_size=batch_size, steps_per_epoch=steps,
            shuffle=False,
        )  # fmt: skip
        if not isinstance(callbacks, CallbackList):
            callbacks = self._callbacks(
                callbacks,
                add_progbar=verbose != 0,
                verbose=verbose,
                epochs=1,
                steps=data.num_batches,
            )
        self.stop_evaluating = False
        step = self._prepared_step("test", data)
        blocks = Blocks.of(lambda: self._function("test"), step, data)
        run = Run(
            step, callbacks, "test", lambda: self.stop_evaluating, self._logs,
            self.steps_per_execution, blocks,
        )  # fmt: skip
        self.reset_metrics()
        callbacks.on_test_begin()
        result = run.epoch(data)
        logs = self._logs(result)
        callbacks.on_test_end(logs)
        return logs if return_dict else self._in_order(logs)

    def predict(
        self, x: Any, batch_size: int | None = None, verbose: Any = "auto",
        steps: int | None = None, callbacks: Any = None,
    ) -> Any:  # fmt: skip
        """Return the outputs for some inputs, as NumPy arrays, batch by batch.

        Args:
            x: arrays or batches, as for `fit`; what batches hold beside inputs is left out.
            batch_size: samples in a batch; 32 by default.
            verbose: 0 shows nothing, 1 a bar, 2 one line; `"auto"` what fits the place.
            steps: how many batches; all by default.
            callbacks: a list of callbacks; their `on_predict_…` methods are called.

        Returns:
            One row for each sample: an array, or a structure of them like the model's outputs.

        Example:
            >>> import numpy as np
            >>> import kerasish as keras
            >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
            >>> model.predict(np.ones((5, 3)), verbose=0).shape
            (5, 2)
        """
        try:  # not a decorator, which costs a row's prediction a twentieth of its time
            if callbacks is None and steps is None and verbose == 0 and is_one_batch(x, batch_size):
                return self.predict_on_batch(x)
            return self._predict(x, batch_size, verbose, steps, callbacks)
        except BaseException as error:
            filter_traceback(error)
            raise

    @entry_point
    def _predict(self, x: Any, batch_size: Any, verbose: Any, steps: Any, callbacks: Any) -> Any:
        data = adapt(x, batch_size=batch_size, steps_per_epoch=steps, shuffle=False)
        if not isinstance(callbacks, CallbackList):
            callbacks = self._callbacks(
                callbacks,
                add_progbar=verbose != 0,
                verbose=verbose,
                epochs=1,
                steps=data.num_batches,
            )
        self.stop_predicting = False
        function = self._function("predict")
        outputs: list[Any] = []

        def step(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
            outputs.append(host(function(x)))
            return {"outputs": outputs[-1]}

        run = Run(
            step, callbacks, "predict", lambda: self.stop_predicting, lambda result: result,
            self.steps_per_execution,
        )  # fmt: skip
        callbacks.on_predict_begin()
        run.epoch(data)
        callbacks.on_predict_end()
        if not outputs:
            raise ValueError("There was nothing to predict: the data held no batch.")
        return outputs[0] if len(outputs) == 1 else concatenate_outputs(outputs)

    # One batch.

    @hides_frames
    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None,
        return_dict: bool = False,
    ) -> Any:  # fmt: skip
        """Train on one batch; return its loss and metrics.

        Args:
            x: inputs: an array, or a structure of arrays.
            y: targets.
            sample_weight: how much each sample counts: an array of `(samples,)`.
            class_weight: `{class: weight}`, instead of `sample_weight`.
            return_dict: whether the result is a dict, sorted by name.

        Returns:
            As `evaluate`; the loss is that before the step.

        Example:
            >>> import numpy as np
            >>> import kerasish as keras
            >>> zero = keras.layers.Dense(1, kernel_initializer="zeros")
            >>> model = keras.Sequential([keras.Input((3,)), zero])
            >>> model.compile("sgd", "mse")
            >>> model.train_on_batch(np.ones((4, 3)), np.ones((4, 1)), return_dict=True)
            {'loss': 1.0}
        """
        self._assert_compiled("train_on_batch")
        if class_weight is not None:
            if sample_weight is not None:
                raise ValueError("Give `sample_weight` or `class_weight`, not both.")
            check_class_weight(class_weight, self._output_handles)
            sample_weight = class_weight_to_sample_weights(y, class_weight)
        return self._on_batch("train", (x, y, sample_weight), return_dict)

    @hides_frames
    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Evaluate one batch; return its loss and metrics.

        Args:
            x: inputs: an array, or a structure of arrays.
            y: targets.
            sample_weight: how much each sample counts: an array of `(samples,)`.
            return_dict: whether the result is a dict, sorted by name.

        Returns:
            As `evaluate`: `model.test_on_batch(x, y)` is the loss of this batch alone.
        """
        self._assert_compiled("test_on_batch")
        return self._on_batch("test", (x, y, sample_weight), return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """Return the outputs for one batch `x`, an array or a structure, as NumPy arrays.

        Example:
            `model.predict_on_batch(x)` is `model.predict(x, batch_size=len(x), verbose=0)`.
        """
        try:
            with np.errstate(all="ignore"):
                return host(self._function("predict")(arrays(x)))
        except BaseException as error:
            filter_traceback(error)
            raise
