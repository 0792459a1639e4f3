"""Which neighbouring steps become one loop: what is computed element by element, and rounded right.

A step belongs in a loop if its primitive has a `scalar` formula: then each element has the same
bits whoever computes it. Values that nobody else needs never reach memory.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kerasish.backend.graph.graph import Node
from kerasish.backend.graph.plan.layout import root
from kerasish.backend.graph.plan.plan import InVariable, Piece, Plan, Slot
from kerasish.backend.graph.printers.native.layout import layout
from kerasish.primitives import state
from kerasish.primitives.arithmetic import maximum, minimum
from kerasish.primitives.casting import cast
from kerasish.primitives.movement import contiguous
from kerasish.primitives.products import matmul

FLOATS = ("float32", "float64")
LONGEST = 64  # steps in one loop: more would find no registers, and take long to look through
_NUMBERS = ("bool", "int32", "int64", *FLOATS)


@dataclass(slots=True)
class Loop:
    """Steps over elements that go through one loop.

    Attributes:
        shape: of what they compute.
        steps: in order.
        columns: elements of a row, if some input is one row or one column; else None.
        reads, writes: what memory the loop reads and may write, and how.
    """

    shape: tuple[int, ...]
    steps: list[Node] = field(default_factory=list)
    columns: int | None = None
    reads: list[Access] = field(default_factory=list)
    writes: list[Access] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many elements there are."""
        return math.prod(self.shape)


def can_fuse(node: Node) -> bool:
    """Whether a formula for one element gives the step's bits."""
    primitive, kinds = node.primitive, [child.dtype for child in node.inputs]
    if is_outer_product(node):
        return True
    if primitive in (cast, contiguous):
        if kinds[0] in FLOATS and node.dtype not in (*FLOATS, "bool"):
            return False  # what does not fit is converted in ways of its own
        return kinds[0] in _NUMBERS and node.dtype in _NUMBERS
    if not primitive.scalar or node.params or primitive in (maximum, minimum):
        return False  # where zeros of both signs meet, NumPy's loops decide as they like
    if node.dtype == "bool":
        same = all(kind == kinds[0] for kind in kinds)
        return same and kinds[0] in _NUMBERS and kinds[0] != "bool"
    return node.dtype in FLOATS and all(kind in ("bool", node.dtype) for kind in kinds)


def is_outer_product(node: Node) -> bool:
    """Whether a matrix product has sums of one product each: element by element, added to 0."""
    return (
        node.primitive is matmul
        and node.inputs[0].shape[-1] == 1
        and node.dtype in FLOATS
        and all(child.dtype == node.dtype for child in node.inputs)
    )


class Run(NamedTuple):
    """How an input runs along with a loop.

    Attributes:
        kind: `"once"`: it is one number; `"element"`: as the output does; `"row"`: along the
            columns, and anew in each row; `"column"`: one number for each row.
        columns: elements of a row, for the last two.
    """

    kind: str
    columns: int = 0


def run_of(shape: tuple[int, ...], child: Node) -> Run | None:
    """Return how an input runs along with a loop over a shape; None if in no way known here."""
    place = layout(child)
    sizes = (1,) * (len(shape) - len(place.shape)) + place.shape
    strides = (0,) * (len(shape) - len(place.shape)) + place.strides
    moving = [i for i, (size, t) in enumerate(zip(sizes, strides, strict=True)) if size > 1 and t]
    if not moving:
        return Run("once")
    if sizes == shape and place.is_contiguous:
        return Run("element")
    first, last = moving[0], moving[-1]
    step = place.item
    for i in range(last, first - 1, -1):
        if shape[i] != 1 and (sizes[i], strides[i]) != (shape[i], step):
            return None
        step *= shape[i]
    if math.prod(shape[last + 1 :]) == 1:
        return Run("row", math.prod(shape[first:]))
    if math.prod(shape[:first]) == 1:
        return Run("column", math.prod(shape[last + 1 :]))
    return None


