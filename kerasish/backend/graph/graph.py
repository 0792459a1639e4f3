"""Node and Graph: plain immutable data, with a text form that a person can read.

```
x, y: f32[4]
w = read weights/kernel: f32[4]
a = multiply x w
b = sum a axes=(0,) keepdims=False
assign weights/kernel = a
return b
```
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from kerasish._names import current_path
from kerasish.arrays.spec import Spec
from kerasish.primitives import state
from kerasish.primitives.primitive import Primitive


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True, repr=False)
class Node:
    """One application in a graph.

    Attributes:
        primitive: what is applied.
        inputs: the nodes it is applied to.
        params: its static parameters.
        shape, dtype: of what comes out.
        order: nodes made later have larger numbers; so in a trace this is the program's order.
        layer: the path of the layer that was being called when the node was made; else empty.
    """

    primitive: Primitive
    inputs: tuple[Node, ...]
    params: dict[str, Any]
    shape: tuple[int, ...]
    dtype: str
    order: int = field(default_factory=itertools.count().__next__)
    layer: str = field(default_factory=current_path)

    @property
    def spec(self) -> Spec:
        """Shape and dtype of what comes out."""
        return Spec(self.shape, self.dtype)

    def __repr__(self) -> str:  # not of its inputs: what they share would be written out again
        return f"<Node {self.primitive}: {self.spec}>"

    def with_inputs(self, inputs: tuple[Node, ...]) -> Node:
        """Return the same application of other nodes, in its place in the program."""
        if all(a is b for a, b in zip(inputs, self.inputs, strict=True)):
            return self
        return replace(self, inputs=inputs)


def make_node(primitive: Primitive, *inputs: Node, **params: Any) -> Node:
    """Return a node whose shape and dtype the primitive infers."""
    spec = primitive.infer(*(node.spec for node in inputs), **params)
    return Node(primitive, inputs, params, spec.shape, spec.dtype)


@dataclass(frozen=True, slots=True, repr=False)
class Graph:
    """What is fed, what is asked for, and what is assigned; only that runs.

    Attributes:
        inputs: the placeholders, in the order they are fed.
        outputs: the nodes whose values are wanted.
        updates: pairs of a variable and the node that becomes its value after the run.
        names: names for the text form, by node; others are numbered.
    """

    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]
    updates: tuple[tuple[Any, Node], ...] = ()

    @property
    def targets(self) -> tuple[Node, ...]:
        """Everything that must be computed."""
        return self.outputs + tuple(node for _, node in self.updates)

    def nodes(self) -> list[Node]:
        """Return the inputs and all nodes behind the targets, each after its inputs."""
        order: list[Node] = []
        done: set[Node] = set()
        todo: list[tuple[Node, bool]] = [(n, False) for n in reversed(self.inputs + self.targets)]
        while todo:
            node, ready = todo.pop()
            if ready:
                order.append(node)
            elif node not in done:
                done.add(node)
                todo.append((node, True))
                todo.extend((child, False) for child in reversed(node.inputs) if child not in done)
        return list(dict.fromkeys(order))

    def rewrite(self, change: Callable[[Node], Node]) -> Graph:
        """Return the graph with `change` applied to every node, its inputs rewritten before."""
        new: dict[Node, Node] = {}
        for node in self.nodes():
            new[node] = change(node.with_inputs(tuple(new[child] for child in node.inputs)))
        return Graph(
            tuple(new[n] for n in self.inputs),
            tuple(new[n] for n in self.outputs),
            tuple((variable, new[n]) for variable, n in self.updates),
        )

    def names(self) -> dict[Node, str]:
        """Return a short name for every node: x0, x1 for inputs, c0 for constants, v0 …"""
        counts: dict[str, int] = {}
        names = {}
        for node in self.nodes():
            letter = _LETTERS.get(node.primitive, "v")
            names[node] = f"{letter}{counts.setdefault(letter, 0)}"
            counts[letter] += 1
        return names

    def __repr__(self) -> str:
        return f"<Graph\n{self}\n>"

    def __str__(self) -> str:
        names = self.names()
        lines = [line(node, names) for node in self.nodes()]
        lines += [f"assign {_path(v)} = {names[node]}" for v, node in self.updates]
        lines.append("return " + " ".join(names[node] for node in self.outputs))
        return "\n".join(lines)


_LETTERS: dict[Primitive, str] = {state.placeholder: "x", state.constant: "c", state.read: "w"}


def line(node: Node, names: dict[Node, str]) -> str:
    """Return a node as a line of text."""
    name = names[node]
    if node.primitive is state.placeholder:
        return f"{name}: {node.spec}"
    if node.primitive is state.read:
        return f"{name} = read {_path(node.params['variable'])}: {node.spec}"
    if node.primitive is state.constant:
        array = node.params["array"]
        text = str(array.tolist()) if array.size <= 8 else "..."
        return f"{name} = constant {text}: {node.spec}"
    parts = [name, "=", node.primitive.name, *(names[child] for child in node.inputs)]
    parts += [f"{key}={_compact(value)}" for key, value in node.params.items()]
    return " ".join(parts)


def _compact(value: Any) -> str:
    return repr(value).replace(" ", "")


def _path(variable: Any) -> str:
    return getattr(variable, "path", None) or str(variable)


def layer_of(node: Node) -> str | None:
    """Return the path of the layer that a node belongs to, or of the nearest one behind it."""
    todo, seen = [node], {node}
    for found in todo:
        if found.layer:
            return found.layer
        for child in found.inputs:
            if child not in seen:
                seen.add(child)
                todo.append(child)
    return None


def used_by(nodes: Iterable[Node]) -> dict[Node, list[Node]]:
    """Return for each node those that take it as an input."""
    users: dict[Node, list[Node]] = {}
    for node in nodes:
        users.setdefault(node, [])
        for child in node.inputs:
            users.setdefault(child, []).append(node)
    return users
