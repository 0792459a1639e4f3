"""What is given for a model's outputs (targets, weights) → one entry for each output, in order.

The order is that of `tree.flatten(y_pred)`. Knows paths, names and numbers of leaves; no losses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kerasish import tree


def fitting_names(names: Sequence[str] | None, count: int) -> list[str] | None:
    """Return the names if there is one for each output, else None."""
    return list(names) if names and len(names) == count else None


def align(
    given: Any,
    outputs: Any,
    names: Sequence[str] | None = None,
    needed: Iterable[int] | None = None,
    what: str = "y_true",
) -> list[Any]:
    """Return what is given for each output.

    What is given is found by its path, whatever the containers on the way; or by the names of the
    outputs; or else by its position: among all outputs, or among those that are needed. A dict
    may leave out outputs that nobody needs.

    Args:
        given: targets or weights, nested or not.
        outputs: the predictions.
        names: of the outputs, in the order of `tree.flatten`.
        needed: numbers of the outputs that something must be given for; by default all.
        what: the argument that this is, for the message.

    Returns:
        A list as long as `tree.flatten(outputs)`, with None for outputs that nothing was given for.

    Raises:
        ValueError: when it cannot be said what belongs to which output.

    Example:
        >>> align({"b": 1}, ["y", "z"], names=["a", "b"], needed=[1])
        [None, 1]
        >>> align((1, 2), {"a": "y", "b": "z"})
        [1, 2]
    """
    if not tree.is_nested(given) and not tree.is_nested(outputs):
        return [given]
    paths = [path for path, _ in tree.flatten_with_path(outputs)]
    count = len(paths)
    wanted = list(range(count) if needed is None else needed)
    names = fitting_names(names, count)
    at = dict(tree.flatten_with_path(given))
    named = isinstance(given, dict)
    for keys in (paths, [(name,) for name in names or ()]):
        some = named and at.keys() <= set(keys) and all(keys[i] in at for i in wanted)
        if keys and (some or at.keys() == set(keys)):
            return [at.get(key) for key in keys]
    if not named or not (names or isinstance(outputs, dict)):
        flat = list(at.values())
        if len(flat) == count:
            return flat
        if len(flat) == len(wanted):
            at = dict(zip(wanted, flat, strict=True))
            return [at.get(i) for i in range(count)]
    raise ValueError(
        f"{what} and y_pred have different structures.\n"
        f"{what}: {_outline(given)}\ny_pred: {_outline(outputs)}"
    )


def align_weights(
    sample_weight: Any, outputs: Any, names: Sequence[str] | None, needed: Iterable[int]
) -> list[Any]:
    """Return the sample weights of each output; a single one (or None) is for all of them."""
    flat = [sample_weight]
    if isinstance(sample_weight, (list, tuple)):
        flat = tree.flatten(sample_weight)
    elif tree.is_nested(sample_weight):
        flat = []
    if len(flat) == 1:
        return flat * len(tree.flatten(outputs))
    return align(sample_weight, outputs, names, needed, what="sample_weight")


def _outline(structure: Any) -> Any:
    return tree.map_structure(lambda leaf: "*", structure)
