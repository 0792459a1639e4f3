"""Compute at once what depends on constants alone."""

from __future__ import annotations

from kerasish.arrays.device import module_of
from kerasish.backend.graph.graph import Graph, Node, make_node
from kerasish.primitives import state

LARGEST = 1 << 16  # elements; a larger result would cost more memory than it saves time


def fold_constants(graph: Graph) -> Graph:
    """Compute what depends on constants alone, with the primitive's own forward: equal bits."""

    def fold(node: Node) -> Node:
        if node.primitive.effect or not node.inputs or node.spec.size > LARGEST:
            return node
        if any(child.primitive is not state.constant for child in node.inputs):
            return node
        arrays = [child.params["array"] for child in node.inputs]
        xp = module_of(arrays[0])
        result = xp.ascontiguousarray(node.primitive.forward(xp, *arrays, **node.params))
        return make_node(state.constant, array=result.reshape(node.shape))

    return graph.rewrite(fold)
