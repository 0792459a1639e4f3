"""Compute equal expressions once."""

from __future__ import annotations

from typing import Any

from kerasish.backend.graph.graph import Graph, Node
from kerasish.primitives import state

LARGEST = 64  # elements of constants that are compared: for larger ones it costs more than two


def merge_equal(graph: Graph) -> Graph:
    """Compute equal expressions once. The same primitive on the same inputs gives the same bits."""
    first: dict[Any, Node] = {}

    def merge(node: Node) -> Node:  # called in order, inputs already merged
        if node.primitive is state.constant:
            return first.setdefault(_constant_key(node), node)
        if node.primitive.effect:
            return node
        params = repr(sorted(node.params.items()))  # as text, for 0.0 equals -0.0
        key = (node.primitive, node.inputs, params)
        return first.setdefault(key, node)

    return graph.rewrite(merge)


def _constant_key(node: Node) -> Any:
    array = node.params["array"]
    if array.size > LARGEST or not hasattr(array, "tobytes"):
        return id(array)
    return (node.shape, node.dtype, array.tobytes())
