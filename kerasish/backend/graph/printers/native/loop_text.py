"""One loop over elements as a function in LLVM's language."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Any

from kerasish.backend.graph.graph import Node
from kerasish.backend.graph.plan.plan import Plan
from kerasish.backend.graph.printers.native.formula import TYPES, element
from kerasish.backend.graph.printers.native.fuse import Loop, memory_of, run_of
from kerasish.backend.graph.printers.native.text import Function


class LoopText:
    """Writes one loop; every array in it is an argument that overlaps no other.

    Args:
        plan: where everything lies.
        loop: what to write.
        needed: the steps whose values must be in memory afterwards.
        address: gives the name of a pointer, in the function that calls the loop.

    Attributes:
        pointers: what the caller passes.
    """

    def __init__(
        self, plan: Plan, loop: Loop, needed: Set[Node], address: Callable[[Node], str]
    ) -> None:
        self.plan, self.loop, self.needed, self.address = plan, loop, needed, address
        self.pointers: list[str] = []
        self.arguments: dict[Any, str] = {}
        self.values: dict[Node, str] = {}
        columns = loop.columns or 0
        self.columns = columns if 0 < columns < loop.size else 0

    def text(self, name: str) -> str:
        function = Function("")
        once, per_row, per_element = self._inputs()
        self._read(function, once, "0")
        if self.columns:
            with function.loop("0", str(self.loop.size // self.columns)) as i:
                self._read(function, per_row, i)
                base = function.emit(f"mul i64 {i}, {self.columns}")
                with function.loop("0", str(self.columns)) as j:
                    self._elements(function, per_element, j, function.emit(f"add i64 {base}, {j}"))
        else:
            with function.loop("0", str(self.loop.size)) as i:
                self._elements(function, per_row + per_element, i, i)
        function.emit_void("ret void")
        arguments = ", ".join(f"ptr noalias {a}" for a in self.arguments.values())
        function.head = f"internal void {name}({arguments})"
        return function.text()

    def _inputs(self) -> tuple[list[Node], list[Node], list[Node]]:
        """What is read once, once for each row, and for each element."""
        once: list[Node] = []
        per_row: list[Node] = []
        per_element: list[Node] = []
        for child in dict.fromkeys(c for step in self.loop.steps for c in step.inputs):
            if child in self.loop.steps:
                continue
            kind = self._kind(child)
            {"once": once, "column": per_row}.get(kind, per_element).append(child)
        return once, per_row, per_element

    def _kind(self, child: Node) -> str:
        run = run_of(self.loop.shape, child)
        return run.kind if run is not None else "element"

    def _argument(self, node: Node) -> str:
        key = (memory_of(self.plan, node), node.dtype)
        if key not in self.arguments:
            self.arguments[key] = f"%a{len(self.arguments)}"
            self.pointers.append(self.address(node))
        return self.arguments[key]

    def _read(self, function: Function, nodes: list[Node], index: str) -> None:
        for node in nodes:
            memory, held = TYPES[node.dtype]
            value = function.load(memory, index, self._argument(node))
            if memory != held:
                value = function.emit(f"icmp ne {memory} {value}, 0")
            self.values[node] = value

    def _elements(self, function: Function, nodes: list[Node], across: str, index: str) -> None:
        for node in nodes:
            self._read(function, [node], index if self._kind(node) == "element" else across)
        for step in self.loop.steps:
            value = element(step, [self.values[c] for c in step.inputs], function.emit)
            self.values[step] = value
            if step in self.needed:
                memory, held = TYPES[step.dtype]
                if memory != held:
                    value = function.emit(f"zext {held} {value} to {memory}")
                function.store(memory, value, index, self._argument(step))
