"""What is contiguous in memory, what is a view of what, and copies where a layout is needed."""

from __future__ import annotations

from kerasish.backend.graph.graph import Graph, Node, make_node
from kerasish.primitives import state
from kerasish.primitives.casting import stop_gradient
from kerasish.primitives.movement import contiguous, reshape, slice_
from kerasish.primitives.products import matmul


def root(node: Node) -> Node:
    """Return the node in whose memory this one's value lies."""
    while node.primitive.is_view:
        node = node.inputs[0]
    return node


def is_contiguous(node: Node) -> bool:
    """Whether the value is laid out in row-major order without gaps."""
    primitive = node.primitive
    if primitive is state.constant:
        return bool(node.params["array"].flags.c_contiguous)
    if not primitive.is_view:
        return True
    inner = node.inputs[0]
    if not is_contiguous(inner):
        return False
    if primitive in (reshape, stop_gradient) or primitive.picks:
        return True
    if primitive is slice_:
        window = node.params["window"]
        full = all(w == (0, size, 1) for w, size in zip(window[1:], inner.shape[1:], strict=True))
        return not window or (full and window[0][2] == 1)
    return False


def in_rows(node: Node) -> Node:
    """Return the node, or a copy of it in row-major order: some functions round by the layout."""
    return node if is_contiguous(node) else make_node(contiguous, node)


def lower(graph: Graph) -> Graph:
    """Insert the copies that the plan needs.

    - a reduction and a reshape take a C-contiguous input, so that every engine adds in the same
      order and every reshape is a view;
    - what runs a graph of its own takes C-contiguous inputs;
    - a matrix is multiplied by its own transpose in memory of its own, as in eager code;
    - an output or update that is a piece of an input, a constant or a variable is copied out.
    """

    def change(node: Node) -> Node:
        if node.primitive.reduce is not None or node.primitive is reshape:
            return node.with_inputs((in_rows(node.inputs[0]),))
        if node.primitive.makes_bundle:
            return node.with_inputs(tuple(in_rows(child) for child in node.inputs))
        return _apart(node) if node.primitive is matmul else node

    graph = graph.rewrite(change)
    return Graph(
        graph.inputs,
        tuple(_own(node) for node in graph.outputs),
        tuple((variable, _own(node)) for variable, node in graph.updates),
    )


def _apart(node: Node) -> Node:
    """A product of two matrices that do not lie in the same memory."""
    a, b = node.inputs
    if root(a) is not root(b) or a.shape[-2] != b.shape[-1]:
        return node
    if is_contiguous(a):
        return node.with_inputs((make_node(contiguous, a), b))
    return node.with_inputs((a, make_node(contiguous, b))) if is_contiguous(b) else node


def _own(node: Node) -> Node:
    if isinstance(root(node).primitive, state.Source):
        return make_node(contiguous, node)
    return node
