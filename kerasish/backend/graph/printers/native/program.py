"""NativeProgram: a printed plan, compiled and bound to memory, ready to run steps or epochs."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kerasish.arrays import threads
from kerasish.arrays.dtype import numpy_dtype
from kerasish.arrays.memory import empty
from kerasish.backend.graph.graph import Node
from kerasish.backend.graph.plan.plan import Plan, nbytes
from kerasish.backend.graph.printers.native.fuse import Memory as Where
from kerasish.backend.graph.printers.native.fuse import memory_of
from kerasish.backend.graph.printers.native.jobs import Job
from kerasish.backend.graph.printers.native.loops import address_of_loop
from kerasish.backend.graph.printers.native.machine import Code
from kerasish.backend.graph.printers.native.source import FIRST_CHECK, NativeSource, print_native
from kerasish.backend.graph.printers.numpy.memory import Memory
from kerasish.backend.storage import Storage
from kerasish.errors import IndexRangeError
from kerasish.primitives import state

SCRATCH = 24  # whole numbers, as the printed text knows
SMALL = 4096  # bytes that are copied sooner than asked where they are


class NativeProgram:
    """One plan as compiled code; called like the NumPy printer's Program, with the same bits.

    Args:
        plan: what it runs.
        source: what it was printed to; it is printed here if not given.
        code: object code of that source; it is compiled here if not given.

    Attributes:
        source: what it was printed to.
        code: the machine code of that text.

    Raises:
        Unprintable: when the native printer has no words for something in the plan.
    """

    def __init__(
        self, plan: Plan, source: NativeSource | None = None, code: bytes | None = None
    ) -> None:
        self.plan = plan
        self.source = source or print_native(plan)
        self.code = Code(Job(self.source.text).code() if code is None else code)
        self.wants = plan.wants_threads
        self._idle: list[_Bound] = []

    def __call__(self, *inputs: Any) -> tuple[Any, ...]:
        """Run the plan; return the outputs as arrays."""
        bound = self._take()
        try:
            if not self.wants:  # as most plans do
                return bound.run(inputs)
            with threads.turn(self.wants):
                return bound.run(inputs)
        finally:
            self._idle.append(bound)

    @property
    def batches(self) -> Any:
        """`run_batches`, or None if the inputs are no batches of equally many rows."""
        return self.run_batches if self.code.epoch is not None else None

    def run_batches(self, sources: Sequence[Any], order: Any, start: int, count: int) -> None:
        """Run many steps on rows of some arrays, gathered in an order.

        Args:
            sources: an array for each input, C-contiguous and of its dtype.
            order: numbers of rows, int64.
            start, count: the first batch, and how many.
        """
        bound = self._take()
        try:
            with threads.turn(self.wants):
                bound.run_batches(sources, order, start, count)
        finally:
            self._idle.append(bound)

    def _take(self) -> _Bound:
        try:
            bound = self._idle.pop()
        except IndexError:
            bound = _Bound(self)
        if bound.seen != Storage.latest:
            bound.refresh()
        return bound


class _Bound:
    """A program with memory of its own and the addresses of now.

    Inputs and outputs lie where the caller has them, unless they are small, or steps are computed
    in Python: those know their arrays from the beginning. Then each has a place of its own.
    """

    def __init__(self, program: NativeProgram) -> None:
        self.program = program
        self.plan = program.plan
        table = program.source.table
        used = {entry.owner for entry in table if _is(entry, "slot")}
        sizes = [size if i in used else 0 for i, size in enumerate(self.plan.slots)]
        self.memory = Memory(np, [empty(np, (size,), np.dtype(np.uint8)) for size in sizes])
        self.scratch = np.zeros(SCRATCH, np.int64)
        self.table = np.zeros(len(table), np.int64)
        self.table_address = address(self.table)
        self.seen = -1
        self.error: BaseException | None = None
        self.calls: list[Callable[[], Any]] = []
        self.is_bound = False
        self.all_threads = -1  # the place of their number in the table, if the code asks for it
        self.variables = [(i, e.owner) for i, e in enumerate(table) if _is(e, "variable")]
        self.arrays: list[Any] = [None] * len(self.variables)
        self.places = {e.owner: i for i, e in enumerate(table) if _is(e, "value")}
        self.homes: dict[Node, Any] = {}  # arrays of inputs and outputs with a place of their own
        self._bind(table)
        graph = self.plan.graph
        self.inputs = [(self.places.get(node, -1), self._home(node)) for node in graph.inputs]
        known = set(graph.inputs)
        self.fresh = [
            (place, node)
            for node, place in self.places.items()
            if node.primitive is not state.constant and node not in known
        ]
        passed = [*graph.inputs, *(node for _, node in self.fresh)]
        is_small = sum(nbytes(node) for node in passed) <= SMALL
        self.keeps = is_small or bool(program.source.in_python)
        for node in passed if self.keeps else ():
            if node in self.places:
                self.table[self.places[node]] = address(self._home(node))

    def _bind(self, table: Sequence[Any]) -> None:
        for place, entry in enumerate(table):
            if _is(entry, "slot"):
                self.table[place] = address(self.memory.slots[entry.owner])
            elif _is(entry, "value") and entry.owner.primitive is state.constant:
                self.table[place] = address(entry.owner.params["array"])
            elif isinstance(entry, Where):
                continue
            elif entry[0] == "set threads":
                self.table[place] = threads.blas().address
            elif entry[0] == "all threads":
                self.all_threads = place
            elif entry[0] == "scratch":
                self.table[place] = address(self.scratch)
            elif entry[0] == "loop":
                self.table[place : place + 2] = address_of_loop(*entry[1:]) or (0, 0)
            elif entry[0] == "python":
                self.callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(self._in_python)
                self.table[place] = ctypes.cast(self.callback, ctypes.c_void_p).value or 0

    def _home(self, node: Node) -> Any:
        if node not in self.homes:
            self.homes[node] = empty(np, node.shape, numpy_dtype(node.dtype))
        return self.homes[node]

    def refresh(self) -> None:
        """Look up again where the variables' memory is, if it was exchanged or handed out."""
        for variable, _ in self.plan.graph.updates:
            variable.storage.writable()
        arrays = [variable.array for _, variable in self.variables]
        moved = [a is not b for a, b in zip(arrays, self.arrays, strict=True)]
        if True in moved or not self.is_bound:
            self.arrays = arrays
            for (place, _), array, is_moved in zip(self.variables, arrays, moved, strict=True):
                if is_moved:
                    self.table[place] = address(array)
            self.calls = [self._call_of(node) for node in self.program.source.in_python]
            self.is_bound = True
        self.seen = Storage.latest

    # Steps in Python.

    def _in_python(self, number: int) -> int:
        try:
            self.calls[number]()
        except BaseException as error:
            self._blame(error, self.program.source.in_python[number])
            self.error = error
            return 1
        return 0

    @staticmethod
    def _blame(error: BaseException, step: Node) -> None:
        """Let an error tell in which step it happened."""
        vars(error)["failed_step"] = step

    def _call_of(self, node: Node) -> Callable[[], Any]:
        arrays = [self._array(child) for child in node.inputs]
        out = self._array(node)
        return functools.partial(node.primitive.forward, np, *arrays, out=out, **node.params)

    def _array(self, node: Node) -> Any:
        """A value's memory as an array."""
        if node.primitive.is_view:
            return node.primitive.forward(np, self._array(node.inputs[0]), **node.params)
        where, offset = memory_of(self.plan, node)
        if where.kind == "slot":
            whole = self.memory.slots[where.owner]
        elif where.kind == "variable":
            whole = where.owner.array
        elif where.owner.primitive is state.constant:
            return node.params["array"]
        else:
            whole = self._home(where.owner)
        kind = numpy_dtype(node.dtype)
        raw = whole.reshape(-1).view(np.uint8)[offset : offset + node.spec.size * kind.itemsize]
        return raw.view(kind).reshape(node.shape)

    # Runs.

    def _count_threads(self) -> None:
        """Tell the code how many threads a large product gets now."""
        if self.all_threads >= 0:
            self.table[self.all_threads] = threads.threads()

    def run(self, inputs: Sequence[Any]) -> tuple[Any, ...]:
        """Run one step."""
        self._count_threads()
        if self.keeps:
            for (_, home), array in zip(self.inputs, inputs, strict=True):
                np.copyto(home, array)
            made = self.homes
        else:
            made = {}
            for (place, _), array in zip(self.inputs, inputs, strict=True):
                if place >= 0:
                    self.table[place] = address(array)
            for place, node in self.fresh:
                made[node] = array = self.memory.fresh(node.shape, node.dtype)
                self.table[place] = address(array)
        self._check(self.program.code.step(self.table_address))
        found = [_view(made, node) for node in self.plan.graph.outputs]
        return tuple([array.copy() for array in found] if self.keeps else found)

    def run_batches(self, sources: Sequence[Any], order: Any, start: int, count: int) -> None:
        """Run many steps."""
        self._count_threads()
        where = np.array([address(array) for array in sources], np.int64)
        for place, home in self.inputs:
            if place >= 0:
                self.table[place] = address(home)
        epoch = self.program.code.epoch
        if epoch is None:
            raise ValueError("This plan has no batches.")
        self._check(epoch(self.table_address, address(order), start, count, address(where)))

    def _check(self, failed: int) -> None:
        if failed >= FIRST_CHECK:
            node = self.program.source.checks[failed - FIRST_CHECK]
            given = node.params
            wrong = IndexRangeError(given["of"], int(self.scratch[0]), given["low"], given["high"])
            self._blame(wrong, node)
            raise wrong
        if failed:
            error, self.error = self.error, None
            raise error or RuntimeError("a compiled step failed")


def _is(entry: Any, kind: str) -> bool:
    return isinstance(entry, Where) and entry.kind == kind


def _view(made: dict[Node, Any], node: Node) -> Any:
    """The array of an output, which may be a view of what was made."""
    if node in made:
        return made[node]
    return node.primitive.forward(np, _view(made, node.inputs[0]), **node.params)


def address(array: Any) -> int:
    """Return where an array's memory begins."""
    return array.__array_interface__["data"][0]  # type: ignore[no-any-return]
