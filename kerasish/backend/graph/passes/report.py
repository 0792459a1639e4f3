"""What each pass did to a graph, for people who want to see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from kerasish.backend.graph.graph import Graph
from kerasish.backend.graph.passes import stages


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """One pass over one graph. Its text is one line.

    Attributes:
        name: of the pass.
        before, after: the graph that went in and the one that came out.

    Example:
        >>> from kerasish.backend.graph.parse import parse
        >>> graph = parse("x: f32[4]\\na = exp x\\nb = exp x\\nc = add a b\\nreturn c")
        >>> print(*report(graph), sep="\\n")
        simplify: changed nothing
        fold_constants: changed nothing
        merge_equal: 4 → 3 nodes (− 1 exp)
    """

    name: str
    before: Graph
    after: Graph

    @property
    def changed(self) -> bool:
        """Whether the pass gave back anything but the very nodes it was given."""
        return self.before.targets != self.after.targets

    @property
    def removed(self) -> Counter[str]:
        """How many fewer nodes there are now, by the primitive's name."""
        return count(self.before) - count(self.after)

    @property
    def added(self) -> Counter[str]:
        """How many more nodes there are now, by the primitive's name."""
        return count(self.after) - count(self.before)

    def __str__(self) -> str:
        if not self.changed:
            return f"{self.name}: changed nothing"
        before, after = len(self.before.nodes()), len(self.after.nodes())
        changes = [f"− {n} {name}" for name, n in self.removed.most_common()]
        changes += [f"+ {n} {name}" for name, n in self.added.most_common()]
        if not changes:
            return f"{self.name}: {after} nodes, other inputs for some"
        return f"{self.name}: {before} → {after} nodes ({', '.join(changes)})"

    def __repr__(self) -> str:
        return f"<Step {self}>"


def count(graph: Graph) -> Counter[str]:
    """Return how many nodes a graph has, by the primitive's name."""
    return Counter(node.primitive.name for node in graph.nodes())


def report(graph: Graph, without: Iterable[str] = ()) -> list[Step]:
    """Run the passes as `optimise` does, and keep what went into each and what came out.

    What a function computes and never uses is not in the traced graph either; so no step
    tells of it.
    """
    steps = []
    for name, after in stages(graph, without):
        steps.append(Step(name, graph, after))
        graph = after
    return steps
