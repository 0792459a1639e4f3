"""From a structure to the list of its leaves, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kerasish.errors import explain
from kerasish.tree.containers import KNOWN, Path, children, is_nested, keys, rebuild


def flatten(structure: Any) -> list[Any]:
    """Return the leaves of a structure, depth first.

    A dict gives its values in the order of its sorted keys, so that equal dicts flatten equally;
    an `OrderedDict` gives them in its own order.

    Args:
        structure: any nesting of containers, or a leaf.

    Returns:
        A new list of the leaves.

    Example:
        >>> flatten({"b": (1, 2), "a": [3, None]})
        [3, None, 1, 2]
        >>> flatten(7)
        [7]
    """
    if not is_nested(structure):
        return [structure]
    if is_flat_sequence(structure):
        return list(structure)
    leaves: list[Any] = []
    _collect(structure, leaves)
    return leaves


def is_flat_sequence(structure: Any) -> bool:
    """Say whether this is a plain list or tuple of leaves: the common case, worth a shortcut."""
    kind = type(structure)
    if kind is not tuple and kind is not list:
        return False
    known = KNOWN
    for child in structure:
        # Leaves seen before cost one look-up here; all others are asked about properly.
        if known.get(type(child)) is not False and is_nested(child):
            return False
    return True


def _collect(container: Any, leaves: list[Any]) -> None:
    for child in children(container):
        if is_nested(child):
            _collect(child, leaves)
        else:
            leaves.append(child)


def flatten_with_path(structure: Any) -> list[tuple[Path, Any]]:
    """Return the leaves of a structure, each with the path that leads to it.

    Args:
        structure: any nesting of containers, or a leaf.

    Returns:
        A list of pairs `(path, leaf)`, in the order of `flatten`. A path is a tuple of dict keys
        and of indices; namedtuples count by index.

    Example:
        >>> flatten_with_path([{"a": 1}, 2])
        [((0, 'a'), 1), ((1,), 2)]
    """
    return list(_walk_with_path(structure, ()))


def _walk_with_path(structure: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if not is_nested(structure):
        yield path, structure
        return
    for key, child in zip(keys(structure), children(structure), strict=True):
        yield from _walk_with_path(child, (*path, key))


def pack_sequence_as(structure: Any, flat_sequence: Iterable[Any]) -> Any:
    """Put a flat sequence of leaves into the shape of a structure: the inverse of `flatten`.

    Args:
        structure: the pattern; its own leaves do not matter.
        flat_sequence: as many leaves as `structure` has, in the order of `flatten`.

    Returns:
        A structure with the containers of `structure` and the leaves of `flat_sequence`.

    Raises:
        TypeError: when `flat_sequence` is not iterable.
        ValueError: when the number of leaves differs.

    Example:
        >>> pack_sequence_as({"b": 0, "a": (0, 0)}, [1, 2, 3])
        {'b': 3, 'a': (1, 2)}
    """
    try:
        leaves = list(flat_sequence)
    except TypeError:
        raise TypeError(
            explain("flat_sequence must be iterable", flat_sequence=flat_sequence)
        ) from None
    flat = is_flat_sequence(structure)
    wanted = len(structure) if flat else len(flatten(structure))
    if len(leaves) != wanted:
        raise ValueError(
            f"Too {'few' if len(leaves) < wanted else 'many'} leaves in flat_sequence for this "
            f"structure; expected: {wanted}, got: {len(leaves)}. Received: structure={structure!r}"
        )
    if flat:
        return leaves if type(structure) is list else tuple(leaves)
    return _pack(structure, iter(leaves))


def _pack(structure: Any, leaves: Iterator[Any]) -> Any:
    if not is_nested(structure):
        return next(leaves)
    return rebuild(structure, [_pack(child, leaves) for child in children(structure)])
