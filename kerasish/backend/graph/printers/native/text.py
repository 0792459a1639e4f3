"""Function: LLVM's instructions, line by line, with fresh names; and how all modules begin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_SIZES = {"i8": 1, "i32": 4, "i64": 8, "float": 4, "double": 8, "ptr": 8}


class Function:
    """The text of one function.

    Args:
        head: what stands between `define` and the body.
    """

    def __init__(self, head: str) -> None:
        self.head = head
        self._lines: list[str] = ["entry:"]
        self._count = 0
        self._block = "entry"

    def emit(self, instruction: str) -> str:
        """Write an instruction; return the name of its value."""
        name = f"%v{self._count}"
        self._count += 1
        self._lines.append(f"  {name} = {instruction}")
        return name

    def emit_void(self, instruction: str) -> None:
        """Write an instruction without a value."""
        self._lines.append(f"  {instruction}")

    def comment(self, text: str) -> None:
        """Write what a person may want to know."""
        self._lines.append(f"  ; {text}")

    def move(self, pointer: str, offset: str) -> str:
        """Return a pointer some bytes further on."""
        return self.emit(f"getelementptr i8, ptr {pointer}, i64 {offset}")

    def load(self, kind: str, index: str | int, array: str = "%table") -> str:
        """Read an element of an array."""
        place = self.emit(f"getelementptr {kind}, ptr {array}, i64 {index}")
        return self.emit(f"load {kind}, ptr {place}, align {_SIZES[kind]}")

    def store(self, kind: str, value: str, index: str, array: str) -> None:
        """Write an element of an array."""
        place = self.emit(f"getelementptr {kind}, ptr {array}, i64 {index}")
        self.emit_void(f"store {kind} {value}, ptr {place}, align {_SIZES[kind]}")

    @contextmanager
    def loop(self, start: str, stop: str) -> Iterator[str]:
        """Repeat what is written in a `with` block; the name is that of the counter."""
        number, before = self._count, self._block
        self._count += 1
        counter, following = f"%i{number}", f"%n{number}"
        body, done = f"body{number}", f"done{number}"
        self.emit_void(f"br label %{body}")
        self._lines.append(f"{body}:")
        place = len(self._lines)
        self._lines.append("")
        self._block = body
        yield counter
        self._lines[place] = (
            f"  {counter} = phi i64 [ {start}, %{before} ], [ {following}, %{self._block} ]"
        )
        self.emit_void(f"{following} = add nuw nsw i64 {counter}, 1")
        more = self.emit(f"icmp slt i64 {following}, {stop}")
        self.emit_void(f"br i1 {more}, label %{body}, label %{done}")
        self._lines.append(f"{done}:")
        self._block = done

    def stop_if(self, condition: str, result: str) -> None:
        """Return from the function if a condition holds."""
        number = self._count
        self._count += 1
        self.emit_void(f"br i1 {condition}, label %stop{number}, label %go{number}")
        self._lines += [f"stop{number}:", f"  {result}", f"go{number}:"]
        self._block = f"go{number}"

    def text(self) -> str:
        """Return the function."""
        return "\n".join([f"define {self.head} {{", *self._lines, "}", ""])


def _numpy_call(name: str, pointers: int, sizes: str, fixed: str = "") -> str:
    """A function that puts its arguments into scratch memory and calls a loop of NumPy.

    Scratch memory holds the pointers from 0 on, the sizes from 4 on, the strides from 8 on.
    """
    arguments = [f"ptr %p{i}" for i in range(pointers)]
    places = [int(p) for p in sizes.split()]
    numbers = [f"i64 %k{i}" for i in range(len(places))]
    function = Function(
        f"internal void @{name}(ptr %s, ptr %loop, ptr %data, {', '.join(arguments + numbers)})"
    )
    for i in range(pointers):
        function.store("ptr", f"%p{i}", str(i), "%s")
    for word in fixed.split():
        where, value = word.split("=")
        function.store("i64", value, where, "%s")
    for i, place in enumerate(places):
        function.store("i64", f"%k{i}", str(place), "%s")
    dimensions, strides = function.move("%s", "32"), function.move("%s", "64")
    function.emit_void(f"call void %loop(ptr %s, ptr {dimensions}, ptr {strides}, ptr %data)")
    function.emit_void("ret void")
    return function.text()


def _reduction(name: str, first_is_taken: bool) -> str:
    """Reduce each of some rows into one element, which holds 0 or is to hold the row's first."""
    function = Function(
        f"internal void @{name}(ptr %s, ptr %loop, ptr %data, ptr %x, ptr %out, "
        "i64 %rows, i64 %n, i64 %item)"
    )
    width = function.emit("mul i64 %n, %item")
    left = function.emit("sub i64 %n, 1") if first_is_taken else "%n"
    with function.loop("0", "%rows") as i:
        row = function.move("%x", function.emit(f"mul i64 {i}, {width}"))
        out = function.move("%out", function.emit(f"mul i64 {i}, %item"))
        if first_is_taken:
            function.emit_void(
                f"call void @llvm.memcpy.p0.p0.i64(ptr {out}, ptr {row}, i64 %item, i1 false)"
            )
            row = function.move(row, "%item")
        function.emit_void(
            f"call void @binary(ptr %s, ptr %loop, ptr %data, ptr {out}, ptr {row}, ptr {out}, "
            f"i64 {left}, i64 0, i64 %item, i64 0)"
        )
    function.emit_void("ret void")
    return function.text()


