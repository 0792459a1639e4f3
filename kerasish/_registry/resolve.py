"""From what users write (`"mse"`, a class, a config, an object) to an object.

Every public `get` is one call of `resolve` with its module's table of names.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

from kerasish._registry.deserialize import deserialize_keras_object
from kerasish._registry.names import get_registered_object, to_snake_case
from kerasish._registry.unknown import UnknownObjectError, did_you_mean, look_up


def name_table(*objects: Any, **aliases: Any) -> dict[str, Any]:
    """Build the table of names of one module.

    Args:
        *objects: classes and functions. Each is entered under its name, and a class also under
            its snake_case alias where that is free.
        **aliases: further names.

    Returns:
        A dict from names to the objects.

    Example:
        >>> class HeNormal: pass
        >>> sorted(name_table(HeNormal, he=HeNormal))
        ['HeNormal', 'he', 'he_normal']
    """
    table = {obj.__name__: obj for obj in objects}
    for obj in objects:
        if isinstance(obj, type):
            table.setdefault(to_snake_case(obj.__name__), obj)
    return {**table, **aliases}


def resolve(
    identifier: Any,
    kind: str,
    table: Mapping[str, Any],
    *,
    instance_of: type | tuple[type, ...] | None = None,
) -> Any:
    """Return the object that an identifier stands for.

    Args:
        identifier: a name from `table` or of a custom object; a config; a class; an object; or
            `None`, which stays `None`.
        kind: what is looked for ("loss", "optimizer"), for messages.
        table: names of this kind, as `name_table` makes it. Names are looked up as written, then
            in lower case.
        instance_of: the class whose objects are accepted; without it, everything callable is.

    Returns:
        The object; classes are called without arguments, functions are returned as they are.

    Raises:
        ValueError: when the identifier is of none of these forms, or names nothing.

    Example:
        >>> resolve("ABS", "activation", {"abs": abs})
        <built-in function abs>
    """
    if identifier is None:
        return None
    if isinstance(identifier, str):
        found = get_registered_object(identifier, module_objects=table)
        found = look_up(identifier, table) if found is None else found
    elif isinstance(identifier, dict):
        found = _from_config(identifier, kind, table)
    else:
        found = identifier
    if inspect.isclass(found):
        found = found()
    fits = callable(found) if instance_of is None else isinstance(found, instance_of)
    if fits:
        return found
    raise ValueError(
        f"Could not interpret {kind} identifier: {identifier!r:.300}.{_advice(identifier, table)}"
    )


def _from_config(config: dict[Any, Any], kind: str, table: Mapping[str, Any]) -> Any:
    try:
        return deserialize_keras_object(config, module_objects=table)
    except UnknownObjectError as error:
        raise UnknownObjectError(
            f"Could not interpret {kind} identifier: {config!r:.300}. {error}"
        ) from None


def _advice(identifier: Any, table: Mapping[str, Any]) -> str:
    if not isinstance(identifier, str):
        return f" Expected one of the names {_listed(table)}, a config, a class or an object."
    suggestion = did_you_mean(identifier, table)
    return suggestion or f" Known names: {_listed(table)}."


def _listed(names: Iterable[str]) -> str:
    shown = sorted(names)
    return ", ".join(map(repr, shown[:20])) + (", …" if len(shown) > 20 else "")
