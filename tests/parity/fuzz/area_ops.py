"""Programs of one op: its value, or its gradient."""

from __future__ import annotations

from tests.parity.fuzz.calls import Call, Kind
from tests.parity.fuzz.drawing import Draw
from tests.parity.fuzz.op_table import OPS
from tests.parity.fuzz.programs import Program

NAMES = "abcdefgh"

RETURNS_A_FUNCTION = {"custom_gradient"}
ON_THE_HOST = {"convert_to_numpy"}  # refused within a traced function


def draw_op(draw: Draw) -> Program:
    """Draw a program of any op."""
    return draw_program(draw, draw.pick(sorted(OPS)))


def draw_program(draw: Draw, name: str) -> Program:
    """Draw a program of one op."""
    kind = OPS[name]
    gradient = kind.gradient is not None and draw.yes(0.35)
    call = kind.draw(draw, kind.gradient if gradient and kind.gradient else kind.values)
    gradient = gradient and is_float(call)
    return Program(draw.area, draw.seed, text(name, call, gradient), name, tags(call, gradient))


def is_float(call: Call) -> bool:
    """Return whether every array holds floats, or at least one and the others count."""
    return any("float" in array for array in call.arrays)


def text(name: str, call: Call, gradient: bool) -> str:
    """Return the program: a line for each array, the function, what is done with it."""
    arrays = NAMES[: len(call.arrays)]
    lines = [f"{letter} = {array}" for letter, array in zip(arrays, call.arrays, strict=True)]
    body = f"K.ops.{name}({call.arguments})"
    if name in RETURNS_A_FUNCTION:
        body += "(a)"
    if name == "empty":
        body += " * 0 == 1"  # what it holds is anything
    lines.append(f"f = lambda {', '.join(arrays)}: {body}")
    caller = "gradient" if gradient else "call"
    given = ", ".join(arrays)
    outside = name in ON_THE_HOST
    lines.append(f"result = f({given})" if outside else f"result = {caller}(f, {given})")
    return "\n".join(lines)


def tags(call: Call, gradient: bool) -> frozenset[str]:
    """Return what comparing may ask for: the dtypes, whether a gradient is taken."""
    found = set(call.tags) | ({"gradient"} if gradient else set())
    for dtype in ("float16", "bfloat16", "float64", "int64", "uint32", "1e-40"):
        if any(dtype in array for array in call.arrays) or f"'{dtype}'" in call.arguments:
            found.add(dtype)
    return frozenset(found)


def missing(public: list[str]) -> set[str]:
    """Return the public ops without an entry."""
    return set(public) - set(OPS)


__all__ = ["OPS", "Kind", "draw_op", "draw_program", "missing"]
