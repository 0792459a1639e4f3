"""What makes a graph valid. Tests check it after every pass."""

from __future__ import annotations

from kerasish.backend.graph.graph import Graph
from kerasish.primitives import state


class InvalidGraph(AssertionError):
    """A graph that no plan could run: a pass has a fault."""


def verify(graph: Graph) -> Graph:
    """Return the graph if it is valid.

    Raises:
        InvalidGraph: when a node's shape or dtype is not what its primitive infers, an input
            is no placeholder, a placeholder is not fed, a source has inputs, or an update does
            not fit its variable.
    """
    fed = set(graph.inputs)
    for node in graph.inputs:
        if node.primitive is not state.placeholder:
            raise InvalidGraph(f"input {node.primitive} is no placeholder")
    for node in graph.nodes():
        if node.primitive is state.placeholder and node not in fed:
            raise InvalidGraph(f"placeholder {node.spec} is not fed")
        if isinstance(node.primitive, state.Source) and node.inputs:
            raise InvalidGraph(f"{node.primitive} has inputs")
        spec = node.primitive.infer(*(child.spec for child in node.inputs), **node.params)
        if spec != node.spec:
            raise InvalidGraph(f"{node.primitive} says {spec}, the node {node.spec}")
    for variable, node in graph.updates:
        if tuple(variable.shape) != node.shape or variable._dtype != node.dtype:
            raise InvalidGraph(f"{node.spec} does not fit variable {variable.path}")
    assigned = [id(variable) for variable, _ in graph.updates]
    if len(set(assigned)) != len(assigned):
        raise InvalidGraph("a variable is assigned twice")
    return graph
