"""A Python function → Graph: the function runs once with symbolic tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kerasish.arrays.spec import Spec
from kerasish.backend.convert import coerce
from kerasish.backend.graph.graph import Graph, Node, make_node
from kerasish.backend.record import mode, remember
from kerasish.backend.scopes import scopes
from kerasish.backend.tensor import Tensor
from kerasish.primitives import state
from kerasish.primitives.applier import applying, computing
from kerasish.primitives.movement import concatenate, reshape, slice_


class Trace:
    """A graph in the making.

    Attributes:
        inputs: the placeholders made so far.
        abstract: whether the graph will be thrown away: only shapes are wanted.
        values: for each variable assigned so far, its value at this point of the program.
    """

    def __init__(self, abstract: bool = False) -> None:
        self.abstract = abstract
        self.inputs: list[Node] = []
        self.values: dict[Any, Tensor] = {}
        self._reads: dict[Any, Tensor] = {}
        self._constants: dict[int, tuple[Any, Node]] = {}

    @contextmanager
    def active(self) -> Iterator[Trace]:
        """Let this trace record every application within a `with` block."""
        before, scopes.state = scopes.state, self
        try:
            with applying(self.apply):
                yield self
        finally:
            scopes.state = before

    def placeholder(self, spec: Spec) -> Tensor:
        """Return a tensor that stands for a value fed at each run."""
        node = make_node(state.placeholder, spec=spec)
        self.inputs.append(node)
        return Tensor(node)

    def apply(self, primitive: Any, inputs: tuple[Any, ...], params: dict[str, Any]) -> Tensor:
        """Record one application, or compute it where nothing symbolic goes in."""
        tensors = coerce(primitive, inputs)
        if not (primitive.makes_bundle or any(isinstance(t.value, Node) for t in tensors)):
            with computing():
                return primitive(*tensors, **params)  # type: ignore[no-any-return]
        nodes = tuple(self.node(t) for t in tensors)
        output = Tensor(make_node(primitive, *nodes, **params))
        if mode.recording and any(t.record is not None for t in tensors):
            remember(primitive, tensors, params, output)
        return output

    def node(self, tensor: Tensor) -> Node:
        """Return the node of a tensor; a concrete one becomes a constant."""
        value = tensor.value
        if isinstance(value, Node):
            return value
        found = self._constants.get(id(value))
        if found is None:
            found = value, make_node(state.constant, array=value)
            self._constants[id(value)] = found
        return found[1]

    def read(self, variable: Any) -> Tensor:
        """Return a variable's value at this point of the program."""
        if any(member in self.values for member in variable.members):
            pieces = [reshape(self.read(m).detach(), shape=(m.size,)) for m in variable.members]
            return self._as_leaf(variable, self.node(concatenate(*pieces, axis=0)))
        tensor = self.values.get(variable)
        if tensor is not None:
            return tensor
        flat = variable.flat
        if flat is None:
            return self._before(variable)
        whole = self.values[flat] if flat in self.values else self._before(flat)
        key = (variable, whole.value)
        if key not in self._reads:
            window = ((variable.offset, variable.offset + variable.size, 1),)
            piece = reshape(slice_(whole.detach(), window=window), shape=variable.shape)
            self._reads[key] = self._as_leaf(variable, self.node(piece))
        return self._reads[key]

    def _before(self, variable: Any) -> Tensor:
        """Return a variable's value from before the run."""
        if variable not in self._reads:
            node = make_node(state.read, variable=variable)
            self._reads[variable] = self._as_leaf(variable, node)
        return self._reads[variable]

    def assign(self, variable: Any, tensor: Tensor) -> None:
        """Let later reads see another value, and the variable take it after the run."""
        for member in variable.members:
            self.values.pop(member, None)
        self.values[variable] = self._as_leaf(variable, self.node(tensor))

    @staticmethod
    def _as_leaf(variable: Any, node: Node) -> Tensor:
        return Tensor(node, variable.record if variable.trainable else None)

    def finish(self, outputs: list[Tensor]) -> Graph:
        """Return the graph: outputs, and what the variables were last assigned."""
        unchanged = {id(tensor.value) for tensor in self._reads.values()}
        updates = [
            (variable, self.node(tensor))
            for variable, tensor in self.values.items()
            if id(tensor.value) not in unchanged or tensor is not self._reads.get(variable)
        ]
        updates.sort(key=lambda pair: pair[0].flat is not None)  # members after their flat
        return Graph(tuple(self.inputs), tuple(self.node(t) for t in outputs), tuple(updates))


def trace(function: Callable[..., Any], *specs: Spec) -> Graph:
    """Trace a function of tensors; it returns a tensor or a list or tuple of them.

    Example:
        >>> from kerasish import ops
        >>> print(trace(lambda x: ops.exp(x) + 1, Spec((2,), "float32")))
        x0: f32[2]
        v0 = exp x0
        c0 = constant 1.0: f32[]
        v1 = add v0 c0
        return v1
    """
    recorder = Trace()
    with recorder.active():
        result = function(*(recorder.placeholder(spec) for spec in specs))
        results = list(result) if isinstance(result, (list, tuple)) else [result]
        return recorder.finish(results)
