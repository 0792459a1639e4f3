"""The gradient of a loop: its rounds run backwards, each computed again from what it was given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from kerasish.arrays.dtype import is_differentiable
from kerasish.arrays.spec import Spec
from kerasish.backend.graph.control.bundle import BUNDLE, Bundle, Control, SubGraph, parts
from kerasish.backend.graph.control.gradient import gradient_graph
from kerasish.backend.reverse import collect
from kerasish.backend.scopes import concrete
from kerasish.backend.tensor import Tensor
from kerasish.errors import BackendError


def split(inputs: Sequence[Any], carried: int, rows: int) -> tuple[Any, Any, Any]:
    """Cut the inputs of a loop: what it carries, what it gets row by row, what it captures."""
    return inputs[:carried], inputs[carried : carried + rows], inputs[carried + rows :]


class RoundGradients:
    """Graphs for the way back through one round, one for each set of gradients that arrive.

    In the last round nothing arrives yet from later ones, in a tape as here; so the graphs
    differ, and are made when a run first needs them.

    Args:
        body: the graph of a round.
        wanted: the inputs of the body that gradients are wanted for.
    """

    def __init__(self, body: SubGraph, wanted: tuple[int, ...]) -> None:
        self.body = body
        self.wanted = wanted
        self._made: dict[Any, tuple[SubGraph, tuple[int, ...]]] = {}

    def __call__(
        self, inputs: Sequence[Any], seeds: dict[int, Any], sums: dict[int, Any]
    ) -> dict[int, Any]:
        """Return the gradients of the body's inputs, by position.

        Args:
            inputs: what the body was given.
            seeds: gradients at its outputs, by position.
            sums: gradients that arrived at its inputs already.
        """
        key = tuple(sorted(seeds)), tuple(sorted(sums))
        if key not in self._made:
            with concrete():
                graph, found = gradient_graph(self.body.traced, self.wanted, *key)
            self._made[key] = SubGraph(graph), found
        run, found = self._made[key]
        arrived = [seeds[i] for i in key[0]] + [sums[i] for i in key[1]]
        return dict(zip(found, run(*inputs, *arrived), strict=True))


class LoopGradient(Control):
    """The gradients of a loop's inputs.

    The inputs are the loop's bundle and its inputs, then the gradients at its parts, then what
    arrived already at what it captures.

    Attributes of an application (parameters):
        gradients: of a round.
        wanted: the loop's inputs that gradients are given for, by position.
        seeds: the parts at which gradients arrive.
        sums: the loop's inputs at which gradients arrived already.
        carried, rows: as for the loop.
    """

    def infer(
        self, *inputs: Spec, gradients: RoundGradients, wanted: tuple[int, ...],
        seeds: tuple[int, ...], sums: tuple[int, ...], carried: int, rows: int,
    ) -> Spec:  # fmt: skip
        return BUNDLE

    def forward(
        self, xp: Any, *inputs: Any, gradients: RoundGradients, wanted: tuple[int, ...],
        seeds: tuple[int, ...], sums: tuple[int, ...], carried: int, rows: int,
    ) -> Bundle:  # fmt: skip
        bundle, *rest = inputs
        count = len(rest) - len(seeds) - len(sums)
        own, arriving = rest[:count], rest[count:]
        _, xs, captured = split(own, carried, rows)
        arrived = dict(zip(seeds, arriving, strict=False))
        results = {i: g for i, g in arrived.items() if i >= carried}  # one row for each round
        flowing = {i: g for i, g in arrived.items() if i < carried}
        total = dict(zip(sums, arriving[len(seeds) :], strict=True))
        stacks = {i: xp.zeros_like(own[i]) for i in wanted if carried <= i < carried + rows}
        shared = _carried_results(gradients.body, carried)
        rounds = len(bundle.history)
        for number in reversed(range(rounds)):
            row = {i: g[number, ...] for i, g in results.items()}
            if number < rounds - 1:  # these arrived at the round before, being its own inputs
                row = {i: g for i, g in row.items() if i not in shared}
            if number > 0:
                early = {shared[i]: g[number - 1, ...] for i, g in results.items() if i in shared}
            else:
                early = {}
            found = gradients(
                [*bundle.history[number], *[x[number, ...] for x in xs], *captured],
                {**flowing, **row}, {**total, **early},
            )  # fmt: skip
            flowing = {i: g for i, g in found.items() if i < carried}
            total = {i: g for i, g in found.items() if i >= carried + rows}
            for i, stack in stacks.items():
                if i in found:
                    stack[number] = found[i]
        if rounds > 1:
            for stack in stacks.values():
                stack += 0.0  # a tape adds the other rounds' zeros: -0.0 becomes 0.0
        given = {**flowing, **stacks, **total}
        return Bundle(tuple(given[i] if i in given else xp.zeros_like(own[i]) for i in wanted))

    def walk_back(
        self, record: Any, gradients: dict[int, Tensor], arriving: dict[Any, Any]
    ) -> NoReturn:
        """Refuse.

        Raises:
            BackendError: always; gradients of a loop's gradients are not there.
        """
        raise BackendError(
            "The graph engine gives no second derivatives through a loop. Write the loop as "
            "Python's `for`, or scan(..., unroll=True), or use compile(run_eagerly=True)."
        )


def _carried_results(body: SubGraph, carried: int) -> dict[int, int]:
    """The results of a round that are carried on as well: part → the value carried."""
    outputs = body.traced.outputs
    places = {node: i for i, node in reversed(list(enumerate(outputs[:carried])))}
    return {i: places[node] for i, node in enumerate(outputs) if i >= carried and node in places}


loop_gradient = LoopGradient()


def walk_back(record: Any, gradients: dict[int, Tensor], arriving: dict[Any, Any]) -> None:
    """Take the gradients of a loop's parts back to its inputs.

    Args:
        record: of the loop.
        gradients: what arrived at its parts, by index.
        arriving: what arrived so far at every record; this adds to it.
    """
    inputs, params = record.saved, record.params
    carried, rows = params["carried"], params["rows"]
    wanted = tuple(i for i, x in enumerate(inputs) if x.record is not None)
    within = [i for i in range(carried) if is_differentiable(inputs[i].dtype)]
    first = {inputs[i].record: i for i in reversed(wanted) if i >= carried + rows}
    sums = tuple(sorted(i for owner, i in first.items() if owner in arriving))
    seeds = tuple(sorted(gradients))
    bundle = loop_gradient(
        Tensor(record.value), *inputs, *(gradients[i] for i in seeds),
        *(arriving.pop(inputs[i].record) for i in sums),
        gradients=RoundGradients(params["body"], tuple(sorted({*within, *wanted}))),
        wanted=wanted, seeds=seeds, sums=sums, carried=carried, rows=rows,
    )  # fmt: skip
    specs = [Spec(inputs[i].shape, inputs[i].dtype) for i in wanted]
    for i, gradient in zip(wanted, parts(bundle, specs), strict=True):
        collect(arriving, inputs[i].record, gradient)
