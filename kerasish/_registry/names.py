"""Names for users' own classes and functions: registered for good, or known within a scope."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from typing import Any, TypeVar

from kerasish.errors import explain

_Registered = TypeVar("_Registered")

_OBJECTS: dict[str, Any] = {}  # "package>Name" → class or function
_NAMES: dict[Any, str] = {}  # the same, backwards
_SCOPE: ContextVar[Mapping[str, Any]] = ContextVar("custom_objects")  # starts empty in a thread


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[_Registered], _Registered]:
    """Make a decorator that gives a class or function a name for configs and model files.

    A file then holds `"package>name"` and nothing else of the object, so loading needs the
    module imported that holds the decorated class.

    Args:
        package: the first part of the name; take your project's name, so that names stay apart.
        name: the second part; the object's own name if left out.

    Returns:
        A decorator that registers its argument and returns it unchanged.

    Raises:
        ValueError: when a class without `get_config` is decorated.

    Example:
        >>> @register_keras_serializable("shop")
        ... def halve(x):
        ...     return x / 2
        >>> get_registered_name(halve)
        'shop>halve'
    """

    def decorator(target: _Registered) -> _Registered:
        if inspect.isclass(target) and not hasattr(target, "get_config"):
            raise ValueError(
                "Cannot register a class that does not have a get_config() method: without it "
                f"nothing could be written about its objects. Received: {target}"
            )
        own_name = name if name is not None else target.__name__  # type: ignore[attr-defined]
        registered_name = f"{package}>{own_name}"
        _OBJECTS[registered_name] = target
        _NAMES[target] = registered_name
        return target

    return decorator


def get_registered_name(obj: Any) -> str:
    """Return the name under which a class or function is registered.

    Args:
        obj: a class or function.

    Returns:
        `"package>name"`, or the plain `__name__` of what is not registered.
    """
    try:
        return _NAMES[obj]
    except (KeyError, TypeError):  # not registered; not hashable
        return obj.__name__  # type: ignore[no-any-return]


def get_registered_object(
    name: Any,
    custom_objects: Mapping[str, Any] | None = None,
    module_objects: Mapping[str, Any] | None = None,
) -> Any:
    """Return the class or function that a name stands for.

    Looked for in `custom_objects`, then in the open scopes, then among what is registered, then
    in `module_objects`: what the caller says here and now counts most.

    Args:
        name: a registered name or a key of one of the tables.
        custom_objects: names and objects given by the user.
        module_objects: names and objects of the caller's own module.

    Returns:
        The object, or `None` if no table has the name.
    """
    if not isinstance(name, str):
        return None
    for table in (custom_objects, _SCOPE.get({}), _OBJECTS, module_objects):
        if table and table.get(name) is not None:
            return table[name]
    return None


def get_custom_objects() -> dict[str, Any]:
    """Return the live table of registered names, to look into or to change.

    Returns:
        A dict from `"package>name"` to the object. What a scope adds is not in it.
    """
    return _OBJECTS


class CustomObjectScope:
    """Within this scope, configs and identifiers may use these names.

    Scopes may be nested; an inner one adds to the outer and wins where both have a name. A scope
    holds for the thread that opened it.

    Args:
        custom_objects: dict from names to classes or functions.

    Example:
        >>> with CustomObjectScope({"twice": lambda x: 2 * x}):
        ...     get_registered_object("twice")(21)
        42
    """

    def __init__(self, custom_objects: Mapping[str, Any] | None) -> None:
        self.custom_objects = custom_objects or {}
        self._tokens: list[Token[Mapping[str, Any]]] = []

    def __enter__(self) -> CustomObjectScope:
        self._tokens.append(_SCOPE.set({**_SCOPE.get({}), **self.custom_objects}))
        return self

    def __exit__(self, *exception: object) -> None:
        _SCOPE.reset(self._tokens.pop())


custom_object_scope = CustomObjectScope


def custom_objects_in_scope() -> dict[str, Any]:
    """Every name that is known now: registered, then those of the open scopes."""
    return {**_OBJECTS, **_SCOPE.get({})}


def to_snake_case(name: str) -> str:
    """Turn a class name into the alias that Keras gives it.

    Args:
        name: a name in CamelCase.

    Returns:
        The name in lower case with underscores.

    Example:
        >>> [to_snake_case(name) for name in ("HeNormal", "KLDivergence", "AUC", "Conv2DTranspose")]
        ['he_normal', 'kl_divergence', 'auc', 'conv2d_transpose']
    """
    if not isinstance(name, str):
        raise TypeError(explain("name must be a string", name=name))
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
