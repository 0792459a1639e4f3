"""Whether two structures have one shape, and where they part if not."""

from __future__ import annotations

import warnings
from collections import deque
from typing import Any

from kerasish.tree.containers import (
    Path,
    children,
    children_like,
    describe,
    is_namedtuple,
    is_nested,
    keys,
    place,
)
from kerasish.tree.packing import flatten_with_path


def assert_same_structure(a: Any, b: Any, check_types: bool | None = None) -> None:
    """Raise unless two structures have the same containers in the same places.

    Dicts match when they have the same keys, whatever kind of dict they are. Lists, tuples,
    deques and namedtuples match their own kind only. Leaves may be anything.

    Args:
        a: any nesting of containers, or a leaf.
        b: likewise.
        check_types: without effect, and deprecated as in Keras.

    Raises:
        ValueError: when they differ; the message says where.

    Example:
        >>> assert_same_structure([1, {"a": 2}], ["x", {"a": None}])
        >>> assert_same_structure([1, (2, 3)], [1, [2, 3]])
        Traceback (most recent call last):
            ...
        ValueError: The structures don't have the same nested structure at [1]. Expected: tuple. \
Received: list [2, 3]
    """
    if check_types is not None:
        warnings.warn(
            "check_types has no effect any more, leave it out. To compare places without the "
            "kinds of the containers, use assert_same_paths.",
            DeprecationWarning,
            stacklevel=2,
        )
    _compare(a, b, ())


def _compare(a: Any, b: Any, path: Path) -> None:
    if not is_nested(a):
        check_leaves(path, a, b)
        return
    check_same_node(a, b, path)
    pairs = zip(keys(a), children(a), children_like(a, b), strict=True)
    for key, child_a, child_b in pairs:
        _compare(child_a, child_b, (*path, key))


def assert_same_paths(a: Any, b: Any) -> None:
    """Raise unless two structures have leaves in the same places, in whatever containers.

    Args:
        a: any nesting of containers, or a leaf.
        b: likewise.

    Raises:
        ValueError: when a leaf of one has no counterpart in the other; the message lists them.

    Example:
        >>> assert_same_paths([1, {"a": 2}], (1, {"a": 2}))
    """
    paths_a = {path for path, _ in flatten_with_path(a)}
    paths_b = {path for path, _ in flatten_with_path(b)}
    if paths_a == paths_b:
        return
    lines = ["`a` and `b` don't have the same paths."]
    for only, here, there in ((paths_a - paths_b, "a", "b"), (paths_b - paths_a, "b", "a")):
        if only:
            lines.append(f"In `{here}` and not in `{there}`: {sorted(map(place, only))}")
    raise ValueError("\n".join(lines))


def check_same_node(expected: Any, received: Any, path: Path) -> None:
    """Raise unless `received` is a container like `expected`, with as many children.

    Raises:
        ValueError: when kind, number of children or keys differ.
    """
    if _family(expected) is not _family(received):
        raise ValueError(
            f"The structures don't have the same nested structure at {place(path)}. "
            f"Expected: {describe(expected)}. Received: {describe(received)} {_short(received)}"
        )
    if isinstance(expected, dict):
        if expected.keys() != received.keys():
            raise ValueError(
                f"Dictionary key mismatch at {place(path)}. Expected: {list(keys(expected))}. "
                f"Received: {list(keys(received))}"
            )
    elif len(expected) != len(received):
        raise ValueError(
            f"Arity mismatch at {place(path)}. Expected: {describe(expected)} with "
            f"{len(expected)} children. Received: {len(received)} in {_short(received)}"
        )


def check_leaves(path: Path, *leaves: Any, none_is_leaf: bool = True) -> bool:
    """Raise unless all of these are leaves, and `None` together if `None` is no leaf.

    Returns:
        Whether they are all the `None` that is no leaf.

    Raises:
        ValueError: when one is a container, or when some are such a `None` and others not.
    """
    for leaf in leaves:
        if is_nested(leaf):
            raise ValueError(
                f"The structures don't have the same nested structure at {place(path)}. "
                f"Expected: a leaf. Received: {describe(leaf)} {_short(leaf)}"
            )
    if none_is_leaf or all(leaf is not None for leaf in leaves):
        return False
    if any(leaf is not None for leaf in leaves):
        raise ValueError(
            f"The structures don't have the same nested structure at {place(path)}. "
            f"Expected: None in all of them. Received: {', '.join(map(_short, leaves))}"
        )
    return True


def _family(structure: Any) -> type:
    """Containers of one family may stand for each other."""
    if is_namedtuple(structure):
        return type(structure)
    families = (dict, list, tuple, deque, set)
    return next(
        (family for family in families if isinstance(structure, family) and is_nested(structure)),
        object,
    )


def _short(structure: Any) -> str:
    text = repr(structure)
    return text if len(text) <= 200 else text[:197] + "..."
