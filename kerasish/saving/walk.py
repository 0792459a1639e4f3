"""The order in which what a model holds is saved, and the path that each part has in a file.

Both are Keras 3's: attributes in alphabetical order, those with a leading underscore last; in a
list, tuple or dict the parts are named after their classes and counted. Nothing here knows files.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

from kerasish._registry import to_snake_case
from kerasish.layers.layer import Layer
from kerasish.losses.loss import Loss
from kerasish.metrics.metric import Metric
from kerasish.ops.operation import Operation
from kerasish.optimizers.optimizer import Optimizer

Accept = Callable[[str, Any], bool]

MOST_PATHS = 16  # of one part, that are tried before giving up on it


def walk(model: Any, accept: Accept) -> None:
    """Call `accept(path, part)` for the model and for every part of it.

    A part may be reachable on several paths. Once it and all that it holds were accepted, the
    further paths are passed over; until then each is tried.

    Args:
        model: where to begin; its path is empty.
        accept: says whether the part belongs to this path.
    """
    _Walk(accept).enter(model, "")


def saves_itself(part: Any) -> bool:
    """Say whether a part has variables of its own to write."""
    return hasattr(part, "save_own_variables") and hasattr(part, "load_own_variables")


class _Walk:
    """One walk: which parts are done, and which are being walked now."""

    def __init__(self, accept: Accept) -> None:
        self.accept = accept
        self.done: set[int] = set()
        self.active: set[int] = set()
        self.tries: dict[int, int] = {}

    def enter(self, part: Any, path: str) -> bool:
        """Walk a part and what it holds; say whether all was accepted."""
        key = id(part)
        if key in self.done or key in self.active:
            return True
        self.tries[key] = self.tries.get(key, 0) + 1
        if self.tries[key] > MOST_PATHS:
            return False
        self.active.add(key)
        accepted = self.accept(path, part)
        for name, value in _attributes(part):
            accepted &= self._enter_value(value, f"{path}/{name}".lstrip("/"))
        self.active.discard(key)
        if accepted:
            self.done.add(key)
        return accepted

    def _enter_value(self, value: Any, path: str) -> bool:
        if _is_part(value):
            return self.enter(value, path)
        if isinstance(value, (list, tuple, dict)):
            return self._enter_container(value, path, set())
        return True

    def _enter_container(self, container: Any, path: str, around: set[int]) -> bool:
        if id(container) in around:
            return True
        around.add(id(container))
        accepted = True
        counts: dict[str, int] = {}
        for value in list(container.values()) if isinstance(container, dict) else container:
            if _is_part(value):
                name = _counted(to_snake_case(type(value).__name__), counts)
                accepted &= self.enter(value, f"{path}/{name}")
            elif isinstance(value, (list, tuple, dict)):
                name = _counted("container", counts)
                accepted &= self._enter_container(value, f"{path}/{name}", around)
        return accepted


def _counted(name: str, counts: dict[str, int]) -> str:
    """The name at its first use, and with a number afterwards."""
    count = counts.get(name, 0)
    counts[name] = count + 1
    return f"{name}_{count}" if count else name


def _is_part(value: Any) -> bool:
    """Say whether a value is a part of a model: it has variables, or may hold what has some."""
    if isinstance(value, type):
        return False
    return isinstance(value, (Operation, Metric, Loss, Optimizer)) or saves_itself(value)


def _attributes(part: Any) -> Iterator[tuple[str, Any]]:
    """Names and values of the attributes of a part that its base class does not have."""
    first = getattr(part, "_saved_first", ())
    for name in first:
        yield name, getattr(part, name)
    skipped = _base_names(_base(part)).union(getattr(part, "_saved_never", ()))
    for name in sorted(dir(part), key=_public_first):
        if name.startswith("__") or name in skipped:
            continue
        try:
            value = getattr(part, name)
        except Exception:  # a property of the user's that has nothing to show now
            continue
        yield name, value


def _public_first(name: str) -> str:
    return f"~{name}" if name.startswith("_") else name


def _base(part: Any) -> type:
    bases = (Layer, Metric, Loss, Optimizer, Operation)
    return next((base for base in bases if isinstance(part, base)), object)


@functools.cache
def _base_names(base: type) -> frozenset[str]:
    """The attributes that every instance of a base class has: bookkeeping, saved elsewhere."""
    if base is object:
        return frozenset()
    arguments = {"learning_rate": 0.0} if base is Optimizer else {}
    return frozenset(dir(base(name=to_snake_case(base.__name__), **arguments)))
