"""Comparison and logic, element by element. Nothing here has a gradient."""

from __future__ import annotations

from kerasish.errors import DTypeError, explain
from kerasish.primitives.primitive import Elementwise


class Comparison(Elementwise):
    """A question about two numbers, answered by `bool`."""

    inputs, result = ("a", "b"), "bool"
    beyond = "compare"


class Equal(Comparison):
    """Whether both are the same number; NaN equals nothing."""

    function, scalar = "equal", "a == b"


class NotEqual(Comparison):
    """Whether they differ."""

    function, scalar = "not_equal", "a != b"


class Less(Comparison):
    """Whether the first is smaller."""

    function, scalar = "less", "a < b"


class LessEqual(Comparison):
    """Whether the first is not larger."""

    function, scalar = "less_equal", "a <= b"


class Greater(Comparison):
    """Whether the first is larger."""

    function, scalar = "greater", "a > b"


class GreaterEqual(Comparison):
    """Whether the first is not smaller."""

    function, scalar = "greater_equal", "a >= b"


class LogicalAnd(Comparison):
    """Whether both are true (not zero)."""

    function = "logical_and"


class LogicalOr(Comparison):
    """Whether one of them is true (not zero)."""

    function = "logical_or"


class LogicalXor(Comparison):
    """Whether exactly one of them is true (not zero)."""

    function = "logical_xor"


class LogicalNot(Elementwise):
    """Whether it is false (zero)."""

    function, result = "logical_not", "bool"


class IsFinite(Elementwise):
    """Whether it is neither infinite nor NaN."""

    function, result, name = "isfinite", "bool", "isfinite"


class IsNan(Elementwise):
    """Whether it is NaN."""

    function, result, name = "isnan", "bool", "isnan"


class IsInf(Elementwise):
    """Whether it is infinite."""

    function, result, name = "isinf", "bool", "isinf"


class Bitwise(Elementwise):
    """An operation on the binary digits of whole numbers."""

    inputs: tuple[str, ...] = ("a", "b")
    beyond: str | None = "wrap"

    def check(self, dtype: str) -> None:
        if dtype != "bool" and "int" not in dtype:
            raise DTypeError(explain(f"{self.name} needs whole numbers or bool", dtype=dtype))


class BitwiseAnd(Bitwise):
    """Digits that both have."""

    function = "bitwise_and"


class BitwiseOr(Bitwise):
    """Digits that either has."""

    function = "bitwise_or"


class BitwiseXor(Bitwise):
    """Digits that exactly one has."""

    function = "bitwise_xor"


class BitwiseNot(Bitwise):
    """Each digit turned over."""

    inputs, function, name = ("x",), "invert", "bitwise_not"


class LeftShift(Bitwise):
    """Digits moved up."""

    promotion, beyond = "number", None
    function = "left_shift"


class RightShift(Bitwise):
    """Digits moved down."""

    promotion, beyond = "number", None
    function = "right_shift"


equal = Equal()
not_equal = NotEqual()
less = Less()
less_equal = LessEqual()
greater = Greater()
greater_equal = GreaterEqual()
logical_and = LogicalAnd()
logical_or = LogicalOr()
logical_xor = LogicalXor()
logical_not = LogicalNot()
isfinite = IsFinite()
isnan = IsNan()
isinf = IsInf()
bitwise_and = BitwiseAnd()
bitwise_or = BitwiseOr()
bitwise_xor = BitwiseXor()
bitwise_not = BitwiseNot()
left_shift = LeftShift()
right_shift = RightShift()
