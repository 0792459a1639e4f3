"""Plan → the text of compiled code, in LLVM's language: one step, and an epoch of them.

The code gets a table of addresses: of scratch memory, of NumPy's loops, and of every value that
lies in memory. Sizes are fixed in the text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kerasish.arrays import threads
from kerasish.arrays.dtype import numpy_dtype
from kerasish.backend.graph.graph import Node
from kerasish.backend.graph.plan.blocks import Group
from kerasish.backend.graph.plan.layout import root
from kerasish.backend.graph.plan.plan import Plan, Slot
from kerasish.backend.graph.printers.native.epoch import epoch_text
from kerasish.backend.graph.printers.native.formula import DECLARATIONS, TYPES
from kerasish.backend.graph.printers.native.fuse import (
    FLOATS,
    Access,
    Loop,
    Memory,
    fuse,
    memory_of,
    region,
)
from kerasish.backend.graph.printers.native.layout import Unprintable, layout
from kerasish.backend.graph.printers.native.loop_text import LoopText
from kerasish.backend.graph.printers.native.loops import address_of_loop
from kerasish.backend.graph.printers.native.text import PRELUDE, Function
from kerasish.primitives import state
from kerasish.primitives.indexing import within
from kerasish.primitives.movement import concatenate
from kerasish.primitives.primitive import Elementwise
from kerasish.primitives.products import matmul

FIRST_CHECK = 2  # what a step returns when its first check failed
LARGEST = 2000  # steps; 3,000 additions took LLVM 10 s


@dataclass(frozen=True, slots=True)
class NativeSource:
    """A printed plan.

    Attributes:
        text: a module with `step(table)` and `epoch(table, order, start, count, sources)`.
        table: what each entry of the table is: `("scratch",)`, `("python",)` (a function of a
            number, which says whether something went wrong), `("loop", name, inputs, output)`
            (the next entry is its data), `("set threads",)`, `("all threads",)` (their number), or
            a Memory.
        in_python: the steps that the code leaves to their primitives' own `forward`, by number.
        checks: the steps that look whether indices are in range, by number.
    """

    text: str
    table: tuple[Any, ...]
    in_python: tuple[Node, ...]
    checks: tuple[Node, ...]


def print_native(plan: Plan) -> NativeSource:
    """Return the plan as source.

    Raises:
        Unprintable: when there are no words for something in it.
    """
    return _Printer(plan).source()


class _Printer:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.names = plan.graph.names()
        for node in plan.graph.nodes():
            if node.primitive.makes_bundle or node.dtype == "string":
                raise Unprintable(f"the primitive {node.primitive.name} of {node.spec}")
            if node.spec.size == 0:
                raise Unprintable("arrays without elements")  # its loops run once at least
        self.table: list[Any] = []
        self.places: dict[Any, int] = {}
        self.functions: list[str] = []
        steps = [
            node
            for step in plan.steps
            for node in (step.steps if isinstance(step, Group) else (step,))
        ]
        if len(steps) > LARGEST:
            raise Unprintable(f"a plan of {len(steps):,} steps: LLVM would take too long")
        self.steps = fuse(plan, steps)
        self.needed = self._needed()
        self.wants, self.has = plan.wants_threads, threads.ANY
        self.in_python: list[Node] = []
        self.checks: list[Node] = []
        self.main = Function("i32 @step(ptr %table)")
        self.scratch = self.main.load("ptr", self._entry(("scratch",)))

    def source(self) -> NativeSource:
        for step in self.steps:
            self.main.comment(self._title(step))
            if isinstance(step, Loop):
                self._loop(step)
            else:
                self._step(step)
        for variable, node in self.plan.copies:
            self._copy(variable, node)
        self.main.emit_void("ret i32 0")
        epoch = epoch_text(self.plan.graph.inputs, self._entry)
        texts = [PRELUDE, *DECLARATIONS, "", *self.functions, self.main.text(), epoch]
        return NativeSource(
            "\n".join(texts), tuple(self.table), tuple(self.in_python), tuple(self.checks)
        )

    def _title(self, step: Node | Loop) -> str:
        members = step.steps if isinstance(step, Loop) else [step]
        return "; ".join(
            f"{self.names[n]} = {n.primitive.name} {' '.join(self.names[c] for c in n.inputs)}"
            for n in members
        )

    def _needed(self) -> set[Node]:
        """What must be in memory: read outside the loop that makes it, or wanted at the end."""
        needed = {root(node) for node in self.plan.graph.targets}
        needed |= {n for n, place in self.plan.places.items() if not isinstance(place, Slot)}
        for step in self.steps:
            members = step.steps if isinstance(step, Loop) else [step]
            inside = members if isinstance(step, Loop) else []
            for member in members:
                needed |= {root(c) for c in member.inputs if c not in inside}
        return needed

    # Addresses.

    def _entry(self, key: Any, width: int = 1) -> int:
        if key not in self.places:
            self.places[key] = len(self.table)
            self.table += [key, *([("more",)] * (width - 1))]
        return self.places[key]

    def _address(self, node: Node) -> str:
        """The name of a pointer to a value."""
        memory, offset = memory_of(self.plan, node)
        is_constant = memory.kind == "value" and memory.owner.primitive is state.constant
        if is_constant and not memory.owner.params["array"].flags.c_contiguous:
            raise Unprintable("a constant that is not laid out in rows")
        pointer = self.main.load("ptr", self._entry(memory))
        return self.main.move(pointer, str(offset)) if offset else pointer

    def _numpy_loop(self, name: str, inputs: tuple[str, ...], output: str) -> str:
        if address_of_loop(name, inputs, output) is None:
            raise Unprintable(f"{name} of {', '.join(inputs)}")
        entry = self._entry(("loop", name, inputs, output), 2)
        return f"ptr {self.main.load('ptr', entry)}, ptr {self.main.load('ptr', entry + 1)}"

    # Steps that NumPy's loops compute.

    def _step(self, node: Node) -> None:
        """Call what computes a step: a loop of NumPy's, or else its primitive's `forward`."""
        try:
            self._numpy_step(node)
        except Unprintable:
            for child in (*node.inputs, node):
                self._address(child)  # so that all of it is known to be there
            function = self.main.load("ptr", self._entry(("python",)))
            failed = self.main.emit(f"call i32 {function}(i32 {len(self.in_python)})")
            self.main.stop_if(self.main.emit(f"icmp ne i32 {failed}, 0"), "ret i32 1")
            self.in_python.append(node)

    def _numpy_step(self, node: Node) -> None:
        primitive = node.primitive
        if primitive is concatenate:
            self._concatenate(node)
        elif self._writes_over(node):
            raise Unprintable(f"{primitive.name} into memory that it still reads")
        elif primitive is matmul:
            self._matmul(node)
        elif primitive is within:
            self._within(node)
        elif primitive.reduce is not None:
            self._reduce(node)
        elif isinstance(primitive, Elementwise) and primitive.function and not node.params:
            self._elementwise(node)
        else:
            raise Unprintable(f"the primitive {primitive.name} of {node.spec}")

    def _writes_over(self, node: Node) -> bool:
        """Whether a step changes what it will read at another element: NumPy takes care of that.

        A part of a concatenation may lie in the memory that the step was given to write into.
        """
        write = Access(region(self.plan, node), True, node.dtype)
        for child in node.inputs:
            runs_along = (
                isinstance(node.primitive, Elementwise)
                and child.shape == node.shape
                and layout(child).is_contiguous
            )
            if write.disturbs(Access(region(self.plan, child), runs_along, child.dtype)):
                return True
        return False

    def _matmul(self, node: Node) -> None:
        a, b = (layout(child) for child in node.inputs)
        if len(node.shape) != 2:
            raise Unprintable("a product of more than two matrices")
        kinds = tuple(child.dtype for child in node.inputs)
        loop = self._numpy_loop("matmul", kinds, node.dtype)
        sizes = [a.shape[0], a.shape[1], b.shape[1], *a.strides, *b.strides]
        sizes += [b.shape[1] * a.item, a.item]
        first, second = map(self._address, node.inputs)
        self._use_threads(node)
        self._call("matmul", loop, [first, second, self._address(node)], sizes)

    def _use_threads(self, node: Node) -> None:
        """Let a product have as many threads as it wants, where others want another number."""
        wants = threads.wanted(*node.inputs)
        if wants != threads.ANY and self.wants == threads.MIXED and wants != self.has:
            self.has = wants
            function = self.main.load("ptr", self._entry(("set threads",)))
            count = "1"
            if wants == threads.ALL:
                number = self.main.load("i64", self._entry(("all threads",)))
                count = self.main.emit(f"trunc i64 {number} to i32")
            self.main.emit_void(f"call void {function}(i32 {count})")

    def _within(self, node: Node) -> None:
        """Look through the indices, and copy them."""
        (child,), kind = node.inputs, {"int32": "i32", "int64": "i64"}.get(node.dtype)
        if kind is None or not layout(child).is_contiguous:
            raise Unprintable(f"indices of {child.spec}")
        low = -(2**63) if node.params["low"] is None else node.params["low"]
        x, count, high = self._address(child), node.spec.size, node.params["high"]
        failed = self.main.emit(
            f"call i32 @outside_{kind}(ptr {self.scratch}, ptr {x}, i64 {count}, i64 {low}, "
            f"i64 {high})"
        )
        is_outside = self.main.emit(f"icmp ne i32 {failed}, 0")
        self.main.stop_if(is_outside, f"ret i32 {FIRST_CHECK + len(self.checks)}")
        self.checks.append(node)
        self._copy_bytes(self._address(node), x, count * layout(child).item)

    def _concatenate(self, node: Node) -> None:
        """Copy the parts one behind the other, but those that were made in their place."""
        axis = node.params["axis"]
        if math.prod(node.shape[:axis]) != 1:
            raise Unprintable(f"parts joined along axis {axis}")
        if not all(layout(part).is_contiguous for part in node.inputs):
            raise Unprintable("parts that are not laid out in rows")
        memory, start = memory_of(self.plan, node)
        target = self._address(node)
        offset = 0
        for part in node.inputs:
            count = part.spec.size * layout(part).item
            if memory_of(self.plan, part) != (memory, start + offset):
                place = self.main.move(target, str(offset))
                self._copy_bytes(place, self._address(part), count)
            offset += count

    def _call(self, name: str, loop: str, pointers: list[str], numbers: Sequence[int]) -> None:
        arguments = [f"ptr {p}" for p in pointers] + [f"i64 {n}" for n in numbers]
        self.main.emit_void(
            f"call void @{name}(ptr {self.scratch}, {loop}, {', '.join(arguments)})"
        )

    def _reduce(self, node: Node) -> None:
        """As NumPy goes, a row at a time or row upon row: sums from 0 on, others from the first."""
        (child,) = node.inputs
        axes, name, item = node.params["axes"], node.primitive.reduce, layout(child).item
        what = f"{node.primitive.name} over {axes} of {child.spec}"
        if not axes or name not in ("add", "maximum", "minimum") or child.dtype != node.dtype:
            raise Unprintable(what)
        if axes != tuple(range(axes[0], axes[-1] + 1)):
            raise Unprintable(what)
        outer = math.prod(child.shape[: axes[0]])
        n = math.prod(child.shape[axes[0] : axes[-1] + 1])
        inner = math.prod(child.shape[axes[-1] + 1 :])
        if n == 0 or (inner > 1 and outer > 1):
            raise Unprintable(what)
        loop = self._numpy_loop(name, (node.dtype, node.dtype), node.dtype)
        x, out = self._address(child), self._address(node)
        adds_rows = inner > 1 and name == "add" and node.dtype in FLOATS
        if adds_rows or (inner == 1 and name == "add"):
            self.main.emit_void(
                f"call void @llvm.memset.p0.i64(ptr {out}, i8 0, i64 {outer * inner * item}, "
                "i1 false)"
            )
        elif inner > 1:
            self._copy_bytes(out, x, inner * item)
        if adds_rows:
            kind = TYPES[node.dtype][0]
            self.main.emit_void(
                f"call void @add_rows_{kind}(ptr {x}, ptr {out}, i64 {n}, i64 {inner})"
            )
        elif inner > 1:
            self._call("reduce_columns", loop, [x, out], [n, inner, item])
        elif name == "add":
            self._call("reduce_rows", loop, [x, out], [outer, n, item])
        else:
            self._call("reduce_rows_from_first", loop, [x, out], [outer, n, item])

    def _copy_bytes(self, target: str, source: str, count: int) -> None:
        self.main.emit_void(
            f"call void @llvm.memcpy.p0.p0.i64(ptr {target}, ptr {source}, i64 {count}, i1 false)"
        )

    def _elementwise(self, node: Node) -> None:
        """Call NumPy's loop on everything at once."""
        children = node.inputs
        call = {1: "unary", 2: "binary"}.get(len(children))
        if call is None or node.primitive.operand is not None:
            raise Unprintable(f"the primitive {node.primitive.name} of {node.spec}")
        kinds = tuple(child.dtype for child in children)
        loop = self._numpy_loop(node.primitive.function or "", kinds, node.dtype)
        strides = []
        for child in children:
            place = layout(child)
            if child.spec.size == 1:
                strides.append(0)
            elif child.spec.size == node.spec.size and place.is_contiguous:
                strides.append(place.item)
            else:
                raise Unprintable(f"{node.primitive.name} of shapes that broadcast")
        pointers = [*map(self._address, children), self._address(node)]
        item = numpy_dtype(node.dtype).itemsize
        self._call(call, loop, pointers, [node.spec.size, *strides, item])

    def _copy(self, variable: Any, node: Node) -> None:
        """Copy a value into a variable at the end."""
        place = layout(node)
        if not place.is_contiguous:
            raise Unprintable("an update that is not laid out in rows")
        target = self.main.load("ptr", self._entry(Memory("variable", variable)))
        self._copy_bytes(target, self._address(node), node.spec.size * place.item)

    # Steps that share a loop.

    def _loop(self, loop: Loop) -> None:
        """Write a function of its own, whose arguments do not overlap, and call it."""
        name = f"@loop_{len(self.functions)}"
        printed = LoopText(self.plan, loop, self.needed, self._address)
        self.functions.append(printed.text(name))
        arguments = ", ".join(f"ptr {pointer}" for pointer in printed.pointers)
        self.main.emit_void(f"call void {name}({arguments})")
