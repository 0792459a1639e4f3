"""One element of a step, as LLVM's instructions: from the `scalar` formula of its primitive."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Sequence

from kerasish.backend.graph.graph import Node
from kerasish.primitives.casting import cast
from kerasish.primitives.movement import contiguous
from kerasish.primitives.products import matmul

#: dtype → how it lies in memory, and how one is held.
TYPES = {
    "bool": ("i8", "i1"), "int32": ("i32", "i32"), "int64": ("i64", "i64"),
    "float32": ("float", "float"), "float64": ("double", "double"),
}  # fmt: skip
_ARITHMETIC = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}
_FLOAT_ORDER = {
    ast.Eq: "oeq", ast.NotEq: "une", ast.Lt: "olt", ast.LtE: "ole", ast.Gt: "ogt", ast.GtE: "oge",
}  # fmt: skip
_WHOLE_ORDER = {
    ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "slt", ast.LtE: "sle", ast.Gt: "sgt", ast.GtE: "sge",
}  # fmt: skip

OUTER_PRODUCT = "a * b + 0"  # of two matrices, over an inner size of 1

Emit = Callable[[str], str]  # takes an instruction, returns the name of its value


def element(step: Node, inputs: Sequence[str], emit: Emit) -> str:
    """Write the instructions for one element of a step; return the name of the result.

    Args:
        step: what is computed.
        inputs: the names of its inputs' elements.
        emit: writes an instruction down.
    """
    kinds = [child.dtype for child in step.inputs]
    if step.primitive in (cast, contiguous):
        return converted(inputs[0], kinds[0], step.dtype, emit)
    formula = OUTER_PRODUCT if step.primitive is matmul else step.primitive.scalar or ""
    names = dict(zip(step.primitive.inputs, zip(inputs, kinds, strict=True), strict=True))
    return _Writer(names, step.dtype, emit).value(_parsed(formula))[0]


@functools.cache
def _parsed(formula: str) -> ast.expr:
    return ast.parse(formula, mode="eval").body


class _Writer:
    """Writes an expression; values are pairs of a name and a dtype."""

    def __init__(self, names: dict[str, tuple[str, str]], result: str, emit: Emit) -> None:
        self.names, self.emit = names, emit
        floats = [kind for _, kind in names.values() if kind.startswith("float")]
        self.float = floats[0] if floats else result

    def value(self, x: ast.expr) -> tuple[str, str]:
        if isinstance(x, ast.Name):
            return self.names[x.id]
        if isinstance(x, ast.Constant):
            return f"{float(x.value):e}", self.float  # type: ignore[arg-type]
        if isinstance(x, ast.BinOp):
            (a, kind), (b, _) = self.value(x.left), self.value(x.right)
            held = TYPES[kind][1]
            return self.emit(f"{_ARITHMETIC[type(x.op)]} {held} {a}, {b}"), kind
        if isinstance(x, ast.UnaryOp):
            a, kind = self.value(x.operand)
            return self.emit(f"fneg {TYPES[kind][1]} {a}"), kind
        if isinstance(x, ast.Compare):
            return self._compare(x), "bool"
        if isinstance(x, ast.IfExp):
            (a, kind), (b, _) = self.value(x.body), self.value(x.orelse)
            condition, _ = self.value(x.test)
            held = TYPES[kind][1]
            return self.emit(f"select i1 {condition}, {held} {a}, {held} {b}"), kind
        if isinstance(x, ast.Call) and isinstance(x.func, ast.Name):
            return self._call(x.func.id, x.args)
        raise ValueError(f"The native printer has no words for {ast.unparse(x)}.")

    def _compare(self, x: ast.Compare) -> str:
        (a, first), (b, second) = self.value(x.left), self.value(x.comparators[0])
        order = type(x.ops[0])
        kind = first if first == second else "float64"
        if first != second:
            a, b = converted(a, first, kind, self.emit), converted(b, second, kind, self.emit)
        held = TYPES[kind][1]
        if kind.startswith("float"):
            return self.emit(f"fcmp {_FLOAT_ORDER[order]} {held} {a}, {b}")
        return self.emit(f"icmp {_WHOLE_ORDER[order]} {held} {a}, {b}")

    def _call(self, name: str, args: list[ast.expr]) -> tuple[str, str]:
        a, kind = self.value(args[0])
        held, short = TYPES[kind][1], {"float32": "f32", "float64": "f64"}[kind]
        if name == "max":  # of x and 0: NaN stays, and of both zeros it is the positive one
            above = self.emit(f"fcmp ugt {held} {a}, {self.value(args[1])[0]}")
            return self.emit(f"select i1 {above}, {held} {a}, {held} 0.0"), kind
        intrinsic = {"abs": "fabs", "sqrt": "sqrt"}[name]
        return self.emit(f"call {held} @llvm.{intrinsic}.{short}({held} {a})"), kind


DECLARATIONS = [
    f"declare {held} @llvm.{name}.{short}({held})"
    for name in ("fabs", "sqrt")
    for held, short in (("float", "f32"), ("double", "f64"))
]


def converted(x: str, before: str, after: str, emit: Emit) -> str:
    """Write the instruction that converts a number to another dtype; return its name."""
    if before == after:
        return x
    a, b = TYPES[before][1], TYPES[after][1]
    if before.startswith("float"):
        if after == "bool":
            return emit(f"fcmp une {a} {x}, 0.0")
        return emit(f"{'fpext' if after == 'float64' else 'fptrunc'} {a} {x} to {b}")
    if after.startswith("float"):
        return emit(f"{'uitofp' if before == 'bool' else 'sitofp'} {a} {x} to {b}")
    if after == "bool":
        return emit(f"icmp ne {a} {x}, 0")
    if before == "bool":
        return emit(f"zext {a} {x} to {b}")
    return emit(f"{'sext' if after == 'int64' else 'trunc'} {a} {x} to {b}")
