"""GraphBackend: define, then run. Outside a function it computes at once, as every backend does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasish.backend.concrete import ConcreteBackend
from kerasish.backend.graph.function import GraphFunction


class GraphBackend(ConcreteBackend):
    """Traces functions and replays them as planned graphs."""

    name = "graph"

    def printers(self) -> str:
        """Return what can run plans on the CPU, and why compiled code cannot if it is not there."""
        from kerasish.backend.graph.printers import choose

        problem = choose.complaint()
        return "numpy, native" if problem is None else f"numpy; no native: {problem}"

    def function(self, function: Callable[..., Any]) -> GraphFunction:
        """Return a callable that traces the function once per signature of its inputs."""
        return GraphFunction(function)
