"""GraphBackend: define, then run. Outside a function it computes at once, as every backend does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasish import tree
from kerasish.backend.concrete import ConcreteBackend
from kerasish.backend.convert import as_tensor
from kerasish.backend.graph.function import GraphFunction
from kerasish.backend.scopes import scopes
from kerasish.errors import BackendError
from kerasish.primitives.applier import is_tracing
from kerasish.primitives.arithmetic import select


class GraphBackend(ConcreteBackend):
    """Traces functions and replays them as planned graphs."""

    name = "graph"

    def function(self, function: Callable[..., Any]) -> GraphFunction:
        """Return a callable that traces the function once per signature of its inputs."""
        return GraphFunction(function)

    def cond(self, condition: Any, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
        """Choose between two results.

        While tracing a symbolic condition, both functions run and `select` chooses, for what
        they return and for what they assign.
        """
        if not (is_tracing() and as_tensor(condition).is_symbolic):
            return super().cond(condition, then, otherwise)
        trace = scopes.state
        before = dict(trace.values)
        first = then()
        after_then, trace.values = trace.values, dict(before)
        second = otherwise()
        after_otherwise, trace.values = trace.values, dict(before)
        for variable in {**after_then, **after_otherwise}:
            old = trace.read(variable)
            a, b = after_then.get(variable, old), after_otherwise.get(variable, old)
            if a is not b:
                trace.assign(variable, select(condition, a, b))
        return tree.map_structure(lambda a, b: _choose(condition, a, b), first, second)

    def while_loop(
        self,
        condition: Callable[..., Any],
        body: Callable[..., Any],
        values: Any,
        maximum: int | None = None,
    ) -> Any:
        """Run a loop whose length does not depend on symbolic data."""
        if is_tracing() and as_tensor(condition(*values)).is_symbolic:
            raise BackendError(
                "A while_loop of data-dependent length is not traced by the graph engine. "
                "Use compile(run_eagerly=True) for this model."
            )
        return super().while_loop(condition, body, values, maximum)


def _choose(condition: Any, a: Any, b: Any) -> Any:
    return None if a is None and b is None else select(condition, a, b)
