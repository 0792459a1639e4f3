"""An epoch as a function in LLVM's language: rows are gathered in an order, then a step is made."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from kerasish.arrays.dtype import numpy_dtype
from kerasish.backend.graph.graph import Node
from kerasish.backend.graph.printers.native.fuse import Memory
from kerasish.backend.graph.printers.native.text import Function

NARROW = 512  # bytes of a row that is called for while the batch before it is computed
LINE = 64  # bytes that come at once

DECLARATION = "declare void @llvm.prefetch.p0(ptr, i32, i32, i32)"


def epoch_text(inputs: Sequence[Node], entry: Callable[[Any], int]) -> str:
    """Return the function, or nothing if the inputs are no batches of equally many rows.

    Args:
        inputs: of the step, which finds them in their places in the table.
        entry: gives the number of something in the table.
    """
    batches = {node.shape[:1] for node in inputs}
    if len(batches) != 1 or () in batches:
        return ""
    ((batch,),) = batches
    function = Function("i32 @epoch(ptr %table, ptr %order, i64 %start, i64 %count, ptr %sources)")
    rows = [
        (
            function.load("ptr", entry(Memory("value", node))),
            function.load("ptr", place, "%sources"),
            math.prod(node.shape[1:]) * numpy_dtype(node.dtype).itemsize,
        )
        for place, node in enumerate(inputs)
    ]
    stop = function.emit("add i64 %start, %count")
    last = function.emit(f"sub i64 {function.emit(f'mul i64 {stop}, {batch}')}, 1")
    with function.loop("%start", stop) as k:
        first = function.emit(f"mul i64 {k}, {batch}")
        with function.loop("0", str(batch)) as i:
            place = function.emit(f"add i64 {first}, {i}")
            _copy_row(function, rows, place, i)
            _call_for_row(function, rows, place, batch, last)
        failed = function.emit("call i32 @step(ptr %table)")
        function.stop_if(function.emit(f"icmp ne i32 {failed}, 0"), f"ret i32 {failed}")
    function.emit_void("ret i32 0")
    return "\n".join([DECLARATION, function.text()])


def _copy_row(function: Function, rows: Sequence[Any], place: str, i: str) -> None:
    """Copy a row of each source to where the step finds it."""
    row = function.load("i64", place, "%order")
    for target, source, width in rows:
        into = function.move(target, function.emit(f"mul i64 {i}, {width}"))
        from_ = function.move(source, function.emit(f"mul i64 {row}, {width}"))
        function.emit_void(
            f"call void @llvm.memcpy.p0.p0.i64(ptr {into}, ptr {from_}, i64 {width}, i1 false)"
        )


def _call_for_row(
    function: Function, rows: Sequence[Any], place: str, batch: int, last: str
) -> None:
    """Let the same row of the next batch come into the cache: the order jumps about in memory."""
    narrow = [(source, width) for _, source, width in rows if width <= NARROW]
    if not narrow:
        return
    ahead = function.emit(f"add i64 {place}, {batch}")
    is_there = function.emit(f"icmp sle i64 {ahead}, {last}")
    row = function.load(
        "i64", function.emit(f"select i1 {is_there}, i64 {ahead}, i64 {last}"), "%order"
    )
    for source, width in narrow:
        begin = function.move(source, function.emit(f"mul i64 {row}, {width}"))
        for offset in sorted({*range(0, width, LINE), width - 1}):
            line = function.move(begin, str(offset))
            function.emit_void(f"call void @llvm.prefetch.p0(ptr {line}, i32 0, i32 3, i32 1)")
