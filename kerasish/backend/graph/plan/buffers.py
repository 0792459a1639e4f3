"""A Graph → Plan: buffers reused and written in place, gradients made where they are needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kerasish.arrays.memory import ALIGNMENT
from kerasish.backend.graph.graph import Graph, Node
from kerasish.backend.graph.plan import blocks
from kerasish.backend.graph.plan.arena import arrange, steps_between
from kerasish.backend.graph.plan.blocks import Group, group, schedule
from kerasish.backend.graph.plan.layout import is_contiguous, lower, root
from kerasish.backend.graph.plan.liveness import last_uses
from kerasish.backend.graph.plan.plan import (
    Fresh,
    InVariable,
    Piece,
    Place,
    Plan,
    Slot,
    nbytes,
    whole_slots,
)
from kerasish.primitives import state
from kerasish.primitives.movement import concatenate
from kerasish.primitives.primitive import Elementwise


def make_plan(graph: Graph) -> Plan:
    """Decide for each value where it lives."""
    return _Planner(lower(graph)).plan()


class _Planner:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        computed = [
            n
            for n in graph.nodes()
            if not n.primitive.is_view and not isinstance(n.primitive, state.Source)
        ]
        self.steps = schedule(computed)
        self.number = {node: i for i, node in enumerate(self.steps)}
        self.last = last_uses(graph, self.steps)
        self.places: dict[Node, Place] = {}
        self.slots: list[int] = []
        self.free: list[int] = []
        self.users: dict[int, int] = {}  # slot → number of the last step that reads it
        self.uses: list[tuple[int, int, int]] = []  # slot, number of a step that writes it, last

    def plan(self) -> Plan:
        bundles = [node for node in self.steps if node.primitive.makes_bundle]
        for node in [*self.graph.outputs, *bundles]:
            self.places[root(node)] = Fresh()
        copies = tuple(pair for pair in self.graph.updates if not self._update_in_place(*pair))
        for node in self.steps:
            if node.primitive is concatenate:
                self._place_pieces(node)
        steps = []
        for number, node in enumerate(self.steps):
            self._release(number)
            if node not in self.places:
                self.places[node] = self._slot_for(node, number)
            place = self.places[node]
            if isinstance(place, Piece) and place.whole not in self.places:
                until = self.last[place.whole]
                self.places[place.whole] = self._take(nbytes(place.whole), number, until)
            if not self._made_by_pieces(node):
                steps.append(node)
        placed = {node for node, place in self.places.items() if not isinstance(place, Slot)}
        grouped = tuple(group(self.graph, steps, placed))
        slots, offsets = tuple(self.slots), self._offsets(grouped)
        return Plan(self.graph, grouped, self.places, slots, offsets, copies, blocks.BLOCK)

    def _offsets(self, grouped: Sequence[Node | Group]) -> tuple[int, ...]:
        """Let slots share memory. A group runs block by block: its steps are one moment."""
        first = list(range(len(self.steps) + 1))
        last = list(first)
        for run in grouped:
            if isinstance(run, Group):
                numbers = [self.number[node] for node in run.steps]
                for number in numbers:
                    first[number], last[number] = min(numbers), max(numbers)
        busy = [0] * len(self.slots)
        for slot, begin, end in self.uses:
            busy[slot] |= steps_between(first[begin], last[end])
        return arrange(whole_slots(grouped, self.places, self.slots), busy)

    # Updates.

    def _update_in_place(self, variable: Any, node: Node) -> bool:
        """Let the node be computed into the variable's memory, if nobody sees it too early."""
        if node.primitive.is_view or node in self.places:
            return False
        home = variable.flat if getattr(variable, "flat", None) is not None else variable
        assigned = [v for v, _ in self.graph.updates if _home(v) is home]
        if len(assigned) > 1 or [n for _, n in self.graph.updates].count(node) > 1:
            return False
        when = self.number[node]
        for other, last in self.last.items():
            if other.primitive is not state.read or _home(other.params["variable"]) is not home:
                continue
            if last > when or (last == when and not self._may_overwrite(node, other)):
                return False
        self.places[node] = InVariable(variable)
        return True

    def _may_overwrite(self, node: Node, old: Node) -> bool:
        """Whether an elementwise step reads `old` only as it is, so that it may write there."""
        if not isinstance(node.primitive, Elementwise) or old.spec != node.spec:
            return False
        return all(child is old for child in node.inputs if root(child) is old)

    # Concatenations.

    def _place_pieces(self, whole: Node) -> None:
        """Let the parts of a concatenation be made in their places, where that can be."""
        if whole.params["axis"] != 0:
            return
        start, taken = 0, set()
        width = nbytes(whole) // max(whole.shape[0], 1)
        item = max(nbytes(whole) // max(whole.spec.size, 1), 1)
        for part in whole.inputs:
            made = root(part)
            placeable = (
                made in self.number
                and made not in self.places
                and made not in taken
                and is_contiguous(part)
                and nbytes(made) == nbytes(part)
                and nbytes(made) > 0
                and made.primitive is not concatenate
                and self._may_write(whole, self.number[made])
            )
            if placeable:
                self.places[made] = Piece(whole, start // item)
                self.last[whole] = max(self.last[whole], self.last[made])
                taken.add(made)
            start += part.shape[0] * width

    def _may_write(self, whole: Node, number: int) -> bool:
        """Whether a piece may be made at this step: a variable's memory must not be read later."""
        place = self.places.get(whole)
        if not isinstance(place, InVariable):
            return True
        home = _home(place.variable)
        return all(
            last < number
            for other, last in self.last.items()
            if other.primitive is state.read and _home(other.params["variable"]) is home
        )

    def _made_by_pieces(self, node: Node) -> bool:
        if node.primitive is not concatenate:
            return False
        places = [self.places.get(root(part)) for part in node.inputs]
        return all(isinstance(p, Piece) and p.whole is node for p in places) and len(
            {root(part) for part in node.inputs}
        ) == len(places)

    # Slots.

    def _release(self, number: int) -> None:
        for slot in [s for s, last in self.users.items() if last < number]:
            del self.users[slot]
            self.free.append(slot)

    def _slot_for(self, node: Node, number: int) -> Slot:
        """Write over an input that nobody needs any more, if the step may; else take a block."""
        until = max(self.last[node], number)
        if isinstance(node.primitive, Elementwise):
            for child in node.inputs:
                place = self.places.get(child)
                if isinstance(place, Slot) and self._is_dying(child, node, number):
                    self.users[place.index] = until
                    self.uses.append((place.index, number, until))
                    return place
        return self._take(nbytes(node), number, until)

    def _is_dying(self, child: Node, node: Node, number: int) -> bool:
        fits = self.last[child] == number and nbytes(child) == nbytes(node)
        return fits and self._may_overwrite(node, child)

    def _take(self, size: int, number: int, until: int) -> Slot:
        """Take the free block that fits best, or a new one, from one step until another."""
        size = max(-(-size // ALIGNMENT) * ALIGNMENT, ALIGNMENT)
        fitting = [s for s in self.free if size <= self.slots[s] <= 2 * size]
        if fitting:
            slot = min(fitting, key=lambda s: self.slots[s])
            self.free.remove(slot)
        else:
            slot = len(self.slots)
            self.slots.append(size)
        self.users[slot] = until
        self.uses.append((slot, number, until))
        return Slot(slot)


def _home(variable: Any) -> Any:
    flat = getattr(variable, "flat", None)
    return variable if flat is None else flat
