"""A graph as a picture, drawn by matplotlib, or as text for Graphviz, which needs no library.

matplotlib is used without pyplot, so no window is opened and no figure is left behind.
"""

from __future__ import annotations

import io
import pathlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kerasish.backend.graph.graph import Graph
from kerasish.backend.graph.passes.report import Step, report
from kerasish.backend.graph.printers.boxes import Box, Chart, chart
from kerasish.backend.graph.printers.layers import Layout, place
from kerasish.errors import BackendError, explain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 800  # boxes in one picture: 380 take 4 s (an Adam step of three layers, before and after)
PIXELS, SIDE = 60e6, 60_000  # of a PNG; what is larger is drawn with fewer dots
FORMATS = (".png", ".svg")

FONT = "DejaVu Sans Mono"  # comes with matplotlib
SIZE = 9.0  # of the letters, in points
ADVANCE, LINE = 0.603 * SIZE, 1.3 * SIZE  # of a letter, of a line
MARGIN, PADDING = 18.0, 7.0  # around a picture, within a box
TIP = 8.0  # of an arrow, straight down before its box
HEAD = 46.0  # for a title and the legend above a graph
INK, FAINT = "#222222", "#6b6b6b"


@dataclass(frozen=True, slots=True)
class Panel:
    """A graph with its title, laid out: one part of a picture."""

    title: str
    chart: Chart
    layout: Layout

    @property
    def width(self) -> float:
        """In points, with the title and the legend."""
        legend = sum(_legend_width(kind.name) for kind in self.chart.kinds)
        return max(self.layout.width, legend, len(self.title) * ADVANCE * 1.3)

    @property
    def height(self) -> float:
        """In points, with the title and the legend."""
        return HEAD + self.layout.height


def draw(graph: Graph, to_file: Any = None, title: str | None = None) -> Figure:
    """Draw a graph from top to bottom.

    Args:
        graph: what to draw; of at most 800 nodes, outputs and updates.
        to_file: where to save the picture: a path that ends in `.png` or `.svg`.
        title: what stands above; by default the number of nodes.

    Returns:
        matplotlib's figure.

    Raises:
        BackendError: when matplotlib is missing, the graph is too large, or the file is to be
            of another kind.
    """
    _check(graphs=[graph], to_file=to_file)
    return _save(_figure([([_panel(graph, title or _nodes(graph))], "")]), to_file)


def draw_both(before: Graph, after: Graph, to_file: Any = None) -> Figure:
    """Draw a graph before and after the passes side by side, with what each pass did beneath.

    Args:
        before, after: as traced, and as `optimise` gave it back.
        to_file: as for `draw`.

    Returns:
        matplotlib's figure.

    Raises:
        BackendError: as for `draw`.
    """
    return draw_pairs([(before, after, report(before))], to_file)


def draw_pairs(pairs: Sequence[tuple[Graph, Graph, Sequence[Step]]], to_file: Any = None) -> Figure:
    """Draw graphs before and after the passes, a row for each pair.

    Args:
        pairs: a graph before, the same after, and the steps between them.
        to_file: as for `draw`.

    Returns:
        matplotlib's figure.

    Raises:
        BackendError: as for `draw`.
    """
    _check(graphs=[graph for pair in pairs for graph in pair[:2]], to_file=to_file)
    rows = []
    for before, after, steps in pairs:
        panels = [
            _panel(before, f"before the passes: {_nodes(before)}"),
            _panel(after, f"after the passes: {_nodes(after)}"),
        ]
        rows.append((panels, "\n".join(map(str, steps))))
    return _save(_figure(rows), to_file)


def to_png(figure: Figure) -> bytes:
    """Return a figure as the bytes of a PNG file."""
    stream = io.BytesIO()
    _write(figure, stream, "png")
    return stream.getvalue()


def can_draw() -> bool:
    """Whether matplotlib is there."""
    try:
        import matplotlib  # noqa: F401 - asked whether it is there
    except ImportError:
        return False
    return True


