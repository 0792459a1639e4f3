"""Does compiled code have NumPy's bits on this machine, with this NumPy? Asked once per process."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from kerasish.arrays.spec import Spec
from kerasish.backend.graph.passes import optimise
from kerasish.backend.graph.plan.buffers import make_plan
from kerasish.backend.graph.printers.numpy.program import Program
from kerasish.primitives import arithmetic, comparison, reduction, transcendental
from kerasish.primitives.casting import cast
from kerasish.primitives.movement import reshape, transpose
from kerasish.primitives.products import matmul

ROWS, INNER, COLUMNS = 37, 19, 23  # prime, so that every vector loop has a rest


@functools.cache
def complaint() -> str | None:
    """Return what is wrong with compiled code here, or None if every bit is right."""
    from kerasish.backend.graph.printers.native.program import NativeProgram
    from kerasish.backend.graph.trace import trace
    from kerasish.backend.record import no_grad

    specs = [Spec(s, "float32") for s in ((ROWS, INNER), (INNER, COLUMNS), (COLUMNS,))]
    with no_grad():
        plan = make_plan(optimise(trace(_everything, *specs)))
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=spec.shape).astype("float32") for spec in specs]
    arrays[0][0, :4] = [0.0, -0.0, np.nan, np.inf]
    with np.errstate(all="ignore"):
        wanted = Program(plan)(*arrays)
        found = NativeProgram(plan)(*arrays)
    for number, (a, b) in enumerate(zip(wanted, found, strict=True)):
        if a.tobytes() != b.tobytes():
            return (
                f"compiled code differs from NumPy {np.__version__} on this machine (value "
                f"{number} of the self-check), so NumPy's own calls are used"
            )
    return None


def _everything(x: Any, w: Any, b: Any) -> list[Any]:
    """A bit of all that plans are made of."""
    clean = arithmetic.select(comparison.equal(x, x), arithmetic.minimum(x, 3.0), 1.0)
    product = matmul(clean, w)
    row = arithmetic.add(product, b)
    positive = arithmetic.relu(row)
    column = reduction.max_(row, axes=(1,), keepdims=True)
    small = transcendental.exp(arithmetic.subtract(row, column))
    share = arithmetic.divide(small, reduction.sum_(small, axes=(1,), keepdims=True))
    back = matmul(transpose(clean, axes=(1, 0)), share)
    mask = cast(comparison.greater(positive, 0.0), dtype="float32")
    return [
        arithmetic.relu(x), product, positive, share, back, mask,
        reduction.sum_(share, axes=(0,), keepdims=False),
        reduction.sum_(arithmetic.negative(positive), axes=(0,), keepdims=False),
        reduction.sum_(product, axes=(0, 1), keepdims=False),
        reduction.max_(product, axes=(0,), keepdims=False),
        arithmetic.log(small), transcendental.tanh(product), arithmetic.power(small, 0.9),
        arithmetic.sqrt(arithmetic.square(product)), arithmetic.negative(product),
        arithmetic.absolute(product), arithmetic.reciprocal(arithmetic.add(small, 1.0)),
        matmul(product, reshape(b, shape=(COLUMNS, 1))),
        matmul(reshape(x, shape=(ROWS * INNER, 1)), reshape(b, shape=(1, COLUMNS))),
    ]  # fmt: skip
