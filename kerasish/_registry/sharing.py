"""Objects that occur several times in one config are written, and made, as one object."""

from __future__ import annotations

from contextvars import ContextVar, Token
from typing import Any


class _Seen:
    """What one scope has seen: configs by written object, objects by their number in a config."""

    def __init__(self) -> None:
        self.written: dict[int, tuple[Any, dict[str, Any]]] = {}  # the object too: keeps its id
        self.made: dict[Any, Any] = {}
        self.numbers = 0


_SEEN: ContextVar[_Seen | None] = ContextVar("objects_seen", default=None)


class ObjectSharingScope:
    """Within this scope, one object stays one object through serializing and deserializing."""

    def __init__(self) -> None:
        self._tokens: list[Token[_Seen | None]] = []

    def __enter__(self) -> ObjectSharingScope:
        self._tokens.append(_SEEN.set(_Seen()))
        return self

    def __exit__(self, *exception: object) -> None:
        _SEEN.reset(self._tokens.pop())


def note_written(obj: Any, config: dict[str, Any]) -> None:
    """After writing an object: number its config and the earlier one if it was seen before."""
    seen = _SEEN.get()
    if seen is None:
        return
    if id(obj) not in seen.written:
        seen.written[id(obj)] = (obj, config)
        return
    first = seen.written[id(obj)][1]
    if "shared_object_id" not in first:
        seen.numbers += 1
        first["shared_object_id"] = seen.numbers
    config["shared_object_id"] = first["shared_object_id"]


def note_made(obj: Any, number: Any) -> None:
    """After making an object whose config has a number."""
    seen = _SEEN.get()
    if seen is not None and isinstance(number, int):
        seen.made[number] = obj


def already_made(number: Any) -> Any:
    """The object made for this number, or `None`."""
    seen = _SEEN.get()
    return seen.made.get(number) if seen is not None and isinstance(number, int) else None