def to_dot(graph: Graph) -> str:
    """Return a graph in Graphviz's language, to be drawn by `dot -Tsvg`.

    Example:
        >>> from kerasish.backend.graph.parse import parse
        >>> print(to_dot(parse("x: f32[4]\\na = exp x\\nreturn a")))
        digraph {
          node [shape=box, style=filled, fontname=monospace];
          n0 [label="x0\\nf32[4]", fillcolor="#cfe3f7"];
          n1 [label="v0 = exp x0\\nf32[4]", fillcolor="#ffffff"];
          n2 [label="output 0 = v0", fillcolor="#cdeccb"];
          n0 -> n1;
          n1 -> n2;
        }
    """
    found = chart(graph)
    lines = ["digraph {", "  node [shape=box, style=filled, fontname=monospace];"]
    for i, box in enumerate(found.boxes):
        label = "\\n".join(_escape(line) for line in box.lines)
        lines.append(f'  n{i} [label="{label}", fillcolor="{box.kind.colour}"];')
    lines += [f"  n{start} -> n{end};" for start, end in found.arrows]
    return "\n".join([*lines, "}"])


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _nodes(graph: Graph) -> str:
    number = len(graph.nodes())
    return f"{number} node" if number == 1 else f"{number} nodes"


# What is asked for, checked before any work.


def _check(graphs: Sequence[Graph], to_file: Any) -> None:
    if not can_draw():
        raise BackendError("Drawing a graph needs matplotlib: pip install 'kerasish[draw]'.")
    if to_file is not None and pathlib.Path(to_file).suffix.lower() not in FORMATS:
        raise BackendError(
            explain("A picture is of another kind", expected=".png or .svg", to_file=str(to_file))
        )
    number = sum(len(graph.nodes()) + len(graph.targets) for graph in graphs)
    if number > MOST:
        raise BackendError(
            explain(
                "There is too much for a picture that could be read",
                expected=f"at most {MOST} nodes, outputs and updates",
                advice="Write printers.drawing.to_dot(graph) to a file and let Graphviz try.",
                number=number,
            )
        )


def _save(figure: Figure, to_file: Any) -> Figure:
    if to_file is not None:
        to_file = pathlib.Path(to_file)
        _write(figure, to_file, to_file.suffix[1:].lower())
    return figure


def _write(figure: Figure, target: Any, kind: str) -> None:
    import matplotlib

    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "kerasish"}):
        metadata = {"Date": None} if kind == "svg" else None  # equal graphs, equal files
        figure.savefig(target, format=kind, dpi="figure", metadata=metadata)


# Drawing, in points from the upper left corner.


def _panel(graph: Graph, title: str) -> Panel:
    found = chart(graph)
    return Panel(title, found, place([_size(box) for box in found.boxes], found.arrows))


def _size(box: Box) -> tuple[float, float]:
    width = max(map(len, box.lines)) * ADVANCE
    return width + 2 * PADDING, len(box.lines) * LINE + 1.4 * PADDING


