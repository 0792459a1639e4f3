"""gradients: the derivative of a part of a graph, as a part of the graph."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.backend.reverse import gradients as walk_back
from kerasish.errors import explain
from kerasish.graph.tensor import GraphTensor, Part, behind


class Gradients(GraphTensor):
    """The gradients of targets with respect to sources, as a list.

    Attributes:
        sources: with respect to what.
    """

    def __init__(self, targets: list[GraphTensor], sources: list[GraphTensor], seeds: Any) -> None:
        super().__init__(None, (targets, sources, seeds), None, None, None, "gradients")
        self.sources = sources

    def compute(self, evaluation: Any) -> list[Any]:
        """Walk back from the targets; where nothing arrives after all there are zeros."""
        targets, sources, seeds = evaluation.values(self.args)
        found = walk_back(targets, sources, seeds, release=False, create_graph=True)
        return [ops.zeros_like(s) if g is None else g for g, s in zip(found, sources, strict=True)]


def gradients(ys: Any, xs: Any, grad_ys: Any = None) -> list[Any]:
    """Return the gradients of a graph tensor, or of the sum of several.

    Args:
        ys: what to differentiate.
        xs: variables, placeholders or anything between them and `ys`.
        grad_ys: what arrives at each of `ys`; ones by default.

    Returns:
        A list with a graph tensor for each of `xs`, None where `ys` do not depend on it.

    Example:
        >>> from kerasish import graph
        >>> x = graph.placeholder(graph.float32, shape=())
        >>> (slope,) = graph.gradients(x * x, [x])
        >>> with graph.Session() as session:
        ...     float(session.run(slope, {x: 3.0}))
        6.0
    """
    targets, sources = _list(ys), _list(xs)
    for x in [*targets, *sources]:
        if not isinstance(x, GraphTensor):
            raise TypeError(explain("gradients takes graph tensors", input=x))
    known = set(behind(targets))
    reached = [x for x in sources if x in known]
    seeds = None if grad_ys is None else _list(grad_ys)
    if not reached:
        return [None] * len(sources)
    whole = Gradients(targets, reached, seeds)
    places = {x: i for i, x in enumerate(reached)}
    return [Part(whole, places[x], x.shape, x.dtype) if x in places else None for x in sources]


def _list(x: Any) -> list[Any]:
    return list(x) if isinstance(x, (list, tuple)) else [x]
