"""Configs without writing them: an object remembers its constructor's arguments."""

from __future__ import annotations

import inspect
from typing import Any

_OWN = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY


class Configurable:
    """Remembers the arguments it was made with, as `_arguments`.

    `_parameters` names the constructor's own parameters, in order.
    """

    _parameters: tuple[str, ...] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__init__" in vars(cls):
            parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
            cls._parameters = tuple(p.name for p in parameters if p.kind in _OWN)

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        instance = super().__new__(cls)
        object.__setattr__(
            instance, "_arguments", {**dict(zip(cls._parameters, args, strict=False)), **kwargs}
        )
        return instance

    def constructor_config(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Return the named constructor arguments, serialized.

        What the constructor set under the argument's own name counts before what was passed.

        Raises:
            NotImplementedError: when one is no plain value and cannot be serialized; then
                the class must define `get_config`.
        """
        from kerasish._registry import serialize_keras_object

        config = {}
        arguments = self._arguments  # type: ignore[attr-defined]
        for name in names:
            value = vars(self).get(name, arguments.get(name, _MISSING))
            if value is _MISSING:
                continue
            try:
                config[name] = serialize_keras_object(_plain(value))
            except (TypeError, ValueError, AttributeError) as error:
                raise NotImplementedError(
                    f"{type(self).__name__} was made with {name}={value!r}, which is no plain "
                    f"value. Define `get_config` on {type(self).__name__} to save it."
                ) from error
        return config


_MISSING = object()


def _plain(value: Any) -> Any:
    if type(value) is tuple:
        return list(value)
    return value