def _figure(rows: Sequence[tuple[Sequence[Panel], str]]) -> Figure:
    """Draw rows of panels, each row with a text beneath it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    width = height = MARGIN
    texts = [text.splitlines() for _, text in rows]
    for (panels, _), lines in zip(rows, texts, strict=True):
        widest = max([len(line) * ADVANCE * 1.1 for line in lines], default=0.0)
        width = max(width, sum(p.width + 2 * MARGIN for p in panels), widest + 2 * MARGIN)
        height += max(p.height for p in panels) + (len(lines) + 1) * LINE * 1.2 + MARGIN
    size = width / 72, height / 72
    dpi = min(120.0, SIDE / max(size), (PIXELS / (size[0] * size[1])) ** 0.5)
    figure = Figure(figsize=size, dpi=dpi, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    y = MARGIN
    for (panels, _), lines in zip(rows, texts, strict=True):
        x = MARGIN
        for panel in panels:
            _draw_panel(axes, panel, x, y)
            x += panel.width + 2 * MARGIN
        y += max(p.height for p in panels) + LINE * 1.2
        for line in lines:
            _write_text(axes, MARGIN, y + LINE / 2, line, size=SIZE * 1.1)
            y += LINE * 1.2
        y += MARGIN
    return figure


def _write_text(axes: Axes, x: float, y: float, text: str, **how: Any) -> None:
    how = {"size": SIZE, "color": INK, "va": "center", "ha": "left", **how}
    axes.text(x, y, text, family=FONT, parse_math=False, usetex=False, **how)


def _draw_panel(axes: Axes, panel: Panel, x: float, y: float) -> None:
    _write_text(axes, x, y + LINE / 2, panel.title, size=SIZE * 1.3)
    _draw_legend(axes, panel.chart, x, y + LINE * 2)
    left = x + (panel.width - panel.layout.width) / 2
    _draw_arrows(axes, panel, left, y + HEAD)
    for box, centre in zip(panel.chart.boxes, panel.layout.centres, strict=True):
        _draw_box(axes, box, left + centre[0], y + HEAD + centre[1])


def _draw_legend(axes: Axes, found: Chart, x: float, y: float) -> None:
    from matplotlib.patches import Rectangle

    for kind in found.kinds:
        axes.add_patch(
            Rectangle((x, y), 10, 10, facecolor=kind.colour, edgecolor=FAINT, linewidth=0.7)
        )
        _write_text(axes, x + 14, y + 5, kind.name, color=FAINT)
        x += _legend_width(kind.name)


def _legend_width(name: str) -> float:
    return 30 + len(name) * ADVANCE


def _draw_box(axes: Axes, box: Box, x: float, y: float) -> None:
    from matplotlib.patches import FancyBboxPatch

    width, height = _size(box)
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=4",
            facecolor=box.kind.colour,
            edgecolor=FAINT,
            linewidth=0.9,
            zorder=3,
        )
    )
    top = y - (len(box.lines) - 1) * LINE / 2
    for i, line in enumerate(box.lines):
        colour = INK if i == 0 else FAINT
        _write_text(axes, x, top + i * LINE, line, ha="center", color=colour, zorder=4)


def _draw_arrows(axes: Axes, panel: Panel, left: float, top: float) -> None:
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    for points in arrow_lines(panel):
        moved = [(left + x, top + y) for x, y in points]
        codes = [Path.MOVETO]
        vertices = [moved[0]]
        for i, (start, end) in enumerate(pairwise(moved)):
            if i % 2:  # a turn between layers
                middle = (start[1] + end[1]) / 2
                vertices += [(start[0], middle), (end[0], middle), end]
                codes += [Path.CURVE4] * 3
            else:  # straight down through a layer
                vertices.append(end)
                codes.append(Path.LINETO)
        axes.add_patch(
            FancyArrowPatch(
                path=Path(vertices, codes),
                arrowstyle="-|>",
                mutation_scale=8,
                color=FAINT,
                linewidth=0.9,
                shrinkA=0,
                shrinkB=0,
                zorder=2,
            )
        )


def arrow_lines(panel: Panel) -> list[list[tuple[float, float]]]:
    """Return the corners of each arrow: down through a layer, across to the next, and so on.

    Arrows that end at one box end side by side, in the order in which they come.
    """
    layout, boxes = panel.layout, panel.chart.boxes
    coming: dict[int, list[tuple[float, int]]] = {}
    for (start, end), bends in layout.bends.items():
        x = bends[-1][0] if bends else layout.centres[start][0]
        coming.setdefault(end, []).append((x, start))
    found = []
    for (start, end), bends in layout.bends.items():
        order = sorted(coming[end])
        x, y = layout.centres[end]
        width, height = _size(boxes[end])
        room = (width - 4 * PADDING) / len(order)
        place_ = next(i for i, (_, origin) in enumerate(order) if origin == start)
        x += (place_ - (len(order) - 1) / 2) * min(room, 30.0)
        from_x, from_y = layout.centres[start]
        corners = [(from_x, from_y + _size(boxes[start])[1] / 2)]
        corners.append((from_x, layout.bottoms[layout.layers[start]]))
        for bend, upper, lower in bends:
            corners += [(bend, upper), (bend, lower)]
        corners += [(x, layout.tops[layout.layers[end]] - TIP), (x, y - height / 2)]
        found.append(corners)
    return found
