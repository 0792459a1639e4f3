"""A graph as text for people: one line a node, and beneath it the graphs that it holds."""

from __future__ import annotations

from typing import Any

from kerasish.backend.graph.graph import Graph, Node, line


def show_text(graph: Graph) -> str:
    """Return a graph's text form, with the graphs inside its nodes indented beneath them.

    For a graph without graphs inside this is `str(graph)`, but for characters that cannot be
    seen: a variable's name may come from a file, and what it says shall not steer a terminal.

    Example:
        >>> from kerasish.backend.graph.parse import parse
        >>> print(show_text(parse("x: f32[4]\\na = exp x\\nreturn a")))
        x0: f32[4]
        v0 = exp x0
        return v0
    """
    names = graph.names()
    lines = []
    for node in graph.nodes():
        inner = graphs_inside(node)
        if inner:
            node, names = _without(node, inner, names)
        sizes = [f"{key}={{{count_nodes(part)}}}" for key, part in inner.items()]
        lines.append(" ".join([visible(line(node, names)), *sizes]))
        for key, part in inner.items():
            lines.append(f"    {key}:")
            lines += [" " * 8 + text for text in show_text(part).splitlines()]
    lines += [f"assign {path(v)} = {names[node]}" for v, node in graph.updates]
    lines.append(" ".join(["return", *(names[node] for node in graph.outputs)]))
    return "\n".join(lines)


def graphs_inside(node: Node) -> dict[str, Graph]:
    """Return the graphs that a node's parameters hold, by the parameter's name."""
    found = {key: getattr(value, "graph", None) for key, value in node.params.items()}
    return {key: graph for key, graph in found.items() if isinstance(graph, Graph)}


def count_nodes(graph: Graph) -> str:
    """Return how many nodes there are, as text."""
    number = len(graph.nodes())
    return f"{number} node" if number == 1 else f"{number:,} nodes"


def path(variable: Any) -> str:
    """Return a variable's name, as one visible line."""
    return visible(getattr(variable, "path", None) or str(variable))


def visible(text: str) -> str:
    """Return the text with characters that cannot be seen written as Python writes them.

    Example:
        >>> print(visible("a\\nb"))
        a\\nb
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _without(
    node: Node, inner: dict[str, Graph], names: dict[Node, str]
) -> tuple[Node, dict[Node, str]]:
    """Return the node without the parameters that hold graphs, and the names with its own."""
    params = {key: value for key, value in node.params.items() if key not in inner}
    plain = Node(node.primitive, node.inputs, params, node.shape, node.dtype)
    return plain, {**names, plain: names[node]}
