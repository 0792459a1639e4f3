"""show: what a session will run, before and after the passes, as text and as a drawing."""

from __future__ import annotations

from typing import Any

from kerasish import tree
from kerasish.graph.session import Session
from kerasish.graph.tensor import GraphTensor


def show(target: Any, feed_dict: Any = None, to_file: Any = None) -> Any:
    """Print a graph as traced, what each pass did, the graph after them, and the plan's facts.

    Args:
        target: fetches, as for `Session.run`; or what the graph engine's `function` gave, after
            it was called.
        feed_dict: arrays whose shapes the graph is planned for; their values do not matter.
        to_file: where to draw it, too: a path that ends in `.png` or `.svg` (needs the extra
            `draw`).

    Returns:
        What was printed; a notebook shows it as a picture.

    Example:
        >>> from kerasish import graph
        >>> x = graph.placeholder(graph.float32, shape=(2,))
        >>> graph.show(graph.exp(x) * graph.exp(x), {x: [0.0, 0.0]})
        traced: 4 nodes
        ...
        merge_equal: 4 → 3 nodes (− 1 exp)
        ...
    """
    if any(isinstance(x, GraphTensor) for x in tree.flatten(target)):
        prepared = Session().prepare(target, feed_dict)
        target = prepared.function
        target.specialise(*prepared.arrays(feed_dict or {}))
    return target.show(to_file)
