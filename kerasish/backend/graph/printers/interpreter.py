"""Interpreter: a graph computed node by node, each by its primitive's own forward, without a plan.

It is as slow as eager code, and takes memory for every value. It runs what no plan can run.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish.arrays.device import array_module
from kerasish.backend.compute import apply
from kerasish.backend.graph.graph import Graph, Node
from kerasish.backend.graph.plan.layout import root
from kerasish.backend.record import no_grad
from kerasish.backend.tensor import Tensor
from kerasish.primitives import state


class Interpreter:
    """A graph, called like a printed program, with the same bits.

    Variables change when everything was computed; so an error changes none.
    """

    batches = None  # it has no call for many batches

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def __call__(self, *inputs: Any) -> tuple[Any, ...]:
        """Run the graph; return the outputs as arrays."""
        graph = self.graph
        found: dict[Node, Any] = dict(zip(graph.inputs, inputs, strict=True))
        with no_grad(), np.errstate(all="ignore"):
            for node in graph.nodes():
                if node not in found:
                    try:
                        found[node] = _value(node, [found[child] for child in node.inputs])
                    except Exception as error:
                        vars(error)["failed_step"] = node
                        raise
            outputs = tuple([_own(node, found[node]) for node in graph.outputs])
            updates = [(variable, _own(node, found[node])) for variable, node in graph.updates]
        for variable, array in updates:
            variable.assign(array)
        return outputs


def _value(node: Node, inputs: list[Any]) -> Any:
    primitive, params = node.primitive, node.params
    if primitive is state.constant:
        return params["array"]
    if primitive is state.read:
        return params["variable"].array
    if primitive.makes_bundle or primitive.picks:
        return primitive.forward(array_module(), *map(_in_rows, inputs), **params)
    return apply(primitive, tuple(map(Tensor, inputs)), params).value


def _in_rows(x: Any) -> Any:
    return array_module().ascontiguousarray(x) if hasattr(x, "flags") else x


def _own(node: Node, array: Any) -> Any:
    """A copy of what lies in the memory of an input, a constant or a variable."""
    if isinstance(root(node).primitive, state.Source):
        return array_module().array(array, order="C")
    return array
