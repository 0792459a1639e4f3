"""The text form of a graph, read back: tests of passes are text in, text out."""

from __future__ import annotations

import ast
import importlib
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerasish.arrays.spec import Spec
from kerasish.backend.graph.graph import Graph, Node, make_node
from kerasish.primitives import state
from kerasish.primitives.primitive import Primitive

_FAMILIES = (
    "arithmetic", "casting", "comparison", "cumulative", "distributions", "indexing", "movement",
    "products", "random", "reduction", "sorting", "special", "transcendental",
)  # fmt: skip
_LETTERS = {"f": "float", "bf": "bfloat", "i": "int", "u": "uint", "c": "complex", "bool": "bool"}


@dataclass(frozen=True)
class NamedVariable:
    """A variable that a parsed graph reads: only its name, shape and dtype."""

    path: str
    shape: tuple[int, ...]
    _dtype: str


def primitives_by_name() -> dict[str, Primitive]:
    """Return every primitive under the name it has in a graph's text."""
    found: dict[str, Primitive] = {}
    for family in _FAMILIES:
        module = importlib.import_module(f"kerasish.primitives.{family}")
        for value in vars(module).values():
            if isinstance(value, Primitive):
                found[value.name] = value
    return found


def parse_spec(text: str) -> Spec:
    """Read `f32[2,3]`.

    Example:
        >>> parse_spec("f32[2,3]")
        Spec(shape=(2, 3), dtype='float32')
    """
    match = re.fullmatch(r"([a-z]+)(\d*)\[([\d,]*)\]", text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no spec; expected something like f32[2,3].")
    letters, digits, sizes = match.groups()
    return Spec(tuple(int(s) for s in sizes.split(",") if s), _LETTERS[letters] + digits)


def parse(text: str) -> Graph:
    """Read a graph's text form.

    Raises:
        ValueError: at the first line that is none, with its number.
    """
    reader = _Reader()
    for number, line in enumerate(text.strip().splitlines(), 1):
        if line.strip():
            try:
                reader.take(line.strip())
            except (KeyError, IndexError, SyntaxError, ValueError) as error:
                raise ValueError(f"line {number}, {line.strip()!r}: {error}") from error
    return Graph(tuple(reader.inputs), tuple(reader.outputs), tuple(reader.updates))


class _Reader:
    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.inputs: list[Node] = []
        self.outputs: list[Node] = []
        self.updates: list[tuple[Any, Node]] = []
        self.variables: dict[str, NamedVariable] = {}
        self.primitives = primitives_by_name()

    def take(self, line: str) -> None:
        words = line.split()
        if words[0] == "return":
            self.outputs += [self.nodes[word] for word in words[1:]]
        elif words[0] == "assign":
            node = self.nodes[words[3]]
            unread = NamedVariable(words[1], node.shape, node.dtype)
            self.updates.append((self.variables.setdefault(words[1], unread), node))
        elif "=" not in words:
            names, _, spec = line.partition(":")
            for name in names.split(","):
                node = make_node(state.placeholder, spec=parse_spec(spec))
                self.nodes[name.strip()] = node
                self.inputs.append(node)
        else:
            self.nodes[words[0]] = self._application(line.split("=", 1)[1].strip())

    def _application(self, text: str) -> Node:
        name, _, rest = text.partition(" ")
        if name == "read":
            path, _, spec = rest.rpartition(":")
            shape, dtype = parse_spec(spec).shape, parse_spec(spec).dtype
            variable = NamedVariable(path.strip(), shape, dtype)
            self.variables[path.strip()] = variable
            return make_node(state.read, variable=variable)
        if name == "constant":
            value, _, spec = rest.rpartition(":")
            wanted = parse_spec(spec)
            array = np.array(_numbers(value.strip()), dtype=wanted.dtype)
            return make_node(state.constant, array=array.reshape(wanted.shape))
        words = rest.split()
        inputs = [self.nodes[word] for word in words if "=" not in word]
        pairs = [word.split("=", 1) for word in words if "=" in word]
        params = {key: _literal(value) for key, value in pairs}
        return make_node(self.primitives[name], *inputs, **params)


def _numbers(text: str) -> Any:
    """Read numbers, `inf` and `nan` among them, which are no Python literals."""
    return ast.literal_eval(re.sub(r"\bnan\b", "None", re.sub(r"\binf\b", "1e999", text)))


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text) if "'" in text else _numbers(text)
    except (ValueError, SyntaxError):
        return text
