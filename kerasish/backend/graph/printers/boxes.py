"""A graph as boxes and arrows: what a picture of it shows, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from kerasish.backend.graph.graph import Graph, Node
from kerasish.backend.graph.printers.text import count_nodes, graphs_inside, path, visible
from kerasish.primitives import state
from kerasish.primitives.primitive import Primitive

LONGEST = 30  # characters of a line in a box; what is longer ends in …


@dataclass(frozen=True, slots=True)
class Kind:
    """What a box stands for, and its colour."""

    name: str
    colour: str


FED = Kind("placeholder", "#cfe3f7")
CONSTANT = Kind("constant", "#e4e4e4")
VARIABLE = Kind("variable", "#fde2b5")
COMPUTED = Kind("computed", "#ffffff")
HOLDS_GRAPHS = Kind("holds graphs", "#e3d6f3")
OUTPUT = Kind("output", "#cdeccb")
UPDATE = Kind("update", "#f8cfcb")
KINDS = (FED, CONSTANT, VARIABLE, COMPUTED, HOLDS_GRAPHS, OUTPUT, UPDATE)

_SOURCES: dict[Primitive, Kind] = {
    state.placeholder: FED,
    state.constant: CONSTANT,
    state.read: VARIABLE,
}


@dataclass(frozen=True, slots=True)
class Box:
    """A node, an output or an update: its text, line by line, and what kind it is."""

    lines: tuple[str, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Chart:
    """Boxes, each after those it is made from, and arrows between them.

    Attributes:
        boxes: one per node, then one per output, then one per update.
        arrows: pairs of places in `boxes`; one per input of a node, so a pair may come twice.
    """

    boxes: tuple[Box, ...]
    arrows: tuple[tuple[int, int], ...]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of boxes that there are."""
        present = {box.kind for box in self.boxes}
        return tuple(kind for kind in KINDS if kind in present)


def chart(graph: Graph) -> Chart:
    """Return a graph as boxes and arrows; the names are those of its text form.

    Example:
        >>> from kerasish.backend.graph.parse import parse
        >>> found = chart(parse("x: f32[4]\\na = exp x\\nreturn a"))
        >>> for box in found.boxes:
        ...     print(box.kind.name, *box.lines, sep=" | ")
        placeholder | x0 | f32[4]
        computed | v0 = exp x0 | f32[4]
        output | output 0 = v0
        >>> found.arrows
        ((0, 1), (1, 2))
    """
    names = graph.names()
    nodes = graph.nodes()
    place = {node: i for i, node in enumerate(nodes)}
    boxes = [_box(node, names) for node in nodes]
    arrows = [(place[child], place[node]) for node in nodes for child in node.inputs]
    ends = [(f"output {i} = {names[n]}", OUTPUT, n) for i, n in enumerate(graph.outputs)]
    ends += [(f"assign {_cut(path(v))} = {names[n]}", UPDATE, n) for v, n in graph.updates]
    for text, kind, node in ends:
        arrows.append((place[node], len(boxes)))
        boxes.append(Box((text,), kind))
    return Chart(tuple(boxes), tuple(arrows))


def _box(node: Node, names: dict[Node, str]) -> Box:
    name, spec = names[node], str(node.spec)
    kind = _SOURCES.get(node.primitive, COMPUTED)
    if kind is FED:
        return Box((name, spec), kind)
    if kind is VARIABLE:
        return Box((f"{name} = read {_cut(path(node.params['variable']))}", spec), kind)
    if kind is CONSTANT:
        return Box((_cut(f"{name} = constant {_value(node)}"), spec), kind)
    inner = graphs_inside(node)
    lines = [" ".join([name, "=", node.primitive.name, *(names[child] for child in node.inputs)])]
    lines += [f"{key}={{{count_nodes(part)}}}" for key, part in inner.items()]
    rest = [f"{key}={value!r}" for key, value in node.params.items() if key not in inner]
    lines.append(visible(" ".join(text.replace(" ", "") for text in rest)))
    lines.append(spec)
    return Box(tuple(_cut(text) for text in lines if text), HOLDS_GRAPHS if inner else kind)


def _value(node: Node) -> str:
    """A constant's value if it is short: in a picture six digits tell enough."""
    array = node.params["array"]
    if array.size > 4:
        return "..."
    if array.size == 1 and node.dtype.startswith(("float", "bfloat")):
        return f"{float(array.reshape(())):.6g}"
    return str(array.tolist())


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
