"""Optimizer: learning rate, slots, clipping, decay and averaging around a rule for one variable."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasish import ops
from kerasish._names import auto_name, named
from kerasish._registry.configurable import Configurable
from kerasish.backend.flat import flatten
from kerasish.backend.record import no_grad
from kerasish.backend.scopes import concrete
from kerasish.backend.variable import Variable
from kerasish.errors import explain, warn_deprecated
from kerasish.optimizers.arguments import show_shared
from kerasish.optimizers.clipping import Clipping
from kerasish.optimizers.decay import Decay
from kerasish.optimizers.joined import by_dtype
from kerasish.optimizers.learning_rate import LearningRate
from kerasish.optimizers.rule import Rule
from kerasish.optimizers.slots import Slots
from kerasish.optimizers.stepping import Stepping


class Optimizer(LearningRate, Slots, Rule, Clipping, Decay, Stepping, Configurable):
    """Base of the optimizers.

    A subclass names its `slots` (what it remembers for each variable) and defines `update`, a
    pure rule: values in, values out. If the rule is `elementwise`, it is applied once to all
    variables together, which gives the same bits. A subclass written for Keras, which overrides
    `build` and `update_step`, works as well.

    Args:
        learning_rate: a number, a schedule, or a callable without arguments.
        weight_decay: share of each variable taken off before each update.
        clipnorm: largest norm of a single variable's gradient.
        clipvalue: largest size of a gradient's element.
        global_clipnorm: largest norm of all gradients together.
        use_ema: keep an average of the variables.
        ema_momentum: how much of the average stays at each step.
        ema_overwrite_frequency: after so many steps the variables become their averages.
        loss_scale_factor: the loss is multiplied by it, and the gradients divided.
        gradient_accumulation_steps: an update is made every so many steps, with the mean gradient.
        name: of the optimizer.
    """

    slots: tuple[str, ...] = ()
    elementwise = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        show_shared(cls)

    def __init__(
        self, learning_rate: Any, weight_decay: float | None = None, clipnorm: float | None = None,
        clipvalue: float | None = None, global_clipnorm: float | None = None,
        use_ema: bool = False, ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None, loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None, name: str | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        if "lr" in kwargs:
            warn_deprecated("`lr` is the old name of `learning_rate`.")
            learning_rate = kwargs.pop("lr")
        kwargs.pop("decay", None)
        if kwargs:
            raise ValueError(
                explain(f"Unknown arguments of {type(self).__name__}", arguments=sorted(kwargs))
            )
        if gradient_accumulation_steps is not None and gradient_accumulation_steps < 2:
            raise ValueError(
                explain(
                    "`gradient_accumulation_steps` must be 2 or more",
                    gradient_accumulation_steps=gradient_accumulation_steps,
                )
            )
        self.set_clipping(clipnorm, clipvalue, global_clipnorm)
        if use_ema and not 0 <= ema_momentum <= 1:
            raise ValueError(
                explain("`ema_momentum` must be from 0 to 1", ema_momentum=ema_momentum)
            )
        if (
            use_ema
            and ema_overwrite_frequency is not None
            and (not isinstance(ema_overwrite_frequency, int) or ema_overwrite_frequency < 1)
        ):
            raise ValueError(
                explain(
                    "`ema_overwrite_frequency` must be a positive integer or None",
                    ema_overwrite_frequency=ema_overwrite_frequency,
                )
            )
        self.name = name or auto_name(type(self).__name__)
        self.weight_decay = weight_decay
        self.use_ema, self.ema_momentum = use_ema, ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self.built = False
        self._rules: dict[Any, Any] = {}
        self._following: Any = None  # the counter's next value, while an update is made
        self._variables: list[Variable] = []
        self._trainable_variables: list[Variable] = []
        self._slots: dict[str, list[Variable]] = {}
        self._index: dict[int, int] = {}
        self._excluded: list[Variable] = []
        self._excluded_words: list[str] = []
        with concrete(), named(self.name):
            iterations = Variable(0, name="iteration", dtype="int32", trainable=False)
            self._iterations = self._track(iterations)
            self.set_learning_rate(learning_rate)

    @property
    def iterations(self) -> Any:
        """How many updates were made (steps, while gradients are accumulated)."""
        if self.gradient_accumulation_steps:
            return ops.floor_divide(self._iterations, self.gradient_accumulation_steps)
        return self._iterations

    @property
    def variables(self) -> list[Variable]:
        """All state: the counter, the learning rate, the slots."""
        return list(self._variables)

    # Slots.

    def build(self, variables: Sequence[Variable]) -> None:
        """Make the slots for variables. Called by itself at the first update."""
        if self.use_ema:
            self._averages = self.add_optimizer_variables(variables, "average")
        if self.gradient_accumulation_steps:
            self._accumulators = [
                self.add_variable_from_reference(v, "gradient_accumulator") for v in variables
            ]
        self._trainable_variables = list(variables)
        self._index = {id(v): i for i, v in enumerate(variables)}
        for names in self.slot_groups():
            kinds = [self.slot_initializer(name) for name in names]
            found = self.add_optimizer_variables(variables, list(names), kinds)
            self._slots.update(zip(names, found, strict=True))
        self.built = True
        if self.elementwise and self._uses_rule():
            for group in by_dtype(self._trainable_variables):
                members = [v for v in group if not v.overwrite_with_gradient]
                if len(members) > 1 and flatten(members) is not None:
                    for slot in self._slots.values():
                        flatten([slot[self._index[id(v)]] for v in members])

    def active_slots(self) -> tuple[str, ...]:
        """Return the slots that the rule needs with its present arguments."""
        return self.slots

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        """Return the slots in the order in which they are made, and so lie in files.

        A group is made variable by variable, one group after another.
        """
        return (self.active_slots(),)

    def slot_initializer(self, slot: str) -> Any:
        """Return how a slot begins."""
        return "zeros"

    def _get_variable_index(self, variable: Variable) -> int:
        try:
            return self._index[id(variable)]
        except KeyError:
            raise ValueError(
                f"Unknown variable {variable.path!r}: the optimizer was built for other variables. "
                "Make a new optimizer, or build this one with all variables."
            ) from None

    # Updating.

    def update(
        self, variable: Any, gradient: Any, *slots: Any, step: Any, learning_rate: Any
    ) -> Any:
        """Return the new value of a variable, and of its slots: the rule.

        Args:
            variable, gradient: values of one shape.
            *slots: the values of the slots, in the order of `slots`.
            step: the number of this update, from 1 on.
            learning_rate: a number as a tensor.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `update` or `update_step`.")

    def _uses_rule(self) -> bool:
        return type(self).update_step is Optimizer.update_step

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Update one variable and its slots."""
        self._apply_rule([variable], [gradient], learning_rate)

    def apply_gradients(self, grads_and_vars: Any) -> Any:
        """Update variables, given as pairs `(gradient, variable)`."""
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])
        return self._iterations

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """Update variables with their gradients.

        Args:
            grads: one per variable; None where there is none.
            trainable_variables: by default those that the optimizer was built with.

        Raises:
            ValueError: when the numbers differ, a variable is unknown, or no gradient is there.
        """
        grads = list(grads)
        if not grads:
            return
        if trainable_variables is None:
            if not self.built:
                raise ValueError("Pass `trainable_variables` too, until the optimizer is built.")
            variables = self._trainable_variables
        else:
            variables = list(trainable_variables)
            if not self.built:
                self.build(variables)
                self.built = True
        if len(grads) != len(variables):
            raise ValueError(f"There are {len(grads)} gradients for {len(variables)} variables.")
        for variable in variables:
            self._get_variable_index(variable)
        with no_grad():
            own = vars(self)  # no setting, so nothing to be noted
            own["_following"] = following = self._iterations + 1
            self._apply(*self._with_gradients(grads, variables))
            self._iterations.assign(following)
            own["_following"] = None

    def _with_gradients(self, grads: list[Any], variables: list[Variable]) -> Any:
        found = [(g, v) for g, v in zip(grads, variables, strict=True) if g is not None]
        if not found:
            raise ValueError("No gradient is there for any variable: does the loss depend on them?")
        if len(found) < len(variables):
            missing = [v.path for g, v in zip(grads, variables, strict=True) if g is None]
            warnings.warn(f"No gradients for the variables {missing}.", stacklevel=3)
        return [g for g, _ in found], [v for _, v in found]

    def _apply(self, grads: list[Any], variables: list[Variable]) -> None:
        grads, variables = self._overwrite(grads, variables)
        if not variables:
            return
        scale = self.loss_scale_factor
        if scale is not None:
            grads = [ops.divide(g, scale) for g in grads]
        if self.gradient_accumulation_steps:
            self._accumulate(grads, variables)
        else:
            self._update_all(grads, variables)
        # At every step, not only at those where what was accumulated is applied: what follows
        # looks at the counter itself.
        if self.use_ema:
            self._update_averages()
        for variable in variables:
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable))

    def _is_due(self) -> Any:
        """Whether what was accumulated is applied at this step."""
        return ops.equal(ops.mod(self._iterations + 1, self.gradient_accumulation_steps), 0)

    def _accumulate(self, grads: list[Any], variables: list[Variable]) -> None:
        steps = self.gradient_accumulation_steps
        accumulators = [self._accumulators[self._get_variable_index(v)] for v in variables]

        def update() -> None:
            means = [(g + a) / steps for g, a in zip(grads, accumulators, strict=True)]
            self._update_all(means, variables)
            for accumulator in accumulators:
                accumulator.assign(ops.zeros_like(accumulator))

        def wait() -> None:
            for accumulator, gradient in zip(accumulators, grads, strict=True):
                accumulator.assign(accumulator + gradient)

        ops.cond(self._is_due(), update, wait)

    def _overwrite(self, grads: list[Any], variables: list[Variable]) -> Any:
        """Set the variables that are replaced by their gradients; return what is left to do.

        While gradients accumulate, the largest of them is what such a variable becomes.
        """
        if not [v for v in variables if v.overwrite_with_gradient]:
            return grads, variables
        left = []
        for gradient, variable in zip(grads, variables, strict=True):
            if not variable.overwrite_with_gradient:
                left.append((gradient, variable))
            elif not self.gradient_accumulation_steps:
                variable.assign(gradient)
            else:
                accumulator = self._accumulators[self._get_variable_index(variable)]
                largest, is_due = ops.maximum(gradient, accumulator), self._is_due()
                variable.assign(ops.where(is_due, largest, variable))
                accumulator.assign(ops.where(is_due, 0, largest))
        return [g for g, _ in left], [v for _, v in left]

    def _update_all(self, grads: list[Any], variables: list[Variable]) -> None:
        grads = self.clip(grads)
        self.apply_weight_decay(variables)
        self._backend_update_step(grads, variables, self._get_current_learning_rate())

    def _backend_update_step(
        self, grads: list[Any], variables: list[Variable], learning_rate: Any
    ) -> None:
        """Update all: together if the rule is elementwise, one by one otherwise."""
        if not (self.elementwise and self._uses_rule()):
            for gradient, variable in zip(grads, variables, strict=True):
                self.update_step(gradient, variable, learning_rate)
            return
        together = {id(v): g for g, v in zip(grads, variables, strict=True)}
        for group in by_dtype(variables):
            self._apply_rule(group, [together[id(v)] for v in group], learning_rate)

    def scale_loss(self, loss: Any) -> Any:
        """Return the loss times `loss_scale_factor`."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    # Configs and files.

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal optimizer without its state."""
        config = {
            "name": self.name,
            "learning_rate": self.learning_rate_config(),
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
        }
        names = tuple(n for n in self._parameters if n not in config)
        return {**config, **self.constructor_config(names)}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Return an optimizer made from a config."""
        from kerasish._registry import deserialize_keras_object

        config = dict(config)
        if isinstance(config.get("learning_rate"), dict):
            config["learning_rate"] = deserialize_keras_object(
                config["learning_rate"], custom_objects
            )
        return cls(**config)

    def save_own_variables(self, store: Any) -> None:
        """Put all state into a store, as "0", "1", …"""
        for i, variable in enumerate(self.variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Take all state from a store.

        Raises:
            ValueError: when the store holds another number of variables.
        """
        variables = self.variables
        if len(store.keys()) != len(variables):
            raise ValueError(
                f"Optimizer {self.name!r} has {len(variables)} variables, the file has "
                f"{len(store.keys())}. Build the optimizer for the model before loading."
            )
        for i, variable in enumerate(variables):
            variable.assign(np.asarray(store[str(i)]))

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_rules"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _rules={})
        self._index = {id(v): i for i, v in enumerate(self._trainable_variables)}

    def set_weights(self, weights: Any) -> None:
        """Set all state from arrays, in the order of `variables`."""
        if not self.built:
            raise ValueError("The optimizer has no state yet. Build it for some variables first.")
        for variable, value in zip(self._variables, weights, strict=True):
            if tuple(np.shape(value)) != tuple(variable.shape):
                raise ValueError(
                    explain("An array does not fit", expected=variable.shape, shape=np.shape(value))
                )
        for variable, value in zip(self._variables, weights, strict=True):
            variable.assign(value)
