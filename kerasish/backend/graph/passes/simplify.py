"""Leave out what changes nothing: identities that keep every bit."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish.backend.graph.graph import Graph, Node, make_node
from kerasish.backend.graph.plan.layout import in_rows
from kerasish.primitives import state
from kerasish.primitives.arithmetic import multiply
from kerasish.primitives.casting import cast, stop_gradient
from kerasish.primitives.movement import broadcast_to, reshape, transpose
from kerasish.primitives.primitive import Elementwise


def simplify(graph: Graph) -> Graph:
    """Leave out what changes nothing.

    - a cast to the same dtype, a reshape or broadcast to the same shape, `stop_gradient`, a
      reduction of no axis but a sum (it adds to 0, and -0.0 becomes 0.0);
    - a reshape of a reshape, a transpose of a transpose;
    - `x * 1`: a product with 1 is exact;
    - a value that was broadcast before an elementwise operation, which broadcasts by itself;
    - a constant array of one number over and over, likewise.
    """
    return graph.rewrite(_simplify)


def _simplify(node: Node) -> Node:
    primitive = node.primitive
    if isinstance(primitive, Elementwise):
        node = _unbroadcast_inputs(node)
        if primitive is multiply:
            for one, other in (node.inputs, node.inputs[::-1]):
                if _is_one(one) and other.spec == node.spec:
                    return in_rows(other)
        return node
    if primitive is stop_gradient:
        return node.inputs[0]
    if _reduces_nothing(node) or (primitive is cast and node.spec == node.inputs[0].spec):
        return in_rows(node.inputs[0])
    if primitive in (reshape, broadcast_to) and node.spec == node.inputs[0].spec:
        return in_rows(node.inputs[0]) if primitive is reshape else node.inputs[0]
    if primitive is reshape and node.inputs[0].primitive is reshape:
        return _simplify(make_node(reshape, node.inputs[0].inputs[0], shape=node.shape))
    if primitive is transpose:
        axes = node.params["axes"]
        if axes == tuple(range(len(axes))):
            return node.inputs[0]
        if node.inputs[0].primitive is transpose:
            inner = node.inputs[0].params["axes"]
            composed = tuple(inner[a] for a in axes)
            return _simplify(make_node(transpose, node.inputs[0].inputs[0], axes=composed))
    return node


def _unbroadcast_inputs(node: Node) -> Node:
    """Take what was broadcast as it was, if the others still give the output its shape."""
    inputs = list(node.inputs)
    for i, child in enumerate(inputs):
        if child.primitive is broadcast_to:
            smaller = child.inputs[0]
        elif child.primitive is state.constant and node.primitive.scalar and _is_uniform(child):
            smaller = make_node(state.constant, array=_first_element(child.params["array"]))
        else:
            continue
        trial = [*inputs[:i], smaller, *inputs[i + 1 :]]
        if make_node(node.primitive, *trial, **node.params).shape == node.shape:
            inputs = trial
    return node.with_inputs(tuple(inputs))


def _is_uniform(node: Node) -> bool:
    """Whether a constant is one number over and over, to the bit."""
    array = node.params["array"]
    if array.size < 2 or not isinstance(array, np.ndarray):
        return False
    if not any(array.strides):
        return True
    first, last = array.flat[0], array.flat[-1]  # spares a look at the rest of most arrays
    if first.tobytes() != last.tobytes():
        return False
    return bool(array.tobytes() == first.tobytes() * array.size)


def _first_element(array: Any) -> Any:
    return array[(slice(0, 1),) * array.ndim].reshape(()).copy()


def _reduces_nothing(node: Node) -> bool:
    return node.primitive.reduce not in (None, "add") and not node.params["axes"]


def _is_one(node: Node) -> bool:
    if node.primitive is broadcast_to:
        node = node.inputs[0]
    return (
        node.primitive is state.constant
        and node.spec.size == 1
        and bool(node.params["array"].reshape(()) == 1)
    )
