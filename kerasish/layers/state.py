"""LayerState: the variables, weights, losses and sublayers that a layer holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from kerasish._changes import Changes, is_same
from kerasish._frames import warn
from kerasish.backend.scopes import is_abstract, scopes
from kerasish.backend.variable import Variable
from kerasish.errors import explain
from kerasish.layers.call_spec import is_calling
from kerasish.layers.signatures import read_by_build_alone
from kerasish.layers.tracking import Tracker, callable_plain
from kerasish.metrics.metric import Metric
from kerasish.primitives.applier import is_tracing
from kerasish.random.seed_generator import SeedGenerator


class LayerState:
    """Notices state when it is set as an attribute, and lists it."""

    def _initialize_tracker(self) -> None:
        if "_tracker" in vars(self):
            return
        stores: dict[str, list[Any]] = {
            name: []
            for name in (
                "_trainable_variables", "_non_trainable_variables", "_metrics", "_layers",
                "_seed_generators",
            )
        }  # fmt: skip
        for name, store in stores.items():
            object.__setattr__(self, name, store)
        for name in ("_losses", "_loss_ids"):
            object.__setattr__(self, name, [])
        object.__setattr__(self, "_inner", (-1, ()))
        kinds = {
            "_metrics": lambda x: isinstance(x, Metric),
            "_layers": lambda x: isinstance(x, LayerState) and not isinstance(x, Metric),
            "_seed_generators": lambda x: isinstance(x, SeedGenerator),
            "_trainable_variables": lambda x: isinstance(x, Variable) and x.trainable,
            "_non_trainable_variables": lambda x: isinstance(x, Variable) and not x.trainable,
        }
        table = {name: (belongs, stores[name]) for name, belongs in kinds.items()}
        object.__setattr__(self, "_tracker", Tracker(table))

    def __setattr__(self, name: str, value: Any) -> None:
        self._initialize_tracker()
        if name.startswith("_keras_"):
            return object.__setattr__(self, name, value)
        old = vars(self).get(name)
        if name[0] != "_" and vars(self).get("built") and not is_same(old, value):
            self._setting_changed(name)
        if callable_plain(value):
            return object.__setattr__(self, name, value)
        if isinstance(old, (Variable, LayerState, Metric)) and old is not value:
            self._tracker.untrack(old)
        return object.__setattr__(self, name, self._tracker.track(value))

    def _setting_changed(self, name: str) -> None:
        """Drop what was traced with another value; warn of a setting that nothing reads any more.

        What a layer notes down while it is called is no setting.
        """
        if is_calling() or is_tracing() or vars(self).get("_is_building"):
            return
        Changes.note()
        if name in read_by_build_alone(type(self)):
            warn(
                f"Setting `{name}` of layer {self.name!r} has no effect any more: it was used when "
                "the layer was built. Make a new layer with it."
            )

    def __delattr__(self, name: str) -> None:
        value = vars(self).get(name)
        if value is not None:
            self._tracker.untrack(value)
        object.__delattr__(self, name)

    # Sublayers.

    def _flatten_layers(self, recursive: bool = True, include_self: bool = True) -> Iterator[Any]:
        """Yield the layers within, each once."""
        if include_self:
            yield self
        seen = {id(self)}
        todo = list(self._layers)
        while todo:
            layer = todo.pop(0)
            if id(layer) in seen:
                continue
            seen.add(id(layer))
            yield layer
            if recursive:
                todo[:0] = layer._layers

    def _inner_layers(self) -> tuple[Any, ...]:
        """Return the layers within at any depth, each once; looked up anew after any change."""
        version = Tracker.version
        if self._inner[0] != version:
            found = tuple(self._flatten_layers(include_self=False))
            object.__setattr__(self, "_inner", (version, found))
        return self._inner[1]

    # Variables.

    @property
    def variables(self) -> list[Variable]:
        """All state: weights and seeds, but not the metrics' variables."""
        found = list(self._trainable_variables) + list(self._non_trainable_variables)
        found += [seed.state for seed in self._seed_generators]
        for layer in self._layers:
            found += layer.variables
        return _unique(found)

    @property
    def weights(self) -> list[Variable]:
        """The state that files hold: without seeds and metrics."""
        found = list(self._trainable_variables) + list(self._non_trainable_variables)
        for layer in self._layers:
            found += layer.weights
        return _unique(found)

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables that gradients are wanted for; none if the layer is frozen."""
        return [v for v in self.variables if v.trainable] if self.trainable else []

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The other variables; all of them if the layer is frozen."""
        return [v for v in self.variables if not (self.trainable and v.trainable)]

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that gradients are wanted for; none if the layer is frozen."""
        return [v for v in self.weights if v.trainable] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The other weights; all of them if the layer is frozen."""
        return [v for v in self.weights if not (self.trainable and v.trainable)]

    def parameters(self) -> list[Variable]:
        """Return the trainable variables, as a list for an optimizer (PyTorch's name).

        Raises:
            ValueError: when a layer is not built yet, so that some do not exist.
        """
        for layer in self._flatten_layers():
            if not layer.built:
                raise ValueError(
                    f"Layer {layer.name!r} is not built, so its parameters do not exist yet. "
                    "Call the model on data first, or give its build() a shape."
                )
        return self.trainable_variables

    def zero_grad(self) -> None:
        """Forget the gradients that `backward()` summed up in the variables (PyTorch's name)."""
        for variable in self.variables:
            variable.grad = None

    @property
    def metrics(self) -> list[Metric]:
        """The metrics that this layer and those within hold."""
        found = list(self._metrics)
        for layer in self._layers:
            found += layer.metrics
        return _unique(found)

    @property
    def metrics_variables(self) -> list[Variable]:
        """The variables of the metrics."""
        return [v for metric in self.metrics for v in metric.variables]

    @property
    def trainable(self) -> bool:
        """Whether the layer's variables may be trained. Setting it sets the layers within too."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: Any) -> None:
        wanted = bool(value)
        if wanted != self._trainable:
            Changes.note()
        self._trainable = wanted
        for variable in self._trainable_variables:
            variable.trainable = wanted
        for layer in self._layers:
            layer.trainable = wanted

    def count_params(self) -> int:
        """Return the number of elements of all weights.

        Raises:
            ValueError: when the layer is not built, so that nobody knows.
        """
        if not self.built:
            raise ValueError(
                f"{self.name!r} is not built, so its parameters cannot be counted. "
                "Call it on data, or give its build() a shape."
            )
        return sum(v.size for v in self.weights)

    # Arrays in and out.

    def get_weights(self) -> list[np.ndarray[Any, Any]]:
        """Return the weights as NumPy arrays."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: Any) -> None:
        """Set the weights from arrays, in the order of `weights`. All or none are set.

        Raises:
            ValueError: when their number or a shape is wrong.
        """
        mine, values = self.weights, list(weights)
        if len(mine) != len(values):
            raise ValueError(
                f"Layer {self.name!r} has {len(mine)} weights and was given {len(values)} arrays."
            )
        for variable, value in zip(mine, values, strict=True):
            if tuple(np.shape(value)) != tuple(variable.shape):
                raise ValueError(
                    explain(
                        f"Layer {self.name!r}: the array for weight {variable.path!r} does not fit",
                        expected=f"shape {variable.shape}",
                        shape=np.shape(value),
                    )
                )
        for variable, value in zip(mine, values, strict=True):
            variable.assign(value)

    def _own_variables(self) -> list[Variable]:
        return list(self._trainable_variables) + list(self._non_trainable_variables)

    def save_own_variables(self, store: Any) -> None:
        """Put the variables that belong to this layer itself into a store, as "0", "1", …"""
        for i, variable in enumerate(self._own_variables()):
            store[f"{i}"] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Take the variables that belong to this layer itself from a store.

        Raises:
            ValueError: when the store has another number of them.
        """
        mine = self._own_variables()
        if len(store.keys()) != len(mine):
            built = "" if self.built or mine else " The layer is not built: call it on data first."
            raise ValueError(
                f"Layer {self.name!r} has {len(mine)} variables, the file has "
                f"{len(store.keys())}.{built}"
            )
        for i, variable in enumerate(mine):
            variable.assign(store[f"{i}"])

    # Losses.

    def add_loss(self, loss: Any) -> None:
        """Add a number, or several, to what training minimises. Call it within `call`."""
        if is_abstract():
            return
        losses = list(loss) if isinstance(loss, (list, tuple)) else [loss]
        scope = scopes.state
        if getattr(scope, "collect_losses", False):
            scope.losses += losses
        else:
            self._losses.extend(losses)

    def _own_losses(self) -> list[Any]:
        return [x for layer in (self, *self._inner_layers()) for x in layer._losses]

    @property
    def losses(self) -> list[Any]:
        """What `add_loss` was given in the last call, and the weights' regularization."""
        collected = getattr(scopes.state, "losses", None)
        found = list(collected) if collected is not None else self._own_losses()
        if self.trainable:
            for layer in (self, *self._inner_layers()):
                for variable in layer._trainable_variables:
                    if variable.regularizer is not None and variable.trainable:
                        found.append(variable.regularizer(variable))
        return found

    def _clear_losses(self) -> None:
        self._losses.clear()
        for layer in self._inner_layers():
            layer._losses.clear()


def _unique(items: list[Any]) -> list[Any]:
    return list({id(item): item for item in items}.values())
