"""Loops: one graph runs again and again on what it gave before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasish import tree
from kerasish.arrays.dtype import numpy_dtype
from kerasish.arrays.spec import Spec
from kerasish.backend.convert import as_tensor
from kerasish.backend.graph.control.bundle import BUNDLE, Bundle, Control, SubGraph, parts
from kerasish.backend.graph.control.loop_gradient import split, walk_back
from kerasish.backend.graph.control.subtrace import Captures, SubTrace, keep_specs, leaves, pack
from kerasish.backend.graph.trace import Trace
from kerasish.backend.record import mode
from kerasish.backend.scopes import scopes
from kerasish.backend.tensor import Tensor


class Loop(Control):
    """The last values that a loop carries, and the results of its rounds, stacked.

    The inputs are the values carried, then arrays of which each round gets a row, then what
    the graphs capture. The body's outputs are the values carried on, then the round's results.

    Attributes of an application (parameters):
        body: the graph of one round.
        condition: the graph that says whether to go on, from all but the rows; or None.
        length: the rounds if they are counted, else the most there may be, or None.
        carried, rows: how many of the inputs are of these kinds.
        keep: whether gradients will want the history: the values carried into each round.
    """

    def infer(
        self, *inputs: Spec, body: SubGraph, condition: SubGraph | None, length: int | None,
        carried: int, rows: int, keep: bool,
    ) -> Spec:  # fmt: skip
        return BUNDLE

    def forward(
        self, xp: Any, *inputs: Any, body: SubGraph, condition: SubGraph | None,
        length: int | None, carried: int, rows: int, keep: bool,
    ) -> Bundle:  # fmt: skip
        carry, xs, captured = split(inputs, carried, rows)
        stacks = [
            xp.empty((length, *spec.shape), numpy_dtype(spec.dtype))
            for spec in body.specs[carried:]
        ]
        history = []
        number = 0
        while number != length:
            if condition is not None and not bool(condition(*carry, *captured)[0]):
                break
            if keep:
                history.append(carry)
            found = body(*carry, *[x[number, ...] for x in xs], *captured)
            carry = found[:carried]
            for stack, result in zip(stacks, found[carried:], strict=True):
                stack[number] = result
            number += 1
        if number == 0:
            carry = tuple(array.copy() for array in carry)  # no part lies in an input's memory
        return Bundle((*carry, *stacks), history)

    def walk_back(
        self, record: Any, gradients: dict[int, Tensor], arriving: dict[Any, Any]
    ) -> None:
        """Run the rounds backwards."""
        walk_back(record, gradients, arriving)


loop = Loop()


def while_loop(
    condition: Callable[..., Any], body: Callable[..., Any], values: Any, maximum: int | None
) -> Any:
    """Return the values after `body` ran on them for as long as `condition` of them held.

    Args:
        condition: takes the values and returns a bool.
        body: takes the values and returns as many, of the same shapes and dtypes.
        values: a tuple.
        maximum: the most rounds; None sets no limit.
    """

    def go_on(carry: Any) -> Any:
        return condition(*carry)

    def step(carry: Any, _: Any) -> Any:
        return tuple(body(*carry)), None

    return _loop("The body of while_loop", step, tuple(values), None, go_on, maximum)[0]


def scan(body: Callable[..., Any], carry: Any, xs: Any, length: int | None) -> tuple[Any, Any]:
    """Return the last carry and the stacked results of `body(carry, x)` over xs's rows."""
    rows = [] if xs is None else tree.flatten(xs)
    return _loop("The function given to scan", body, carry, xs, None, _rounds(rows, length))


def _rounds(rows: list[Any], length: int | None) -> int:
    return int(rows[0].shape[0]) if rows else length or 0


def _loop(
    what: str, step: Any, carry: Any, xs: Any, condition: Any, length: int | None
) -> tuple[Any, Any]:
    """Trace `step(carry, x)` and make a loop of it."""
    outer = scopes.state
    first = leaves(carry)
    rows = [] if xs is None else leaves(xs)
    assigned: list[Any] = []
    while True:  # until it is known which variables a round assigns: they are carried as well
        traced = _Round(what, step, carry, first, xs, rows, assigned)
        new = [v for v in traced.recorder.values if v not in assigned]
        if not new:
            break
        assigned = assigned + new
    test = traced.condition(condition) if condition is not None else None
    begin = [x for x in first if x is not None] + [outer.read(v) for v in assigned]
    body = traced.recorder.graph(traced.outputs)
    bundle = loop(
        *begin, *rows, *traced.captures.tensors,
        body=body, condition=None if test is None else test[0].graph(test[1]), length=length,
        carried=len(begin), rows=len(rows), keep=mode.recording,
    )  # fmt: skip
    specs = body.specs
    stacked = [Spec((length or 0, *s.shape), s.dtype) for s in specs[len(begin) :]]
    values = parts(bundle, [*specs[: len(begin)], *stacked])
    last = [None if x is None else values.pop(0) for x in first]
    for variable in assigned:
        outer.assign(variable, values.pop(0))
    results = [None if x is None else values.pop(0) for x in traced.results]
    return pack(carry, last), pack(traced.structure, results)


class _Round:
    """One round of a loop, traced.

    Attributes:
        outputs: the nodes of what is carried on and of the results.
        structure, results: what the function returned beside the carry, and its leaves.
    """

    def __init__(
        self, what: str, step: Any, carry: Any, first: list[Any], xs: Any, rows: list[Any],
        assigned: list[Any],
    ) -> None:  # fmt: skip
        self.captures = Captures()
        self.carry, self.first, self.assigned = carry, first, assigned
        self.recorder = recorder = SubTrace(self.captures)
        with recorder.active():
            values = self._begin(recorder)
            x = None
            if rows:
                x = pack(xs, [recorder.placeholder(Spec(r.shape[1:], r.dtype)) for r in rows])
            returned = step(values, x)
            if not isinstance(returned, tuple) or len(returned) != 2:
                raise TypeError(f"{what} must return a pair: the carry and the round's result.")
            new = keep_specs(what, leaves(returned[0]), first)
            self.structure, self.results = returned[1], leaves(returned[1])
            tensors = [x for x in new if x is not None]
            tensors += [recorder.read(v) for v in assigned]
            self.outputs = recorder.outputs(tensors + [x for x in self.results if x is not None])

    def _begin(self, recorder: SubTrace) -> Any:
        """Placeholders for the values carried, and the variables among them."""
        carried = [None if x is None else recorder.placeholder(x.spec) for x in self.first]
        for variable in self.assigned:
            spec = Spec(variable.shape, variable._dtype)
            Trace.assign(recorder, variable, recorder.placeholder(spec))
        return pack(self.carry, carried)

    def condition(self, function: Any) -> tuple[SubTrace, list[Any]]:
        """Trace the condition on the same values."""
        recorder = SubTrace(self.captures)
        with recorder.active():
            goes_on = as_tensor(function(self._begin(recorder)), "bool")
            return recorder, recorder.outputs([goes_on])
