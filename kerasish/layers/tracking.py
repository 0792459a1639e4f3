"""What a layer holds: variables, layers, metrics and seeds are noticed when they are set.

Lists, dicts and sets that are set on a layer become tracked ones, so that what is added to them
later is noticed too.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any


class Tracker:
    """Sorts what it is shown into stores, one for each kind of state.

    Args:
        kinds: for each store, what belongs there and the list that holds it.

    Attributes:
        version: another number whenever any tracker has noticed or forgotten something.
    """

    version = 0
    _versions = itertools.count(1)

    def __init__(self, kinds: dict[str, tuple[Callable[[Any], bool], list[Any]]]) -> None:
        self.kinds = kinds
        self.known: dict[str, set[int]] = {name: set() for name in kinds}
        self.locked: str | None = None

    def track(self, value: Any) -> Any:
        """Notice a value, and what is in it; return it, containers replaced by tracked ones."""
        if isinstance(value, (str, int, float, bool)) or value is None or callable_plain(value):
            return value
        for name, (belongs, store) in self.kinds.items():
            if belongs(value):
                if id(value) not in self.known[name]:
                    self._add(name, store, value)
                return value
        if type(value) is list:
            return TrackedList(value, self)
        if type(value) is dict:
            return TrackedDict(value, self)
        if type(value) is set:
            return TrackedSet(value, self)
        if type(value) is tuple:
            return tuple(self.track(item) for item in value)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*(self.track(item) for item in value))
        return value

    def _add(self, name: str, store: list[Any], value: Any) -> None:
        if self.locked is not None:
            raise ValueError(self.locked + f" Received: {value!r}")
        store.append(value)
        self.known[name].add(id(value))
        Tracker.version = next(self._versions)

    def untrack(self, value: Any) -> None:
        """Forget a value."""
        for name, (_, store) in self.kinds.items():
            if id(value) in self.known[name]:
                self.known[name].discard(id(value))
                store[:] = [item for item in store if item is not value]
                Tracker.version = next(self._versions)

    def lock(self, message: str) -> None:
        """Refuse new state from now on, with a message that says why."""
        self.locked = message

    def unlock(self) -> None:
        """Accept new state again."""
        self.locked = None


def callable_plain(value: Any) -> bool:
    """Whether a value is a function or a class: never state."""
    return isinstance(value, type) or type(value).__name__ in (
        "function",
        "builtin_function_or_method",
    )


class TrackedList(list):  # type: ignore[type-arg]
    """A list whose items are noticed."""

    def __init__(self, values: Iterable[Any] = (), tracker: Tracker | None = None) -> None:
        self.tracker = tracker
        super().__init__(self._seen(value) for value in values)

    def _seen(self, value: Any) -> Any:
        return self.tracker.track(value) if self.tracker is not None else value

    def _gone(self, value: Any) -> None:
        if self.tracker is not None:
            self.tracker.untrack(value)

    def append(self, value: Any) -> None:
        super().append(self._seen(value))

    def insert(self, index: Any, value: Any) -> None:
        super().insert(index, self._seen(value))

    def extend(self, values: Iterable[Any]) -> None:
        super().extend([self._seen(value) for value in values])

    def __iadd__(self, values: Iterable[Any]) -> TrackedList:  # type: ignore[override,misc]
        self.extend(values)
        return self

    def __setitem__(self, index: Any, value: Any) -> None:
        values = [self._seen(v) for v in value] if isinstance(index, slice) else self._seen(value)
        super().__setitem__(index, values)

    def remove(self, value: Any) -> None:
        self._gone(value)
        super().remove(value)

    def pop(self, index: Any = -1) -> Any:
        value = super().pop(index)
        self._gone(value)
        return value

    def clear(self) -> None:
        for value in self:
            self._gone(value)
        super().clear()

    def __delitem__(self, index: Any) -> None:
        values = self[index] if isinstance(index, slice) else [self[index]]
        for value in values:
            self._gone(value)
        super().__delitem__(index)

    def __reduce__(self) -> Any:
        return list, (list(self),)


class TrackedDict(dict):  # type: ignore[type-arg]
    """A dict whose values are noticed."""

    def __init__(self, values: Any = (), tracker: Tracker | None = None) -> None:
        self.tracker = tracker
        super().__init__({key: self._seen(value) for key, value in dict(values).items()})

    _seen, _gone = TrackedList._seen, TrackedList._gone

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, self._seen(value))

    def update(self, *args: Any, **kwargs: Any) -> None:
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def pop(self, key: Any, *default: Any) -> Any:
        value = super().pop(key, *default)
        self._gone(value)
        return value

    def popitem(self) -> Any:
        key, value = super().popitem()
        self._gone(value)
        return key, value

    def clear(self) -> None:
        for value in self.values():
            self._gone(value)
        super().clear()

    def __delitem__(self, key: Any) -> None:
        self._gone(self[key])
        super().__delitem__(key)

    def __reduce__(self) -> Any:
        return dict, (dict(self),)


class TrackedSet(set):  # type: ignore[type-arg]
    """A set whose members are noticed."""

    def __init__(self, values: Iterable[Any] = (), tracker: Tracker | None = None) -> None:
        self.tracker = tracker
        super().__init__({self._seen(value) for value in values})

    _seen, _gone = TrackedList._seen, TrackedList._gone

    def add(self, value: Any) -> None:
        super().add(self._seen(value))

    def update(self, *values: Iterable[Any]) -> None:
        super().update({self._seen(value) for group in values for value in group})

    def remove(self, value: Any) -> None:
        self._gone(value)
        super().remove(value)

    def discard(self, value: Any) -> None:
        self._gone(value)
        super().discard(value)

    def pop(self) -> Any:
        value = super().pop()
        self._gone(value)
        return value

    def clear(self) -> None:
        for value in self:
            self._gone(value)
        super().clear()

    def __reduce__(self) -> Any:
        return set, (list(self),)
