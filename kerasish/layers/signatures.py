"""`build` and `call` of a layer's class: wrapped, bound, and their older arguments understood."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from kerasish._names import named
from kerasish._registry.configurable import Configurable
from kerasish.backend.scopes import concrete
from kerasish.errors import explain, warn_deprecated


def building(build: Any) -> Any:
    """Wrap a `build` method: names, the `built` flag, and no new state afterwards."""

    @functools.wraps(build)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> None:
        if vars(self).get("_is_building"):
            return build(self, *args, **kwargs)  # super().build(…) from a subclass's
        object.__setattr__(self, "_is_building", True)
        try:
            with named(self.name, self), concrete():
                signature = inspect.signature(build)
                bound = signature.bind(self, *args, **kwargs)
                self._build_shapes_dict = dict(list(bound.arguments.items())[1:])
                build(self, *args, **kwargs)
        finally:
            object.__setattr__(self, "_is_building", False)
        self._finish_building()
        return None

    return wrapped


def bound_call(function: Any) -> Any:
    """A `call` without its `self`, so that its signature is that of a call."""
    if isinstance(function, staticmethod):
        return function.__func__
    return functools.partial(function, None) if inspect.isfunction(function) else function


@functools.cache
def read_by_build_alone(cls: type) -> frozenset[str]:
    """Return the constructor's arguments that, of a layer's own methods, only `build` reads."""
    own = [c for c in cls.__mro__ if issubclass(c, Configurable) and c.__module__ not in _BASES]
    built, elsewhere, arguments = set(), set(), set()
    for c in own:
        for name, member in vars(c).items():
            function = inspect.unwrap(getattr(member, "fget", member))
            if not inspect.isfunction(function):
                continue
            if name == "__init__":
                arguments |= set(inspect.signature(function).parameters)
            elif name == "build":
                built |= _names(function.__code__)
            elif name not in _DESCRIBING:
                elsewhere |= _names(function.__code__)
    return frozenset(arguments & built - elsewhere)


_BASES = ("kerasish.layers.layer", "kerasish._registry.configurable", "kerasish.models.model")
_DESCRIBING = ("get_config", "from_config", "compute_output_shape", "compute_output_spec")


def _names(code: Any) -> set[str]:
    """The attributes that a function reads, those within it included."""
    inner = [c for c in code.co_consts if inspect.iscode(c)]
    return set(code.co_names).union(*map(_names, inner))


def positional_arguments(given: Any, *named: Any) -> tuple[Any, ...]:
    """Merge the positional arguments of add_weight into shape, initializer and dtype."""
    if len(given) > 3:
        raise TypeError(explain("add_weight takes at most 3 arguments by position", got=len(given)))
    if given and isinstance(given[0], str):
        raise ValueError(
            explain(
                "The first argument of add_weight is the shape; give `name` by name", shape=given[0]
            )
        )
    for value, other in zip(given, named, strict=False):
        if other is not None:
            raise ValueError(
                explain("An argument of add_weight is given twice", values=(value, other))
            )
    return (*given, *named[len(given) :])


def legacy_input_shape(kwargs: dict[str, Any]) -> tuple[Any, ...] | None:
    """Take `input_shape`, `batch_input_shape` and `input_dim` of older Keras programs."""
    name = next((name for name in _OLD_SHAPES if name in kwargs), None)
    if name is None:
        return None
    warn_deprecated(
        f"`{name}` is an old argument of layers. Let the model begin with an Input(shape) instead."
    )
    return _OLD_SHAPES[name](kwargs.pop(name))


_OLD_SHAPES: dict[str, Any] = {
    "input_shape": lambda shape: (None, *shape),
    "batch_input_shape": tuple,
    "input_dim": lambda size: (None, size),
}
