"""From configs to objects. A config may come from a stranger: it names things, and runs nothing.

A class is found by name among what the user passed or registered, then among our own public
classes; no module is imported because a config names it.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from kerasish._registry.names import (
    CustomObjectScope,
    custom_objects_in_scope,
    get_registered_object,
)
from kerasish._registry.namespaces import find_class, find_function, namespace_of
from kerasish._registry.nesting import check_depth, too_deep
from kerasish._registry.sharing import already_made, note_made
from kerasish._registry.special import SPECIAL
from kerasish._registry.unknown import look_up, unknown_object


@dataclass(frozen=True)
class Reading:
    """What holds for a config and everything within it.

    Attributes:
        custom_objects: names given by the user in this call.
        safe_mode: as passed to the outermost call.
        around: the objects that are being made around this place, outermost first.
    """

    custom_objects: Mapping[str, Any]
    safe_mode: bool = True
    around: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where we are, for messages: ` (in Sequential 'm' > Dense 'd')`."""
        return f" (in {' > '.join(self.around[-5:])})" if self.around else ""


_READING: ContextVar[Reading | None] = ContextVar("reading", default=None)


def deserialize_keras_object(
    config: Any,
    custom_objects: Mapping[str, Any] | None = None,
    safe_mode: bool = True,
    *,
    module_objects: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> Any:
    """Make the object that a config describes.

    Args:
        config: what `serialize_keras_object` returned, here or in Keras 3, or what JSON made of
            it. Lists and dicts may hold further configs; plain values stay as they are.
        custom_objects: dict from names to the classes and functions they stand for.
        safe_mode: `False` lets a lambda through that this very process wrote. Code from a file
            is not run in either mode.
        module_objects: table from names to the objects of one module, where the config's name
            is looked for before our public namespaces.
        **kwargs: taken and ignored, as in Keras.

    Returns:
        The object.

    Raises:
        TypeError: when a class is unknown, or something in the config has the wrong type.
        ValueError: when the config nests too deep, holds a lambda, or names wrongly.

    Example:
        >>> deserialize_keras_object({"class_name": "__slice__", "config": {"start": 1,
        ...     "stop": None, "step": None}})
        slice(1, None, None)
    """
    outer = _READING.get()
    reading = replace(outer, custom_objects=custom_objects or {}) if outer else None
    if isinstance(config, (dict, list, tuple)) and outer is None:
        check_depth(config)
    reading = reading or Reading(custom_objects or {}, safe_mode)
    try:
        return _make(config, reading, module_objects)
    except RecursionError:
        raise too_deep("config") from None


def _make(config: Any, reading: Reading, table: Mapping[str, Any] | None = None) -> Any:
    if config is None:
        return None
    if isinstance(config, str):
        return _from_name(config, reading, table)
    if isinstance(config, (list, tuple)):
        return [_make(item, reading, table) for item in config]
    if isinstance(config, dict):
        return _from_dict(config, reading, table)
    if isinstance(config, (bool, int, float)) or table is not None:
        return config  # with a table, this may be an object already
    raise TypeError(f"Could not parse config{reading.place}. Received: {config!r:.300}")


def _from_name(name: str, reading: Reading, table: Mapping[str, Any] | None) -> Any:
    """A plain string, unless it is a name that somebody gave to an object."""
    found = get_registered_object(name, reading.custom_objects)
    if found is not None or table is None:
        return name if found is None else found
    found = look_up(name, table)
    if found is None:
        raise unknown_object("object", name, reading.place, table)
    return found() if isinstance(found, type) else found


def _from_dict(config: dict[Any, Any], reading: Reading, table: Mapping[str, Any] | None) -> Any:
    class_name = config.get("class_name")
    if class_name == "__tuple__":  # Keras 2; without "config"
        return tuple(_make(item, reading) for item in _items(config, reading))
    if "class_name" not in config or ("config" not in config and table is None):
        if table is not None:
            raise ValueError(
                f"A config must have the key 'class_name'{reading.place}. Received: {config!r:.300}"
            )
        return {key: _make(value, reading) for key, value in config.items()}
    if not isinstance(class_name, str):
        raise TypeError(
            f"class_name must be a string{reading.place}. Received: {class_name!r:.300}"
        )
    if class_name in SPECIAL:
        inner = config.get("config")
        return SPECIAL[class_name](inner, reading, lambda item: _make(item, reading))
    if class_name == "function":
        return _function(config, reading, table)
    return _object(config, reading, table)


def _items(config: dict[Any, Any], reading: Reading) -> list[Any]:
    items = config.get("items", config.get("config"))
    if not isinstance(items, (list, tuple)):
        raise TypeError(f"A __tuple__ must list its items{reading.place}. Received: {items!r:.300}")
    return list(items)


def _function(config: dict[Any, Any], reading: Reading, table: Mapping[str, Any] | None) -> Any:
    """A function is only ever named: by the user, or one of our formulas."""
    name, module = config.get("config"), config.get("module")
    if not isinstance(name, str):
        raise TypeError(
            f"Expected 'config' to be a non-null str, the function's name{reading.place}. "
            f"Received: {name!r:.300}"
        )
    found = get_registered_object(name, reading.custom_objects)
    if found is not None:
        return found
    candidate = look_up(name, table or {})
    ours = candidate if isinstance(candidate, types.FunctionType) else find_function(module, name)
    if ours is not None:
        _check_registered_name(config, name, reading)
        return ours
    found = _without_package(name, reading) if module == "builtins" else None
    if found is None:
        raise unknown_object("function", name, reading.place, table, module)
    return found


def _without_package(name: str, reading: Reading) -> Any:
    """Keras up to 3.6 wrote `fn` for what is registered as `package>fn`."""
    if ">" in name:
        return None
    known = {**custom_objects_in_scope(), **reading.custom_objects}
    return next((known[full] for full in known if full.endswith(f">{name}")), None)


def _object(config: dict[Any, Any], reading: Reading, table: Mapping[str, Any] | None) -> Any:
    class_name = config["class_name"]
    inner = config.get("config")
    inner = {} if inner is None else inner
    if not isinstance(inner, dict):
        raise TypeError(
            f"Expected 'config' to be a dict for {class_name:.80}{reading.place}. "
            f"Received: {inner!r:.300}"
        )
    number = config.get("shared_object_id")
    shared = already_made(number)
    if shared is not None:
        return shared
    cls = _class(config, class_name, reading, table)
    if not isinstance(cls, type):
        return cls  # the user gave a function, or an object, under this name
    if not hasattr(cls, "from_config"):
        raise TypeError(
            f"{cls!r:.200} cannot be made from a config{reading.place}: it has no from_config() "
            "class method."
        )
    made = _instantiate(cls, inner, config, reading)
    if number is not None:
        note_made(made, number)
    return made


def _class(
    config: dict[Any, Any], class_name: str, reading: Reading, table: Mapping[str, Any] | None
) -> Any:
    """Find a class: what the user said, then the caller's table, then our public namespaces."""
    module, registered = config.get("module"), config.get("registered_name", class_name)
    found = get_registered_object(registered, reading.custom_objects)
    if found is not None:
        return found
    fits_table = "module" not in config or namespace_of(module) is not None
    ours = look_up(class_name, table) if table and fits_table else None
    ours = find_class(module, class_name) if ours is None else ours
    if ours is None:  # a class of the user's that was not registered, under its plain name
        found = get_registered_object(class_name, reading.custom_objects)
        if found is None:
            raise unknown_object("class", class_name, reading.place, table, module)
        return found
    _check_registered_name(config, class_name, reading)
    return ours


def _check_registered_name(config: dict[Any, Any], name: str, reading: Reading) -> None:
    """Ours have no registered name: another one beside them is a mistake, or bait."""
    registered = config.get("registered_name")
    if registered and registered not in (name, config.get("class_name")):
        raise ValueError(
            f"'{name:.80}' resolved to a Keras built-in, which has no registered name"
            f"{reading.place}. Remove the key. Received: registered_name={registered!r:.80}"
        )


def _instantiate(cls: Any, inner: dict[Any, Any], config: dict[Any, Any], reading: Reading) -> Any:
    """Call `from_config`, then restore what was built and compiled."""
    label = f"{cls.__name__} {inner['name']!r:.60}" if "name" in inner else cls.__name__
    here = replace(reading, around=(*reading.around, label))
    token = _READING.set(here)
    try:
        with CustomObjectScope(reading.custom_objects):
            made = _call(cls.from_config, dict(inner), here)
            build_config = config.get("build_config")
            if build_config and not getattr(made, "built", True):
                made.build_from_config(build_config)
                made.built = True
            compile_config = config.get("compile_config")
            if compile_config and hasattr(made, "compile_from_config"):
                made.compile_from_config(compile_config)
                made.compiled = True
            return made
    finally:
        _READING.reset(token)


def _call(from_config: Callable[..., Any], inner: dict[Any, Any], here: Reading) -> Any:
    try:
        return from_config(inner)
    except TypeError as error:
        if isinstance(error, ValueError):  # an unknown class further in: it names its own place
            raise
        raise TypeError(
            f"{here.around[-1]} could not be made from its config{here.place}: {error} "
            "If get_config() returns objects, from_config() has to make them again, with "
            f"kerasish.saving.deserialize_keras_object. Received: config={inner!r:.300}"
        ) from error
