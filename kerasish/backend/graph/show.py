"""Look at a graph: as traced, what each pass did to it, as optimised, and how it will run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kerasish.backend.graph.graph import Graph
from kerasish.backend.graph.passes.report import Step, report
from kerasish.backend.graph.plan.blocks import Group
from kerasish.backend.graph.plan.buffers import make_plan
from kerasish.backend.graph.plan.plan import Plan
from kerasish.backend.graph.printers import drawing
from kerasish.backend.graph.printers.text import count_nodes, show_text
from kerasish.errors import BackendError, explain


@dataclass(frozen=True, slots=True, repr=False)
class View:
    """One graph on its way to a program.

    Attributes:
        traced: as it was written down.
        steps: what each pass did.
        graph: after the passes.
        plan: how it runs.
    """

    traced: Graph
    steps: tuple[Step, ...]
    graph: Graph
    plan: Plan

    def __str__(self) -> str:
        same = "the same" if self.traced.targets == self.graph.targets else show_text(self.graph)
        return "\n\n".join(
            [
                f"traced: {count_nodes(self.traced)}\n{show_text(self.traced)}",
                "\n".join(["passes", *map(str, self.steps)]),
                f"after the passes: {count_nodes(self.graph)}\n{same}",
                describe(self.plan),
            ]
        )


class Shown:
    """What `show` printed; `str` gives the text again, and a notebook shows the picture.

    Attributes:
        views: one per graph.
        text: what was printed.
    """

    def __init__(self, views: Sequence[View]) -> None:
        self.views = tuple(views)
        parts = [str(view) for view in views]
        if len(parts) > 1:
            titles = [_title(view, i, len(parts)) for i, view in enumerate(views, 1)]
            parts = [f"{title}\n\n{part}" for title, part in zip(titles, parts, strict=True)]
        self.text = "\n\n\n".join(parts)

    def draw(self, to_file: Any = None) -> Any:
        """Draw every graph before and after the passes; return matplotlib's figure."""
        return drawing.draw_pairs([(v.traced, v.graph, v.steps) for v in self.views], to_file)

    def _repr_png_(self) -> bytes | None:
        """The picture for a notebook; none without matplotlib, or of what is too large."""
        try:
            return drawing.to_png(self.draw())
        except BackendError:
            return None

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        sizes = [f"{len(v.traced.nodes())} → {count_nodes(v.graph)}" for v in self.views]
        return f"<Shown {'; '.join(sizes)}>"


def show(target: Any, to_file: Any = None) -> Shown:
    """Print a graph as traced, what each pass did, the graph after them, and the plan's facts.

    Args:
        target: what the graph backend's `function` gave back, after it was called; a
            `Specialisation` of it; or a `Graph`.
        to_file: where to draw it, too: a path that ends in `.png` or `.svg`. This needs
            matplotlib.

    Returns:
        What was printed, which a notebook shows as a picture.

    Raises:
        BackendError: when nothing was traced yet, or a picture is asked for that cannot be drawn.
        TypeError: for anything else as `target`.

    Example:
        >>> from kerasish import ops
        >>> from kerasish.arrays.spec import Spec
        >>> from kerasish.backend.graph.trace import trace
        >>> show(trace(lambda x: ops.exp(x) * ops.exp(x), Spec((2,), "float32")))
        traced: 4 nodes
        x0: f32[2]
        v0 = exp x0
        v1 = exp x0
        v2 = multiply v0 v1
        return v2
        <BLANKLINE>
        passes
        simplify: changed nothing
        fold_constants: changed nothing
        merge_equal: 4 → 3 nodes (− 1 exp)
        <BLANKLINE>
        after the passes: 3 nodes
        x0: f32[2]
        v0 = exp x0
        v1 = multiply v0 v0
        return v1
        <BLANKLINE>
        plan: 2 steps; 64 bytes of memory
        <Shown 4 → 3 nodes>
    """
    shown = Shown(_views(target))
    if to_file is not None:
        shown.draw(to_file)
    print(shown)  # noqa: T201 - printing is what `show` is for
    return shown


def describe(plan: Plan) -> str:
    """Return a plan's facts in one line: steps, memory, and updates made in place."""
    steps = sum(len(s.steps) if isinstance(s, Group) else 1 for s in plan.steps)
    groups = sum(isinstance(s, Group) for s in plan.steps)
    facts = [f"plan: {steps} step{'' if steps == 1 else 's'}"]
    if groups:
        facts[0] += f", some of them block by block ({groups} {'run' if groups == 1 else 'runs'})"
    facts.append(f"{plan.memory:,} bytes of memory")
    if plan.graph.updates:
        updates = len(plan.graph.updates)
        facts.append(f"{updates - len(plan.copies)} of {updates} updates made in place")
    return "; ".join(facts)


def _views(target: Any) -> list[View]:
    if isinstance(target, Graph):
        steps = tuple(report(target))
        graph = steps[-1].after if steps else target
        return [View(target, steps, graph, make_plan(graph))]
    if hasattr(target, "traced"):  # a Specialisation
        steps = tuple(report(target.traced))
        return [View(target.traced, steps, target.graph, target.program.plan)]
    if not hasattr(target, "specialisations"):
        raise TypeError(
            explain(
                "There is no graph to show",
                expected="a function of the graph backend, a Specialisation or a Graph",
                target=target,
            )
        )
    if not target.specialisations:
        raise BackendError(
            explain(
                "There is no graph yet",
                advice="Call the function once; it is traced at its first call.",
                function=getattr(target.function, "__name__", target.function),
            )
        )
    return [view for s in target.specialisations.values() for view in _views(s)]


def _title(view: View, number: int, of: int) -> str:
    specs = ", ".join(str(node.spec) for node in view.traced.inputs) or "nothing"
    return f"specialisation {number} of {of}: of {specs}"
