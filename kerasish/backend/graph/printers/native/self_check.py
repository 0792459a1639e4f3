"""Does compiled code have NumPy's bits here? Asked once per machine and build of NumPy."""

from __future__ import annotations

import hashlib
import os
import pathlib
import sys
from typing import Any

import numpy as np

from kerasish.arrays.spec import Spec
from kerasish.backend.graph.passes import optimise
from kerasish.backend.graph.plan.buffers import make_plan
from kerasish.backend.graph.printers.native import disk_cache
from kerasish.backend.graph.printers.native.compiler import identity
from kerasish.backend.graph.printers.native.jobs import Pieces, compiled
from kerasish.backend.graph.printers.native.source import print_native
from kerasish.backend.graph.printers.numpy.program import Program
from kerasish.primitives import arithmetic, comparison, reduction, transcendental
from kerasish.primitives.casting import cast
from kerasish.primitives.movement import reshape, transpose
from kerasish.primitives.products import matmul

ROWS, INNER, COLUMNS = 37, 19, 23  # prime, so that every vector loop has a rest


_answers: list[str | None] = []  # the one of this process, once it is known


def checking(beside: bool) -> Pieces:
    """Find out, in pieces, what is wrong with compiled code here.

    Args:
        beside: whether LLVM works in a process of its own, and this yields while it does.

    Returns:
        A sentence, or None if every bit is right.
    """
    if not _answers:
        key = _key()
        passed = disk_cache.load(key) is not None
        answer = None if passed else (yield from _check(beside))
        if answer is None and not passed:
            disk_cache.store(key, b"passed")
        _answers.append(answer)
    return _answers[0]


def _key() -> str:
    """All that the answer depends on: this printer, NumPy's build, the processor."""
    numpy = pathlib.Path(sys.modules["numpy._core._multiarray_umath"].__file__ or "")
    printer = hashlib.sha256()
    for file in sorted(pathlib.Path(__file__).parent.glob("*.py")):
        printer.update(file.read_bytes())
    told = [v for k, v in sorted(os.environ.items()) if k.startswith("NPY_")]
    build = (np.__version__, numpy, numpy.stat().st_size, numpy.stat().st_mtime_ns, *told)
    return "\n".join(map(str, ("self-check", printer.hexdigest(), *build, identity())))


def _check(beside: bool) -> Pieces:
    from kerasish.backend.graph.printers.native.program import NativeProgram
    from kerasish.backend.graph.trace import trace
    from kerasish.backend.record import no_grad

    specs = [Spec(s, "float32") for s in ((ROWS, INNER), (INNER, COLUMNS), (COLUMNS,))]
    with no_grad():
        graph = optimise(trace(_everything, *specs))
    yield 0.0
    plan = make_plan(graph)
    source = print_native(plan)
    yield 0.0
    code = yield from compiled(source.text, beside)
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=spec.shape).astype("float32") for spec in specs]
    arrays[0][0, :4] = [0.0, -0.0, np.nan, np.inf]
    with np.errstate(all="ignore"):
        wanted = Program(plan)(*arrays)
        found = NativeProgram(plan, source, code)(*arrays)
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
