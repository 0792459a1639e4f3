"""Apply a function to the leaves, or to every node, and keep the structure around."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasish.errors import explain
from kerasish.tree.comparing import check_leaves, check_same_node
from kerasish.tree.containers import Path, children, children_like, is_nested, keys, rebuild


class MAP_TO_NONE:
    """What a function given to `traverse` returns to put `None` in the place of a node."""


def map_structure(func: Callable[..., Any], *structures: Any, none_is_leaf: bool = True) -> Any:
    """Call `func` on the leaves that stand in the same place, and keep the structure.

    Args:
        func: takes as many arguments as there are structures.
        *structures: structures of one shape; `dict`, `OrderedDict` and `defaultdict` may stand
            for each other. The result has the containers of the first.
        none_is_leaf: `False` leaves `None` as it is instead of passing it to `func`; it must
            then be `None` in every structure.

    Returns:
        The first structure with the results of `func` as its leaves.

    Raises:
        TypeError: when `func` is not callable.
        ValueError: when there is no structure, or when two of them differ in shape.

    Example:
        >>> map_structure(lambda x, y: x + y, {"a": [1, 2]}, {"a": [10, 20]})
        {'a': [11, 22]}
    """
    _check_callable(func)
    if not structures:
        raise ValueError("map_structure needs at least one structure besides the function.")
    if len(structures) == 1:
        return _map_one(func, structures[0], none_is_leaf)

    def at_leaf(path: Path, *leaves: Any) -> Any:
        if check_leaves(path, *leaves, none_is_leaf=none_is_leaf):
            return None
        return func(*leaves)

    return _map_along(structures[0], structures, at_leaf, ())


def map_structure_up_to(shallow_structure: Any, func: Callable[..., Any], *structures: Any) -> Any:
    """Call `func` on what stands where `shallow_structure` has its leaves.

    Args:
        shallow_structure: says how deep to go; `None` in it is a leaf like any other.
        func: takes as many arguments as there are structures, which may be nested.
        *structures: structures at least as deep as `shallow_structure`.

    Returns:
        `shallow_structure` with the results of `func` as its leaves.

    Raises:
        TypeError: when `func` is not callable.
        ValueError: when there is no structure, or when one is shallower or has another shape.

    Example:
        >>> map_structure_up_to([None, None], sum, [(1, 2), [3, 4, 5]])
        [3, 12]
    """
    _check_callable(func)
    if not structures:
        raise ValueError("map_structure_up_to needs at least one structure to map.")
    return _map_along(shallow_structure, structures, lambda path, *nodes: func(*nodes), ())


def _map_one(func: Callable[..., Any], structure: Any, none_is_leaf: bool) -> Any:
    if is_nested(structure):
        return rebuild(
            structure, [_map_one(func, child, none_is_leaf) for child in children(structure)]
        )
    return None if structure is None and not none_is_leaf else func(structure)


def _map_along(
    pattern: Any, structures: tuple[Any, ...], at_leaf: Callable[..., Any], path: Path
) -> Any:
    """Walk `pattern` and all structures together; call `at_leaf` where `pattern` ends."""
    if not is_nested(pattern):
        return at_leaf(path, *structures)
    for structure in structures:
        if structure is not pattern:
            check_same_node(pattern, structure, path)
    rows = zip(*(children_like(pattern, structure) for structure in structures), strict=True)
    return rebuild(
        pattern,
        [
            _map_along(child, row, at_leaf, (*path, key))
            for key, child, row in zip(keys(pattern), children(pattern), rows, strict=True)
        ],
    )


def traverse(func: Callable[[Any], Any], structure: Any, top_down: bool = True) -> Any:
    """Call `func` on every node, containers and leaves alike, and collect what it answers.

    `None` as an answer means "go on" (top down) or "keep it" (bottom up). Anything else takes
    the node's place, and top down its children are not visited. `MAP_TO_NONE` puts a `None` there.

    Args:
        func: takes one node.
        structure: any nesting of containers, or a leaf.
        top_down: visit a container before its children; otherwise after them, when it already
            holds their replacements.

    Returns:
        The structure with its replacements.

    Raises:
        TypeError: when `func` is not callable.

    Example:
        >>> traverse(lambda x: sum(x) if isinstance(x, tuple) else None, [(1, 2), {"a": (3,)}])
        [3, {'a': 3}]
    """
    _check_callable(func)
    return _traverse(func, structure, top_down)


def _traverse(func: Callable[[Any], Any], structure: Any, top_down: bool) -> Any:
    if top_down and (answer := func(structure)) is not None:
        return None if answer is MAP_TO_NONE else answer
    if is_nested(structure):
        structure = rebuild(
            structure, [_traverse(func, child, top_down) for child in children(structure)]
        )
    if not top_down and (answer := func(structure)) is not None:
        return None if answer is MAP_TO_NONE else answer
    return structure


def lists_to_tuples(structure: Any) -> Any:
    """Return the structure with tuples in the place of its lists, at every depth.

    Example:
        >>> lists_to_tuples([1, {"a": [2, [3]]}])
        (1, {'a': (2, (3,))})
    """
    return _traverse(lambda x: tuple(x) if isinstance(x, list) else None, structure, False)


def map_shape_structure(func: Callable[[Any], Any], structure: Any) -> Any:
    """Call `func` on every shape: on each list or tuple that holds only integers and `None`.

    Args:
        func: takes one shape, or a leaf that is no part of a shape.
        structure: any nesting of containers around shapes.

    Returns:
        The structure with the results of `func` in the place of the shapes.

    Raises:
        TypeError: when `func` is not callable.

    Example:
        >>> map_shape_structure(len, {"a": (None, 3), "b": [(2,), (None, None, 1)]})
        {'a': 2, 'b': [1, 3]}
    """
    _check_callable(func)

    def replace(node: Any) -> Any:
        if is_nested(node) and not _is_shape(node):
            return None
        answer = func(node)
        return MAP_TO_NONE if answer is None else answer

    return _traverse(replace, structure, True)


def _is_shape(node: Any) -> bool:
    return isinstance(node, (list, tuple)) and all(
        size is None or isinstance(size, int) for size in node
    )


def _check_callable(func: Any) -> None:
    if not callable(func):
        raise TypeError(explain("func must be callable", func=func))
