"""Matrix products."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish.arrays import threads
from kerasish.arrays.dtype import result_type
from kerasish.arrays.spec import Spec, broadcast
from kerasish.errors import DTypeError, ShapeError, explain
from kerasish.primitives.movement import transpose
from kerasish.primitives.primitive import Primitive


class MatMul(Primitive):
    """Matrix product over the last two axes; the leading axes broadcast.

    The bits depend on whether an operand is transposed in memory, so every engine hands over
    the same layouts: what is no view is C-contiguous. They also depend on whether a matrix is
    multiplied by its own transpose, in the same memory, which NumPy leaves to another routine: so
    no engine does that, for a pass may let two equal values share memory.

    Array modules have no loop for bfloat16 and would answer in float32, so the operator `@`
    widens it first and rounds the product.
    """

    function = "matmul"
    promotion = "common"

    def infer(self, a: Spec, b: Spec) -> Spec:
        if a.ndim < 2 or b.ndim < 2 or a.shape[-1] != b.shape[-2]:
            raise ShapeError(
                "matmul needs equal inner sizes", expected="a[..., n, k] and b[..., k, m]", a=a, b=b
            )
        dtype = result_type(a.dtype, b.dtype)
        if dtype == "bfloat16":
            raise DTypeError(explain("matmul multiplies no bfloat16", advice="Use `@`.", a=a, b=b))
        leading = broadcast(a.shape[:-2], b.shape[:-2])
        return Spec((*leading, a.shape[-2], b.shape[-1]), dtype)

    def forward(self, xp: Any, a: Any, b: Any, out: Any = None) -> Any:
        if a.shape[-2] == b.shape[-1] and _share_memory(a, b):
            a = a.copy(order="K")
        wants = threads.wanted(a, b) if xp is np else threads.ANY
        if wants == threads.ANY:
            return xp.matmul(a, b, out=out)
        with threads.turn(wants):
            return xp.matmul(a, b, out=out)

    def grad_a(self, g: Any, b: Any) -> Any:
        return matmul(g, swap_last(b))

    def grad_b(self, g: Any, a: Any) -> Any:
        return matmul(swap_last(a), g)


def _share_memory(a: Any, b: Any) -> bool:
    """Whether one array is a view of the other, or both are views of one."""
    owner, other = a if a.base is None else a.base, b if b.base is None else b.base
    return owner is other


def swap_last(x: Any) -> Any:
    """Each matrix transposed."""
    n = x.ndim
    return transpose(x, axes=(*range(n - 2), n - 1, n - 2))


matmul = MatMul()
