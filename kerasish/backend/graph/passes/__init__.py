"""The passes, in the order they run. Each is a pure function Graph → Graph that keeps every bit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kerasish.backend.graph.graph import Graph
from kerasish.backend.graph.passes.fold_constants import fold_constants
from kerasish.backend.graph.passes.merge_equal import merge_equal
from kerasish.backend.graph.passes.simplify import simplify

ORDER = (simplify, fold_constants, merge_equal)


def stages(graph: Graph, without: Iterable[str] = ()) -> Iterator[tuple[str, Graph]]:
    """Run the passes in their order; yield the name of each and the graph after it."""
    skipped = set(without)
    for optimise_once in ORDER:
        if optimise_once.__name__ not in skipped:
            graph = optimise_once(graph)
            yield optimise_once.__name__, graph


def optimise(graph: Graph, without: Iterable[str] = ()) -> Graph:
    """Run all passes but those named in `without`.

    What no target needs is pruned by the graph itself: it lists only what lies behind them.
    """
    for _, after in stages(graph, without):
        graph = after
    return graph
