"""The gradient of a graph, as a graph: what control primitives run on the way back."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from kerasish.arrays.device import array_module
from kerasish.arrays.dtype import numpy_dtype
from kerasish.arrays.spec import Spec
from kerasish.backend.graph.graph import Graph, Node, make_node
from kerasish.backend.graph.plan.layout import in_rows
from kerasish.backend.graph.trace import Trace
from kerasish.backend.record import recording
from kerasish.backend.reverse import collect, walk
from kerasish.backend.tensor import Tensor
from kerasish.primitives import state


def replay(graph: Graph, values: Sequence[Tensor]) -> list[Tensor]:
    """Apply the nodes of a graph as traced to tensors, as if its function were called again.

    They are applied in the program's order: it decides in which order gradients are added.
    """
    made: dict[Node, Tensor] = dict(zip(graph.inputs, values, strict=True))
    for node in sorted(graph.nodes(), key=attrgetter("order")):
        if node in made:
            continue
        if node.primitive is state.constant:
            made[node] = Tensor(node.params["array"])
        else:
            made[node] = node.primitive(*(made[child] for child in node.inputs), **node.params)
    return [made[node] for node in graph.outputs]


def gradient_graph(
    graph: Graph, wanted: Sequence[int], seeds: Sequence[int], sums: Sequence[int]
) -> tuple[Graph, tuple[int, ...]]:
    """Return a graph of gradients, which computes what it needs of the first graph again.

    Sums come in and go out with shares added one by one, in the order in which a tape would
    add them: that order decides on the bits.

    Args:
        graph: whose gradient is wanted.
        wanted: the inputs, by position, that gradients are wanted for.
        seeds: the outputs, by position, at which a gradient arrives.
        sums: the inputs, by position, at which one arrived already.

    Returns:
        A graph of (inputs of the first, seeds, sums), and the positions of the inputs whose
        gradients it gives: those of `wanted` that a gradient arrives at.
    """
    recorder = Trace()
    with recorder.active(), recording():
        inputs = [recorder.placeholder(node.spec) for node in graph.inputs]
        arrived = [recorder.placeholder(graph.outputs[i].spec) for i in seeds]
        before = [recorder.placeholder(graph.inputs[i].spec) for i in sums]
        for i in wanted:
            inputs[i].requires_grad_()
        outputs = replay(graph, inputs)
        arriving: dict[Any, Any] = {}
        for i, total in zip(sums, before, strict=True):
            collect(arriving, inputs[i].record, total)
        for i, seed in zip(seeds, arrived, strict=True):
            collect(arriving, outputs[i].record, seed)
        places = {inputs[i].record: i for i in wanted}
        walked = walk(arriving, places.__contains__, release=False, create_graph=False)
        found = {places[record]: gradient for record, gradient in walked.items()}
        positions = tuple(sorted(found))
        nodes = tuple(in_rows(recorder.node(found[i])) for i in positions)
    return Graph(tuple(recorder.inputs), nodes), positions


def completed(graph: Graph, positions: Sequence[int], wanted: Sequence[int]) -> Graph:
    """Return a graph of gradients that gives zeros where no gradient arrives."""
    found = dict(zip(positions, graph.outputs, strict=True))
    return Graph(graph.inputs, tuple(found.get(i) or _zeros(graph.inputs[i].spec) for i in wanted))


def _zeros(spec: Spec) -> Node:
    zeros = array_module().zeros(spec.shape, dtype=numpy_dtype(spec.dtype))
    return make_node(state.constant, array=zeros)
