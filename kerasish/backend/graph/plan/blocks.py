"""Long elementwise chains, run block by block so that a block stays in the cache.

An optimizer's rule makes a dozen passes over all weights. Over 670,000 of them twelve passes
took 2,130 µs whole and 1,050 µs in blocks of 32,768 (2 MiB of cache): most passes then read and
write what the one before left there. Each element is computed as before, so the bits are the same.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence, Set
from dataclasses import dataclass

from kerasish.arrays.dtype import is_float
from kerasish.backend.graph.graph import Graph, Node
from kerasish.backend.graph.plan.layout import is_contiguous, root
from kerasish.primitives.primitive import Elementwise

BLOCK = 1 << 15  # elements: six arrays of float32 take 768 KiB
SMALLEST = 4 * BLOCK  # elements of the arrays that are worth it


@dataclass(frozen=True, slots=True)
class Group:
    """Steps that run one after another on a block, then on the next block.

    Attributes:
        steps: elementwise steps over arrays of one size and dtype.
        local: those whose value nobody needs after the block.
    """

    steps: tuple[Node, ...]
    local: frozenset[Node]

    @property
    def size(self) -> int:
        """Elements of each array."""
        return self.steps[0].spec.size

    def is_single(self, node: Node) -> bool:
        """Whether an input of a step is one number, the same for every block."""
        return node.spec.size != self.size


def can_block(node: Node) -> bool:
    """Whether a step works on long arrays element by element, all of one layout and dtype."""
    size, dtype = node.spec.size, node.dtype
    if size < SMALLEST or not is_float(dtype) or not isinstance(node.primitive, Elementwise):
        return False
    if node.primitive.function is None or node.params:
        return False
    return all(
        child.dtype == dtype
        and (
            _is_single(child)
            or (child.spec.size == size == root(child).spec.size and is_contiguous(child))
        )
        for child in node.inputs
    )


def _is_single(node: Node) -> bool:
    """Whether a value is one number in memory of its own.

    Every block reads it again: what lies in a longer value could be written over by the block
    before, where that value is needed no more, or is a variable that is updated.
    """
    whole = root(node)
    if whole.spec.size != 1:
        return False
    variable = whole.params.get("variable")
    return variable is None or getattr(variable, "flat", None) is None


def schedule(steps: Sequence[Node]) -> list[Node]:
    """Put the steps in an order in which those that can be blocked stand together.

    Steps over long arrays wait until nothing else can go on. Otherwise they run in the program's
    order: there a layer's weights get their gradient as soon as what it is made of is there, and
    while it is in the cache; then nobody needs that any more.
    """
    known = set(steps)
    waits = {step: {root(c) for c in step.inputs} & known for step in steps}
    users: dict[Node, list[Node]] = {step: [] for step in steps}
    for step, needed in waits.items():
        for other in needed:
            users[other].append(step)
    moment: dict[Node, int] = {}  # what a pass put in comes before the first that waits for it
    for step in reversed(steps):
        first = -1 if step.primitive.may_refuse else step.order  # before anything is updated
        moment[step] = min([first, *(moment[user] for user in users[step])])
    place = {step: (moment[step], i) for i, step in enumerate(steps)}
    left = {step: len(needed) for step, needed in waits.items()}
    light: list[tuple[int, int]] = []
    heavy: list[tuple[int, int]] = []

    def ready(step: Node) -> None:
        heapq.heappush(heavy if can_block(step) else light, place[step])

    for step in steps:
        if not left[step]:
            ready(step)
    order = []
    while light or heavy:
        step = steps[heapq.heappop(light or heavy)[1]]
        order.append(step)
        for user in users[step]:
            left[user] -= 1
            if not left[user]:
                ready(user)
    return order


def group(graph: Graph, steps: Sequence[Node], placed: Set[Node]) -> list[Node | Group]:
    """Put neighbouring steps that can be blocked, on arrays of one size and dtype, in groups.

    Args:
        graph: what the steps belong to.
        steps: in the order in which they run.
        placed: those whose values lie in memory that is no slot, and are needed there whole.
    """
    found: list[Node | Group] = []
    run: list[Node] = []
    for step in [*steps, None]:
        fits = step is not None and can_block(step)
        if run and not (step is not None and fits and _belongs(step, run)):
            found.append(_grouped(graph, steps, run, placed) if len(run) > 1 else run[0])
            run = []
        if step is not None:
            if fits:
                run.append(step)
            else:
                found.append(step)
    return found


def _belongs(step: Node, run: list[Node]) -> bool:
    """Whether a step may share a loop with others: it must not read a single element of theirs."""
    size, dtype = run[0].spec.size, run[0].dtype
    if (step.spec.size, step.dtype) != (size, dtype):
        return False
    return not any(root(child) in run for child in step.inputs if child.spec.size != size)


def _grouped(graph: Graph, steps: Sequence[Node], run: list[Node], placed: Set[Node]) -> Group:
    inside = set(run)
    needed = placed | {root(node) for node in graph.targets}
    needed |= {root(child) for step in steps if step not in inside for child in step.inputs}
    return Group(tuple(run), frozenset(step for step in run if step not in needed))
