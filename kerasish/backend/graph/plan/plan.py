"""Plan: plain data that says where each value of a graph lives and in which order it is made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kerasish.arrays import threads
from kerasish.arrays.dtype import numpy_dtype
from kerasish.backend.graph.graph import Graph, Node
from kerasish.backend.graph.plan.blocks import Group
from kerasish.primitives.products import matmul


@dataclass(frozen=True, slots=True)
class Slot:
    """A reusable block of memory that the plan owns; several values live there in turn."""

    index: int


@dataclass(frozen=True, slots=True)
class Fresh:
    """New memory in each run: the value leaves the plan."""


@dataclass(frozen=True, slots=True)
class InVariable:
    """The memory of a variable, which is updated in place."""

    variable: Any


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the memory of a concatenation, from an element on: nothing is copied later."""

    whole: Node
    start: int


Place = Slot | Fresh | InVariable | Piece


@dataclass(frozen=True, slots=True)
class Plan:
    """How a graph runs.

    Attributes:
        graph: with the copies that layouts need.
        steps: the nodes to compute, in order; some in groups that run block by block.
        places: where each of them puts its value.
        slots: sizes of the reusable memory, in bytes.
        offsets: where they begin in the memory of one run of the NumPy printer's program.
        copies: the updates that are copied into their variables at the end.
        block: elements that a group works on at a time.
    """

    graph: Graph
    steps: tuple[Node | Group, ...]
    places: dict[Node, Place]
    slots: tuple[int, ...]
    offsets: tuple[int, ...]
    copies: tuple[tuple[Any, Node], ...]
    block: int

    @property
    def extent(self) -> int:
        """Bytes from the beginning of the first slot to the end of the last."""
        sizes = whole_slots(self.steps, self.places, self.slots)
        return max((o + s for o, s in zip(self.offsets, sizes, strict=True)), default=0)

    @property
    def wants_threads(self) -> int:
        """What its products want, those of the graphs within included: ANY, ONE, ALL or MIXED."""
        return products_of(self.graph)

    def changes_before(self, step: Node | None, kept: Sequence[Any]) -> bool:
        """Whether a variable, but for those kept, is written in place before a step.

        Args:
            step: None stands for the first.
            kept: variables that do not matter.
        """
        for group in self.steps if step is not None else ():
            for node in group.steps if isinstance(group, Group) else (group,):
                if node is step:
                    return False
                place = self.places[node]
                if isinstance(place, Piece):
                    place = self.places[place.whole]
                if isinstance(place, InVariable) and not any(place.variable is v for v in kept):
                    return True
        return False

    @property
    def memory(self) -> int:
        """Bytes that the NumPy printer's program allocates once, for all runs."""
        local = {
            (place.index, step.dtype)
            for group in self.steps
            if isinstance(group, Group)
            for step in group.local
            if isinstance(place := self.places[step], Slot)
        }
        return self.extent + sum(self.block * numpy_dtype(d).itemsize for _, d in local)


def products_of(graph: Graph) -> int:
    """Return what the products of a graph want of threads, put together."""
    found = threads.ANY
    for node in graph.nodes():
        if node.primitive is matmul:
            found |= threads.wanted(*node.inputs)
        for value in node.params.values() if node.primitive.makes_bundle else ():
            inner = getattr(value, "graph", None)
            found |= products_of(inner) if isinstance(inner, Graph) else threads.ANY
    return found


def whole_slots(
    steps: Sequence[Node | Group], places: dict[Node, Place], slots: Sequence[int]
) -> list[int]:
    """Return the sizes of slots; 0 where groups keep blocks of all that one is for."""
    local = {node for group in steps if isinstance(group, Group) for node in group.local}
    used = {p.index for n, p in places.items() if isinstance(p, Slot) and n not in local}
    return [size if index in used else 0 for index, size in enumerate(slots)]


def nbytes(node: Node) -> int:
    """Bytes of a node's value."""
    return math.prod(node.shape) * numpy_dtype(node.dtype).itemsize
