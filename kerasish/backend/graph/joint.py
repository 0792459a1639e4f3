"""A function and its gradient as two graphs: the first hands over what the second needs of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kerasish.arrays.spec import Spec
from kerasish.backend.graph.graph import Graph, Node, make_node
from kerasish.backend.graph.trace import Trace
from kerasish.backend.record import recording
from kerasish.backend.reverse import reachable, walk
from kerasish.primitives import state


@dataclass(frozen=True, slots=True)
class Joint:
    """Two graphs.

    Attributes:
        forth: inputs → the output, then whatever else `back` needs.
        back: some of (inputs, results of `forth`, the gradient at the output) → gradients.
        takes: which of them, by position.
        places: whose gradients they are: positions of inputs.
        once: those inputs among them that are used once, so that one share arrives at each.
    """

    forth: Graph
    back: Graph
    takes: tuple[int, ...]
    places: tuple[int, ...]
    once: frozenset[int]


def joint(function: Callable[..., Any], specs: Sequence[Spec], wanted: Sequence[int]) -> Joint:
    """Trace a function together with its gradient.

    Args:
        function: takes tensors, returns one.
        specs: of what it takes.
        wanted: the inputs, by position, that gradients are wanted for.
    """
    recorder = Trace()
    with recorder.active(), recording():
        inputs = [recorder.placeholder(spec) for spec in specs]
        for i in wanted:
            inputs[i].requires_grad_()
        output = function(*inputs)
        seed = recorder.placeholder(output.spec)
        places = {inputs[i].record: i for i in wanted}
        found: dict[Any, Any] = {}
        parents: list[Any] = []
        if output.record is not None:
            parents = [p for record in reachable([output.record]) for p in record.parents]
            arriving = {output.record: seed}
            found = walk(arriving, places.__contains__, release=False, create_graph=False)
        gradients = {places[record]: recorder.node(share) for record, share in found.items()}
    known, result = [x.value for x in inputs], recorder.node(output)
    cut = _Cut(known, result)
    shares = tuple(cut.behind(node) for node in gradients.values())
    stands_for = [*known, *cut.handed, seed.value]
    back = Graph((), shares)
    needed = set(back.nodes())
    takes = tuple(i for i, node in enumerate(stands_for) if node in needed)
    return Joint(
        Graph(tuple(known), cut.results),
        Graph(tuple(stands_for[i] for i in takes), shares),
        takes,
        tuple(gradients),
        frozenset(i for record, i in places.items() if parents.count(record) == 1),
    )


class _Cut:
    """Takes a gradient apart from what was computed on the way forth.

    Attributes:
        results: what is computed forth and handed over; the output is the first.
        handed: the placeholders that stand for them on the way back.
    """

    def __init__(self, inputs: Sequence[Node], output: Node) -> None:
        self._forth = set(Graph(tuple(inputs), (output,)).nodes()) - set(inputs)
        self._made: dict[Node, Node] = {}
        self.results: tuple[Node, ...] = ()
        self.handed: list[Node] = []
        self._hand_over(output)

    def behind(self, node: Node) -> Node:
        """Return a node with placeholders for all that was computed forth; views are made anew."""
        if node not in self._made:
            if node in self._forth and not _is_remade(node):
                return self._hand_over(node)
            inputs = tuple(self.behind(child) for child in node.inputs)
            self._made[node] = node.with_inputs(inputs) if inputs != node.inputs else node
        return self._made[node]

    def _hand_over(self, node: Node) -> Node:
        self.results += (node,)
        stand_in = make_node(state.placeholder, spec=node.spec)
        self.handed.append(stand_in)
        if not _is_remade(node):
            self._made[node] = stand_in
        return stand_in


def _is_remade(node: Node) -> bool:
    """Whether a value is not handed over: views lie in what is, and constants are at hand."""
    return node.primitive.is_view or isinstance(node.primitive, state.Source)
