"""Until when each value is needed."""

from __future__ import annotations

from collections.abc import Sequence

from kerasish.backend.graph.graph import Graph, Node
from kerasish.backend.graph.plan.layout import root


def last_uses(graph: Graph, steps: Sequence[Node]) -> dict[Node, int]:
    """Return for each root the number of the last step that reads it.

    What is an output, or is copied into a variable, is needed until the end.
    """
    last: dict[Node, int] = {}
    for number, step in enumerate(steps):
        last.setdefault(step, number)
        for child in step.inputs:
            last[root(child)] = number
    for node in graph.targets:
        last[root(node)] = len(steps)
    return last