def _columns() -> str:
    """Take the largest of some rows upon the first, column by column, from the second row on."""
    function = Function(
        "internal void @reduce_columns(ptr %s, ptr %loop, ptr %data, ptr %x, ptr %out, "
        "i64 %n, i64 %width, i64 %item)"
    )
    function.stop_if(function.emit("icmp sle i64 %n, 1"), "ret void")
    size = function.emit("mul i64 %width, %item")
    with function.loop("1", "%n") as i:
        row = function.move("%x", function.emit(f"mul i64 {i}, {size}"))
        function.emit_void(
            f"call void @binary(ptr %s, ptr %loop, ptr %data, ptr %out, ptr {row}, ptr %out, "
            "i64 %width, i64 %item, i64 %item, i64 %item)"
        )
    function.emit_void("ret void")
    return function.text()


def _add_rows(kind: str) -> str:
    """Add some rows one after another upon zeros, as NumPy does."""
    function = Function(
        f"internal void @add_rows_{kind}(ptr noalias %x, ptr noalias %out, i64 %n, i64 %width)"
    )
    with function.loop("0", "%n") as i:
        start = function.emit(f"mul i64 {i}, %width")
        with function.loop("0", "%width") as j:
            value = function.load(kind, function.emit(f"add i64 {start}, {j}"), "%x")
            total = function.emit(f"fadd {kind} {function.load(kind, j, '%out')}, {value}")
            function.store(kind, total, j, "%out")
    function.emit_void("ret void")
    return function.text()


def _outside(kind: str) -> str:
    """Say whether some index is out of a range; the first one is left in scratch memory."""
    function = Function(
        f"internal i32 @outside_{kind}(ptr %s, ptr %x, i64 %n, i64 %low, i64 %high)"
    )
    with function.loop("0", "%n") as i:
        index = function.load(kind, i, "%x")
        wide = index if kind == "i64" else function.emit(f"sext {kind} {index} to i64")
        below = function.emit(f"icmp slt i64 {wide}, %low")
        above = function.emit(f"icmp sge i64 {wide}, %high")
        is_outside = function.emit(f"or i1 {below}, {above}")
        function.stop_if(is_outside, f"store i64 {wide}, ptr %s, align 8\n  ret i32 1")
    function.emit_void("ret i32 0")
    return function.text()


PRELUDE = "\n".join(
    [
        "declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)",
        "declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)",
        "",
        _numpy_call("unary", 2, "4 8 9"),  # n, strides of the input and of the output
        _numpy_call("binary", 3, "4 8 9 10"),
        # m, n, p, then the strides of a, of b and of the product within one product
        _numpy_call("matmul", 3, "5 6 7 11 12 13 14 15 16", fixed="4=1 8=0 9=0 10=0"),
        _reduction("reduce_rows", first_is_taken=False),
        _reduction("reduce_rows_from_first", first_is_taken=True),
        _columns(),
        _add_rows("float"),
        _add_rows("double"),
        _outside("i32"),
        _outside("i64"),
    ]
)
