"""The arguments of one call of a layer, sorted; and what an outer call says to inner ones."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kerasish import tree
from kerasish.backend.tensor import Symbolic, Tensor
from kerasish.backend.variable import Variable


def is_tensor_like(x: Any) -> bool:
    """Whether x is a value that a layer works on."""
    return isinstance(x, (Tensor, Symbolic, Variable)) or (
        hasattr(x, "shape") and hasattr(x, "dtype") and hasattr(x, "__array__")
    )


class CallSpec:
    """The arguments of one call, bound to the parameters of `call`.

    Attributes:
        arguments: each given argument by name, defaults left out.
        tensors: those that hold tensors and nothing else (None allowed within).
        first: the first tensor argument.
    """

    def __init__(self, signature: inspect.Signature, args: Any, kwargs: Any) -> None:
        bound = signature.bind(*args, **kwargs)
        self.arguments: dict[str, Any] = {}
        for name, value in bound.arguments.items():
            kind = signature.parameters[name].kind
            if kind is inspect.Parameter.VAR_KEYWORD:
                self.arguments.update(value)
            else:
                self.arguments[name] = value
        self.tensors = {
            name: value for name, value in self.arguments.items() if _holds_tensors(value)
        }
        self.args, self.kwargs = bound.args, bound.kwargs

    @property
    def first(self) -> Any:
        """The first argument that holds tensors; None without one."""
        return next(iter(self.tensors.values()), None)

    def shapes(self) -> dict[str, Any]:
        """Return `<argument>_shape` for each argument that holds tensors."""
        return {
            f"{name}_shape": tree.map_structure(
                lambda x: None if x is None else tuple(x.shape), value
            )
            for name, value in self.tensors.items()
        }


def _holds_tensors(value: Any) -> bool:
    if is_tensor_like(value):
        return True
    if not isinstance(value, (list, tuple, dict)):
        return False
    leaves = tree.flatten(value)
    return any(is_tensor_like(leaf) for leaf in leaves) and all(
        leaf is None or is_tensor_like(leaf) for leaf in leaves
    )


class _Context(threading.local):
    entry: Any = None
    training: bool | None = None


context = _Context()


@contextmanager
def entered(layer: Any) -> Iterator[bool]:
    """Be within a call of a layer; yields whether it is the outermost one."""
    before = context.entry, context.training
    outermost = context.entry is None
    if outermost:
        context.entry, context.training = layer, None
    try:
        yield outermost
    finally:
        context.entry, context.training = before


def is_calling() -> bool:
    """Whether some layer is being called."""
    return context.entry is not None
