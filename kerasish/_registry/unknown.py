"""Names that no table has: how near they come to one, and what the error says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kerasish._registry.namespaces import class_names


class UnknownObjectError(TypeError, ValueError):
    """A name that no table has. Both types, since Keras raises now the one and now the other."""


def look_up(name: str, table: Mapping[str, Any]) -> Any:
    """Find a name in a table: as it is written, or in lower case."""
    found = table.get(name)
    return table.get(name.lower()) if found is None else found


def unknown_object(
    what: str,
    name: str,
    place: str,
    table: Mapping[str, Any] | None = None,
    module: Any = None,
) -> UnknownObjectError:
    """The error for a name that no table has, with what to write about it."""
    names = table if table is not None else class_names(module) if what == "class" else ()
    short = name[:80]
    written = short.rsplit(">", maxsplit=1)[-1]
    return UnknownObjectError(
        f"Unknown {what} {short!r}{place}. Could not locate it among the custom objects, the "
        f"registered ones and those of kerasish.{did_you_mean(name, names)} "
        f"Pass custom_objects={{{short!r}: {written}}} or decorate it with "
        "@kerasish.saving.register_keras_serializable() and import its module before loading."
    )


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """The names nearest to a misspelt one, as a sentence; empty if none is near."""
    import difflib  # only when something is misspelt

    by_lower = {known.lower(): known for known in names}
    close = difflib.get_close_matches(name[:80].lower(), by_lower, n=3)
    return f" Did you mean {' or '.join(repr(by_lower[near]) for near in close)}?" if close else ""
