"""What counts as a container, in which order its children come, and how it is built anew.

The only file that tells one kind of container from another.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterable, Sequence
from typing import Any

Path = tuple[Any, ...]

# Type → is it a container? Asking `issubclass` about every leaf would cost three times as much.
KNOWN: dict[type, bool] = {list: True, tuple: True, dict: True, deque: True, set: False}
_MOST_KNOWN = 4096  # a program that makes classes without end must not be kept from dropping them


def is_nested(structure: Any) -> bool:
    """Say whether `structure` is a container, even an empty one.

    Containers are lists, tuples, namedtuples, dicts and deques, with their subclasses. A plain
    set has no order and is a leaf; a subclass of `set`, such as the set in which a layer tracks
    its attributes, is a container.

    Args:
        structure: anything.

    Returns:
        `True` for a container, `False` for a leaf.

    Example:
        >>> is_nested([]), is_nested({"a": 1}), is_nested(None), is_nested("abc")
        (True, True, False, False)
    """
    known = KNOWN.get(type(structure))
    return _learn(type(structure)) if known is None else known


def _learn(kind: type) -> bool:
    nested = issubclass(kind, (list, tuple, dict, deque, set)) and kind is not set
    if len(KNOWN) < _MOST_KNOWN:
        KNOWN[kind] = nested
    return nested


def keys(container: Any) -> Sequence[Any]:
    """What leads to each child: keys of a dict, indices of everything else."""
    if not isinstance(container, dict):
        return range(len(container))
    if isinstance(container, OrderedDict):
        return list(container)
    try:
        return sorted(container)
    except TypeError:  # keys that cannot be compared
        return list(container)


def children(container: Any) -> Iterable[Any]:
    """The children, in the order of `keys`."""
    if isinstance(container, dict):
        return [container[key] for key in keys(container)]
    return container  # type: ignore[no-any-return]


def children_like(pattern: Any, container: Any) -> Iterable[Any]:
    """The children of `container`, in the order in which `pattern` has its own."""
    if isinstance(pattern, dict):
        return [container[key] for key in keys(pattern)]
    return container  # type: ignore[no-any-return]


def rebuild(pattern: Any, values: list[Any]) -> Any:
    """A container of the kind of `pattern` around new children, given in the order of `keys`."""
    kind = type(pattern)
    if kind is list:
        return values
    if kind is tuple:
        return tuple(values)
    if isinstance(pattern, dict):
        found = dict(zip(keys(pattern), values, strict=True))
        pairs = {key: found[key] for key in pattern}
        if isinstance(pattern, defaultdict):
            return kind(pattern.default_factory, pairs)
        return pairs if kind is dict else kind(pairs)
    if isinstance(pattern, deque):
        return kind(values, pattern.maxlen)
    return kind(*values) if is_namedtuple(pattern) else kind(values)


def is_namedtuple(structure: Any) -> bool:
    """Say whether `structure` is an instance of a class made by `namedtuple`."""
    return isinstance(structure, tuple) and hasattr(structure, "_fields")


def describe(structure: Any) -> str:
    """The kind of a structure in a few words, for messages."""
    if is_namedtuple(structure):
        return f"namedtuple {type(structure).__name__}"
    return type(structure).__name__ if is_nested(structure) else "a leaf"


def place(path: Path) -> str:
    """A path as it would be written in Python: `[0]['a']`, or "the top"."""
    return "".join(f"[{key!r}]" for key in path) or "the top"
