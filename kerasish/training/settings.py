"""What `compile` took a picture of, and what takes effect though it is changed later.

What was trainable then is trained until the next `compile`. Anything else that is set on a layer,
an optimizer or the model takes effect at the next step: what was traced with the old value is
dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kerasish._changes import Changes, is_same
from kerasish._frames import warn
from kerasish.backend.variable import Variable

# Of a model: what steps do not depend on.
_NO_SETTINGS = frozenset(
    {"stop_training", "stop_evaluating", "stop_predicting", "history", "built", "name", "compiled"}
)


class Trainable:
    """Which layers and variables of a model were trainable at a moment.

    Args:
        model: a model; what it makes later counts as trainable if its layer was.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self.layers = {id(x): (x, x.trainable) for x in model._flatten_layers()}
        self.variables = {id(v): (v, v.trainable) for v in model.variables}
        self._version = Changes.version
        self._changed: list[tuple[Any, bool]] = []
        self._told: frozenset[int] = frozenset()

    def changed(self) -> list[tuple[Any, bool]]:
        """Return what is set otherwise now, with what it was; layers before variables."""
        if self._version != Changes.version:
            self._version = Changes.version
            layers = [(x, was) for x, was in self.layers.values() if x._trainable != was]
            variables = [(v, was) for v, was in self.variables.values() if v.trainable != was]
            for layer, was in layers if layers else ():
                variables += [
                    (v, was)
                    for v in layer._trainable_variables
                    if id(v) not in self.variables and v.trainable != was
                ]
            self._changed = layers + variables
        return self._changed

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Let everything be as trainable as it was within a `with` block."""
        changed = self.changed()
        _set(changed)
        try:
            yield
        finally:
            _set([(x, not was) for x, was in changed])

    def restoring(self, function: Any) -> Any:
        """Return a function that runs with everything as trainable as it was."""

        def run(*args: Any) -> Any:
            with self.restored():
                return function(*args)

        return run

    def warn(self) -> None:
        """Say, once for each change, that it has no effect yet."""
        layers = [x for x, _ in self.changed() if id(x) in self.layers]
        told = frozenset(map(id, layers))
        if told - self._told:
            warn(
                f"`trainable` of {[x.name for x in layers]} has changed since compile(): what was "
                "trainable then is trained until compile() is called again."
            )
        self._told = told


def _set(flags: list[tuple[Any, bool]]) -> None:
    """Set each layer and variable by itself, nothing within, and drop nothing that was traced."""
    for x, flag in flags:
        x.__dict__["_trainable"] = flag
        if isinstance(x, Variable):
            x._tensor = None  # it had a record, or had none


class Settings:
    """The settings that traced steps of a model were traced with.

    Args:
        model: the model.
    """

    def __init__(self, model: Any) -> None:
        self.version = Changes.version
        self.values = _settings_of(model)

    def still_hold(self, model: Any) -> bool:
        """Whether every setting has the value that it had."""
        if self.version == Changes.version:
            return True
        self.version = Changes.version
        now = _settings_of(model)
        return now.keys() == self.values.keys() and all(
            is_same(value, now[key]) for key, value in self.values.items()
        )


def _is_setting(name: str) -> bool:
    return name[0] != "_" and name not in _NO_SETTINGS


def _settings_of(model: Any) -> dict[tuple[int, str], Any]:
    """The public attributes of the model, its layers and its optimizer."""
    found: dict[tuple[int, str], Any] = {}
    optimizer = model.optimizer
    inner = getattr(optimizer, "inner_optimizer", None)
    for owner in (*model._flatten_layers(), optimizer, inner):
        if owner is None:
            continue
        is_setting = getattr(owner, "is_setting", _is_setting)
        found.update({(id(owner), n): value for n, value in vars(owner).items() if is_setting(n)})
    return found
