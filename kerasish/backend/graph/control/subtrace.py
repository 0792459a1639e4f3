"""SubTrace: a function traced within a trace. What it takes from outside becomes an input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kerasish import tree
from kerasish.arrays.dtype import result_type
from kerasish.arrays.spec import Spec
from kerasish.backend.convert import as_tensor
from kerasish.backend.graph.control.bundle import SubGraph
from kerasish.backend.graph.graph import Graph, Node, make_node
from kerasish.backend.graph.plan.layout import in_rows, is_contiguous
from kerasish.backend.graph.trace import Trace
from kerasish.backend.scopes import is_abstract, scopes
from kerasish.backend.tensor import Tensor
from kerasish.errors import ShapeError
from kerasish.primitives import applier, state
from kerasish.primitives.casting import stop_gradient
from kerasish.tree.containers import is_nested


class Captures:
    """What functions take from outside, in the order in which they first asked for it.

    The functions of one control primitive share this, so that they have the same inputs.
    """

    def __init__(self) -> None:
        self.tensors: list[Tensor] = []
        self._index: dict[Any, int] = {}

    def index(self, tensor: Tensor) -> int:
        """Return the place of a tensor. One value with and without its record is two."""
        key = (tensor.value, tensor.record)
        if key not in self._index:
            self._index[key] = len(self.tensors)
            self.tensors.append(tensor)
        return self._index[key]


class SubTrace(Trace):
    """A graph in the making inside another one.

    Attributes:
        captures: what it took from outside so far, shared with its siblings.
        outer: who answers for variables outside: a trace, or a StatelessScope in one.
    """

    def __init__(self, captures: Captures) -> None:
        super().__init__(is_abstract())
        self.outer = scopes.state
        self._apply_outside = applier.state.apply
        self.captures = captures
        self._own: set[Node] = set()
        self._captured: dict[int, Node] = {}

    # Values from outside.

    def placeholder(self, spec: Spec) -> Tensor:
        """Return a tensor that stands for a value fed at each run."""
        tensor = super().placeholder(spec)
        self._own.add(tensor.value)
        return tensor

    def apply(self, primitive: Any, inputs: tuple[Any, ...], params: dict[str, Any]) -> Tensor:
        """Record one application."""
        output = super().apply(primitive, inputs, params)
        if isinstance(output.value, Node):
            self._own.add(output.value)
        return output

    def node(self, tensor: Tensor) -> Node:
        """Return the node of a tensor; one from outside becomes an input."""
        node = tensor.value
        if not isinstance(node, Node):
            node = super().node(tensor)
        elif node not in self._own:
            node = self._inside(tensor)
        self._own.add(node)
        return node

    def _inside(self, tensor: Tensor) -> Node:
        node: Node = tensor.value
        if node.primitive is state.constant:
            return node
        if node.primitive.is_view and not is_contiguous(node):
            # Its layout decides on the bits of products: the view is made again inside.
            record = None if tensor.record is None else tensor.record.parents[0]
            inner = self.node(Tensor(node.inputs[0], record))
            return make_node(node.primitive, inner, **node.params)
        index = self.captures.index(tensor)
        if index not in self._captured:
            self._captured[index] = make_node(state.placeholder, spec=node.spec)
        return self._captured[index]

    # Variables.

    def read(self, variable: Any) -> Tensor:
        """Return a variable's value: the one it has outside, or was assigned here."""
        here = (variable, variable.flat, *variable.members)
        if any(known in self.values for known in here):
            return super().read(variable)
        return self._before(variable)

    def _before(self, variable: Any) -> Tensor:
        if variable not in self._reads:
            with applier.applying(self._apply_outside):  # it may take a piece of a flat variable
                outside = self.outer.read(variable)
            node = self.node(outside)
            self._reads[variable] = self._as_leaf(variable, node)
        return self._reads[variable]

    def assign(self, variable: Any, tensor: Tensor) -> None:
        """Let later reads see another value, which no gradient passes, as everywhere."""
        super().assign(variable, stop_gradient(tensor))

    # The end.

    def outputs(self, tensors: Sequence[Tensor]) -> list[Node]:
        """Return the nodes of what leaves the graph."""
        return [in_rows(self.node(tensor)) for tensor in tensors]

    def graph(self, outputs: Sequence[Node]) -> SubGraph:
        """Return the graph; its inputs are the placeholders, then all that was captured.

        Call it after all that shares the captures has named its outputs.
        """
        captured = [
            self._captured.get(i) or make_node(state.placeholder, spec=tensor.spec)
            for i, tensor in enumerate(self.captures.tensors)
        ]
        return SubGraph(Graph((*self.inputs, *captured), tuple(outputs)))


# Structures of values.


def leaves(structure: Any) -> list[Any]:
    """Return what stands in a structure, as tensors; None stays."""
    return [None if x is None else as_tensor(x) for x in tree.flatten(structure)]


def pack(structure: Any, flat: list[Any]) -> Any:
    """Put values in the places of a structure's leaves."""
    return tree.pack_sequence_as(structure, flat) if is_nested(structure) else flat[0]


def keep_specs(what: str, values: Sequence[Any], like: Sequence[Any]) -> list[Any]:
    """Return the values if they have the shapes and dtypes that a loop began with.

    Raises:
        ShapeError: when there are more or fewer, or one has another shape or dtype.
    """
    if len(values) != len(like):
        raise ShapeError(
            f"{what} must return as many values as it is given",
            expected=f"{len(like)} values", got=len(values),
        )  # fmt: skip
    for i, (value, wanted) in enumerate(zip(values, like, strict=True)):
        if (value is None) != (wanted is None) or (value is not None and value.spec != wanted.spec):
            raise ShapeError(
                f"{what} must keep the shapes and dtypes of its values, since it is traced once "
                f"for all rounds; value {i} does not",
                expected=None if wanted is None else str(wanted.spec),
                got=None if value is None else str(value.spec),
            )
    return list(values)


def common_dtypes(what: str, first: Sequence[Any], second: Sequence[Any]) -> list[str | None]:
    """Return the dtypes in which two branches' results meet.

    Raises:
        ShapeError: when two of them differ in shape, or one is None.
    """
    found: list[str | None] = []
    for a, b in zip(first, second, strict=True):
        if (a is None) != (b is None) or (a is not None and a.shape != b.shape):
            raise ShapeError(
                f"{what}: both functions must return values of the same shapes",
                then=None if a is None else str(a.spec),
                otherwise=None if b is None else str(b.spec),
            )
        found.append(None if a is None else result_type(a.dtype, b.dtype))
    return found
