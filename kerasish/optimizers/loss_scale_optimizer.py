"""LossScaleOptimizer: another optimizer, on gradients too large for float16 to lose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kerasish import ops
from kerasish._names import named
from kerasish._registry import deserialize_keras_object, serialize_keras_object
from kerasish.backend.scopes import concrete
from kerasish.backend.variable import Variable
from kerasish.errors import explain
from kerasish.optimizers.optimizer import Optimizer

_OF_THE_INNER_ONE = {
    "weight_decay": None,
    "clipnorm": None,
    "global_clipnorm": None,
    "clipvalue": None,
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}


class LossScaleOptimizer(Optimizer):
    """Scale the loss up and the gradients down again, as far as no gradient overflows.

    A step whose gradients are not all finite is skipped and halves the scale; after
    `dynamic_growth_steps` finite ones the scale is doubled.

    Args:
        inner_optimizer: the optimizer that makes the updates; its own `loss_scale_factor` is
            switched off.
        initial_scale: the first scale. Too high a one is soon halved.
        dynamic_growth_steps: number of finite steps before the scale is doubled.
        name: as for Optimizer.
        **kwargs: arguments of Optimizer, which configs of older models have: defaults only.

    Raises:
        ValueError: for arguments that belong to the inner optimizer.
    """

    def __init__(
        self, inner_optimizer: Any, initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000, name: str | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        if not kwargs.pop("dynamic", True):
            raise ValueError(
                "LossScaleOptimizer has no fixed scale any more. Set `loss_scale_factor` on the "
                "inner optimizer instead."
            )
        for label, default in _OF_THE_INNER_ONE.items():
            value = kwargs.pop(label, default)
            if value != default:
                raise ValueError(
                    explain(
                        f"LossScaleOptimizer does not support `{label}`",
                        advice="Set it on the inner optimizer.",
                        **{label: value},
                    )
                )
        super().__init__(learning_rate=0.0, name=name, **kwargs)
        self.inner_optimizer = inner_optimizer
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps
        inner_optimizer.loss_scale_factor = None  # or else gradients would be divided twice
        # Made here, since a step that is traced before `build` must read the variable; a part of
        # the state from `build` on, as in Keras.
        with concrete(), named(self.name):
            self.step_counter = Variable(0, dtype="int32", trainable=False, name="step_counter")
            self.dynamic_scale = Variable(
                float(initial_scale), dtype="float32", trainable=False, name="dynamic_scale"
            )

    def build(self, variables: Sequence[Variable]) -> None:
        """Build the inner optimizer."""
        self._track(self.step_counter)
        self._track(self.dynamic_scale)
        self.inner_optimizer.build(variables)
        super().build(variables)

    @property
    def variables(self) -> list[Variable]:
        """All state: the scale's, then the inner optimizer's."""
        return [*self._variables, *self.inner_optimizer.variables]

    @property
    def iterations(self) -> Any:
        """How many updates the inner optimizer has made."""
        return self.inner_optimizer.iterations

    @property
    def learning_rate(self) -> Any:
        """The inner optimizer's learning rate."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner_optimizer.learning_rate = value

    def scale_loss(self, loss: Any) -> Any:
        """Return the loss times the scale."""
        return ops.multiply(loss, self.dynamic_scale)

    def check_finite(self, grads: Any) -> Any:
        """Return whether all numbers in all gradients are finite."""
        found = [ops.all(ops.isfinite(g)) for g in grads if g is not None]
        return ops.all(ops.stack(found)) if found else ops.convert_to_tensor(True)

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """Let the inner optimizer update the variables, unless a gradient is not finite."""
        grads = list(grads)
        if not self.built:
            if trainable_variables is None:
                raise ValueError("Pass `trainable_variables` too, until the optimizer is built.")
            self.build(list(trainable_variables))
        variables = self._trainable_variables
        variables = variables if trainable_variables is None else list(trainable_variables)
        if len(grads) != len(variables):
            raise ValueError(f"There are {len(grads)} gradients for {len(variables)} variables.")
        for variable in variables:
            self._get_variable_index(variable)
        ops.cond(self.check_finite(grads), self._updating(grads, variables), self._shrink)

    def _updating(self, grads: list[Any], variables: list[Variable]) -> Callable[[], None]:
        def update() -> None:
            scale = self.dynamic_scale.value
            unscaled = [
                g if g is None or v.overwrite_with_gradient else ops.divide(g, scale)
                for g, v in zip(grads, variables, strict=True)
            ]
            self.inner_optimizer.apply(unscaled, variables)
            is_due = ops.equal(self.step_counter, self.dynamic_growth_steps - 1)
            ops.cond(is_due, self._grow, self._count)

        return update

    def _grow(self) -> None:
        self.step_counter.assign(0)
        self.dynamic_scale.assign(self.dynamic_scale * 2.0)

    def _count(self) -> None:
        self.step_counter.assign(self.step_counter + 1)

    def _shrink(self) -> None:
        self.step_counter.assign(0)
        self.dynamic_scale.assign(self.dynamic_scale * 0.5)

    def finalize_variable_values(self, var_list: Any) -> None:
        """Let the inner optimizer do what it does at the end of training."""
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal optimizer without its state."""
        return {
            "name": self.name,
            "inner_optimizer": serialize_keras_object(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Return an optimizer made from a config."""
        config = dict(config)
        inner = deserialize_keras_object(config.pop("inner_optimizer"), custom_objects)
        return cls(inner, **config)
