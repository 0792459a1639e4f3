"""ConcreteBackend: what every backend does outside a traced function, where values are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kerasish import tree
from kerasish.backend.compute import apply
from kerasish.backend.convert import as_tensor
from kerasish.backend.planned import PlannedFunction
from kerasish.backend.reverse import gradients
from kerasish.backend.scopes import scopes
from kerasish.backend.tensor import Tensor
from kerasish.backend.variable import Variable
from kerasish.primitives.applier import is_tracing
from kerasish.primitives.movement import concatenate, contiguous, reshape


def is_symbolic(x: Any) -> bool:
    """Whether a value is only being traced."""
    return isinstance(x, Tensor) and x.is_symbolic


class ConcreteBackend:
    """Answers each question of the `Backend` interface for values that are known now.

    A backend that computes functions in another way inherits this and overrides `function`.
    """

    name = "concrete"

    apply = staticmethod(apply)

    def variable(self, initializer: Any, **options: Any) -> Variable:
        """Make state."""
        return Variable(initializer, **options)

    def assign(self, variable: Variable, value: Any) -> Any:
        """Set state."""
        return variable.assign(value)

    def gradients(self, target: Any, sources: Sequence[Any]) -> list[Any]:
        """Walk the records back from `target`."""
        return gradients(target, sources)

    def function(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a callable that runs the Python code at each call, on tensors as any backend."""

        def run(*args: Any, **kwargs: Any) -> Any:
            plain = not kwargs
            for x in args:
                plain = plain and (x is None or type(x) is np.ndarray)
            if plain:
                return function(*[None if x is None else as_tensor(x) for x in args])
            args, kwargs = tree.map_structure(_as_value, (args, kwargs))
            return function(*args, **kwargs)

        return run

    def planned(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Plan a function at its first call."""
        return PlannedFunction(function)

    def cond(self, condition: Any, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
        """Run one of two functions; while a function is traced, let the trace choose."""
        if is_symbolic(condition):
            from kerasish.backend.graph.control.cond import cond

            return cond(condition, then, otherwise)
        return _in_rows(then() if bool(condition) else otherwise())

    def while_loop(
        self,
        condition: Callable[..., Any],
        body: Callable[..., Any],
        values: Any,
        maximum: int | None = None,
    ) -> Any:
        """Run `body` on the values while `condition` of them holds, `maximum` times at most.

        What is only being traced becomes a loop of the graph.
        """
        count = 0
        while maximum is None or count < maximum:
            goes_on = condition(*values)
            if is_symbolic(goes_on) or any(map(is_symbolic, tree.flatten(values))):
                from kerasish.backend.graph.control.loop import while_loop

                left = None if maximum is None else maximum - count
                return while_loop(condition, body, values, left)
            if not bool(goes_on):
                break
            values = body(*values)
            count += 1
        return _in_rows(values)

    def scan(
        self, body: Callable[..., Any], carry: Any, xs: Any, length: int | None = None,
        unroll: bool = False,
    ) -> tuple[Any, Any]:  # fmt: skip
        """Run `body(carry, x)` over the rows of xs; stack what it returns beside the carry."""
        if is_tracing() and scopes.state is not None and not unroll:
            from kerasish.backend.graph.control.loop import scan

            return scan(body, carry, xs, length)
        leaves = tree.flatten(xs) if xs is not None else []
        collected = []
        for i in range(leaves[0].shape[0] if leaves else length or 0):
            x = tree.map_structure(lambda leaf, i=i: leaf[i], xs) if leaves else None
            carry, y = body(carry, x)
            collected.append(y)
        if not collected or collected[0] is None:
            return _in_rows(carry), None
        return _in_rows(carry), tree.map_structure(_stack, *collected)

    def to_numpy(self, tensor: Any) -> Any:
        """Copy a value to the host."""
        return tensor.numpy()


def _as_value(x: Any) -> Any:
    """A tensor of an array or a variable; static values stay as they are."""
    is_value = hasattr(x, "__tensor__") or (hasattr(x, "shape") and hasattr(x, "flags"))
    return as_tensor(x) if is_value or isinstance(x, np.generic) else x


def _in_rows(structure: Any) -> Any:
    """What leaves a branch or a loop lies in rows, in every engine: products round by that."""

    def lay(x: Any) -> Any:
        strided = isinstance(x, Tensor) and not x.is_symbolic and not x.value.flags.c_contiguous
        return contiguous(x) if strided else x

    return tree.map_structure(lay, structure)


def _stack(*values: Any) -> Any:
    return concatenate(*[reshape(v, shape=(1, *v.shape)) for v in values], axis=0)