def fuse(plan: Plan, steps: Sequence[Node]) -> list[Node | Loop]:
    """Put neighbouring steps that can share a loop into loops; the order stays."""
    found: list[Node | Loop] = []
    for step in steps:
        last = found[-1] if found else None
        if not can_fuse(step):
            found.append(step)
        elif not (isinstance(last, Loop) and _joins(plan, last, step)):
            loop = Loop(step.shape)
            if _joins(plan, loop, step):
                found.append(loop)
            else:
                found.append(step)
    return found


def _joins(plan: Plan, loop: Loop, step: Node) -> bool:
    """Put a step into a loop if it runs along with it and overwrites nothing that it needs."""
    if step.shape != loop.shape or len(loop.steps) >= LONGEST:
        return False
    columns = loop.columns
    reads = []
    for child in step.inputs:
        if child in loop.steps:
            continue
        if root(child) in loop.steps:
            return False  # a view of what the loop makes: it must be in memory first
        run = run_of(loop.shape, child)
        if run is None or (run.columns and columns not in (None, run.columns)):
            return False
        columns = run.columns or columns
        reads.append(Access(region(plan, child), run.kind == "element", child.dtype))
    write = Access(region(plan, step), True, step.dtype)
    if any(write.disturbs(read) for read in [*loop.reads, *reads]):
        return False
    if any(earlier.disturbs(read) for earlier in loop.writes for read in reads):
        return False
    loop.columns = columns
    loop.steps.append(step)
    loop.reads += reads
    loop.writes.append(write)
    return True


class Memory:
    """Some memory: a block that is used again, a variable's, or a value's own.

    Attributes:
        kind: `"slot"`, `"variable"` or `"value"`.
        owner: the number of the block, the variable, or the node.
    """

    __slots__ = ("key", "kind", "owner")

    def __init__(self, kind: str, owner: Any) -> None:
        self.kind, self.owner = kind, owner
        self.key = (kind, owner if kind == "slot" else id(owner))  # `==` of variables is theirs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Memory) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@dataclass(frozen=True, slots=True)
class Region:
    """Bytes of some memory."""

    memory: Memory
    start: int
    stop: int

    def overlaps(self, other: Region) -> bool:
        """Whether both have a byte in common."""
        same = self.memory == other.memory
        return same and self.start < other.stop and other.start < self.stop


class Access(NamedTuple):
    """How a loop comes to some memory.

    Attributes:
        region: which bytes.
        is_element: whether an element in each turn, one behind the other.
        dtype: of the elements.
    """

    region: Region
    is_element: bool
    dtype: str

    def disturbs(self, read: Access) -> bool:
        """Whether writing here changes what is still to be read there at another element."""
        if not self.region.overlaps(read.region):
            return False
        return not (read.is_element and self.region == read.region and self.dtype == read.dtype)


def region(plan: Plan, node: Node) -> Region:
    """Return which bytes of which memory a value lies in; members of a flat buffer lie in that."""
    memory, offset = memory_of(plan, node)
    place = layout(node)
    length = place.item + sum(
        abs(t) * (size - 1) for size, t in zip(place.shape, place.strides, strict=True)
    )
    flat = getattr(memory.owner, "flat", None) if memory.kind == "variable" else None
    if flat is not None:
        offset += memory.owner.offset * place.item
        memory = Memory("variable", flat)
    return Region(memory, offset, offset + length)


def memory_of(plan: Plan, node: Node) -> tuple[Memory, int]:
    """Return what memory a value lies in, and from which byte on."""
    place = layout(node)
    owner, offset = place.root, place.offset
    spot = plan.places.get(owner)
    if isinstance(spot, Piece):
        offset += spot.start * place.item
        owner = spot.whole
        spot = plan.places.get(owner)
    if owner.primitive is state.read:
        return Memory("variable", owner.params["variable"]), offset
    if isinstance(spot, InVariable):
        return Memory("variable", spot.variable), offset
    if isinstance(spot, Slot):
        return Memory("slot", spot.index), offset
    return Memory("value", owner), offset
