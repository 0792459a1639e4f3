"""cond: one of two graphs runs, as a condition has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasish import tree
from kerasish.arrays.spec import Spec
from kerasish.backend.convert import as_tensor
from kerasish.backend.graph.control.bundle import BUNDLE, Bundle, Control, SubGraph, parts
from kerasish.backend.graph.control.gradient import completed, gradient_graph
from kerasish.backend.graph.control.subtrace import (
    Captures,
    SubTrace,
    common_dtypes,
    leaves,
    pack,
)
from kerasish.backend.reverse import collect
from kerasish.backend.scopes import scopes
from kerasish.backend.tensor import Tensor


class Cond(Control):
    """What one of two graphs gives, run on the same operands."""

    def infer(self, condition: Spec, *operands: Spec, then: SubGraph, otherwise: SubGraph) -> Spec:
        return BUNDLE

    def forward(
        self, xp: Any, condition: Any, *operands: Any, then: SubGraph, otherwise: SubGraph
    ) -> Bundle:
        return Bundle((then if bool(condition) else otherwise)(*operands))

    def walk_back(
        self, record: Any, gradients: dict[int, Tensor], arriving: dict[Any, Any]
    ) -> None:
        """Run the gradient of the branch that ran; sums pass through the other one."""
        condition, *operands = record.saved
        wanted = [i for i, operand in enumerate(operands) if operand.record is not None]
        seeds = sorted(gradients)
        first = {operands[i].record: i for i in reversed(wanted)}  # one may stand twice
        sums = sorted(i for owner, i in first.items() if owner in arriving)
        branches = {}
        for name in ("then", "otherwise"):
            graph, found = gradient_graph(record.params[name].traced, wanted, seeds, sums)
            branches[name] = SubGraph(completed(graph, found, wanted))
        arrived = [gradients[i] for i in seeds] + [arriving.pop(operands[i].record) for i in sums]
        bundle = cond_(condition, *operands, *arrived, **branches)
        for i, gradient in zip(wanted, parts(bundle, branches["then"].specs), strict=True):
            collect(arriving, operands[i].record, gradient)


cond_ = Cond()


def cond(condition: Any, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """Return what one of two functions returns; what they assign to variables is chosen likewise.

    Args:
        condition: a symbolic bool.
        then, otherwise: functions without arguments that return the same structure, of values
            of the same shapes. Different dtypes meet in a common one.

    Raises:
        ValueError: when the structures or the shapes differ.
    """
    outer, captures = scopes.state, Captures()
    recorders = SubTrace(captures), SubTrace(captures)
    results, flat = [], []
    for recorder, function in zip(recorders, (then, otherwise), strict=True):
        with recorder.active():
            results.append(function())
            flat.append(leaves(results[-1]))
    _check_structures(*results)
    dtypes = common_dtypes("cond", *flat)
    assigned = list(dict.fromkeys(v for recorder in recorders for v in recorder.values))
    outputs = []
    for recorder, found in zip(recorders, flat, strict=True):
        with recorder.active():
            values = [as_tensor(x, d) for x, d in zip(found, dtypes, strict=True) if d is not None]
            outputs.append(recorder.outputs(values + [recorder.read(v) for v in assigned]))
    graphs = [r.graph(nodes) for r, nodes in zip(recorders, outputs, strict=True)]
    bundle = cond_(
        as_tensor(condition, "bool"), *captures.tensors, then=graphs[0], otherwise=graphs[1]
    )
    left = parts(bundle, graphs[0].specs)
    found = [None if d is None else left.pop(0) for d in dtypes]
    for variable, value in zip(assigned, left, strict=True):
        outer.assign(variable, value)
    return pack(results[0], found)


def _check_structures(first: Any, second: Any) -> None:
    try:
        tree.assert_same_structure(first, second)
    except (ValueError, TypeError) as error:
        raise ValueError(f"cond: both functions must return the same structure. {error}") from None
