"""Graphs of one function, traced for several sizes of its batch → plain data.

What is equal in all traces is written as it is; a whole number that differs is written as
`{"batch": [a, b]}`, if it is a · batch + b in each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasish.arrays.device import to_host
from kerasish.arrays.dtype import dtype_name
from kerasish.backend.graph.graph import Graph, Node
from kerasish.export.inference import TRANSLATED, ExportError
from kerasish.export.loader import DTYPES
from kerasish.primitives import state

Place = tuple[str, int]  # a part of the header, and an index there
FIXED = "Export it for one size of the batch: `batch_size=`."


class Encoder:
    """Turns traces into the header of a graph file and the arrays behind it.

    Args:
        graphs: of one function, traced for each of `sizes`.
        sizes: of the batch; a single one if nothing is unknown.

    Raises:
        ExportError: when the graphs differ by more than the size of the batch explains.
    """

    def __init__(self, graphs: Sequence[Graph], sizes: Sequence[int]) -> None:
        self.sizes = sizes
        self.inputs: list[dict[str, Any]] = []
        self.constants: list[dict[str, Any]] = []
        self.nodes: list[dict[str, Any]] = []
        self.blocks: list[bytes] = []
        self._end = 0
        self._places: dict[Any, Place] = {}  # bytes of a constant → where it is
        self._found: dict[Node, Place] = {}
        first = graphs[0]
        for variants in zip(*(graph.inputs for graph in graphs), strict=True):
            self.inputs.append(self._spec(variants))
            self._found[variants[0]] = ("inputs", len(self.inputs) - 1)
        for variants in self._alike(graphs):
            if variants[0] not in self._found:
                self._found[variants[0]] = self._value(variants)
        self.outputs = [self._number(self._found[node]) for node in first.outputs]
        for entry in self.nodes:
            entry["inputs"] = [self._number(value) for value in entry["inputs"]]

    def _number(self, value: Place) -> int:
        """Values are counted through: inputs, constants, nodes."""
        part, index = value
        before = {"inputs": (), "constants": (self.inputs,), "nodes": (self.inputs, self.constants)}
        return index + sum(map(len, before[part]))

    def _alike(self, graphs: Sequence[Graph]) -> list[tuple[Node, ...]]:
        """Return the nodes in order, those that stand for one another together."""
        orders = [graph.nodes() for graph in graphs]
        numbers = [{node: i for i, node in enumerate(order)} for order in orders]
        outputs = [[n[x] for x in g.outputs] for g, n in zip(graphs, numbers, strict=True)]
        if len({len(order) for order in orders}) == 1 and all(o == outputs[0] for o in outputs):
            rows = list(zip(*orders, strict=True))
            if all(len(set(map(_shape_of_graph, row, numbers))) == 1 for row in rows):
                return rows
        raise ExportError(f"The model computes something else for another batch size. {FIXED}")

    def _value(self, variants: tuple[Node, ...]) -> Place:
        node = variants[0]
        if node.primitive is state.read:
            return self._array(to_host(node.params["variable"].array))
        if node.primitive is state.constant:
            return self._batch_array([to_host(v.params["array"]) for v in variants])
        names, parameters = zip(*(_written(variant) for variant in variants), strict=True)
        given = {
            key: self._merge([p[key] for p in parameters], f"{key} of {names[0]}")
            for key in parameters[0]
        }
        inputs = [self._found[child] for child in node.inputs]
        return self._node(names[0], inputs, given, **self._spec(variants))

    def _node(self, primitive: str, inputs: Any, parameters: Any, shape: Any, dtype: str) -> Place:
        self.nodes.append(
            {"primitive": primitive, "inputs": inputs, "parameters": parameters, "shape": shape,
             "dtype": dtype}
        )  # fmt: skip
        return "nodes", len(self.nodes) - 1

    def _spec(self, variants: Sequence[Any]) -> dict[str, Any]:
        dtype = (
            variants[0].dtype if isinstance(variants[0], Node) else dtype_name(variants[0].dtype)
        )
        if dtype not in DTYPES:
            raise ExportError(f"A graph file holds no values of dtype {dtype}; it holds {DTYPES}.")
        return {"shape": self._merge([tuple(v.shape) for v in variants], "a shape"), "dtype": dtype}

    # Constants.

    def _array(self, array: Any) -> Place:
        """Return a constant; one that is laid out otherwise than in rows is made so by views."""
        array = np.asarray(array)
        if not array.flags.c_contiguous:
            return self._laid_out(array)
        dtype = self._spec([array])["dtype"]
        data = np.asarray(array, array.dtype.newbyteorder("<")).tobytes()
        key = (array.shape, dtype, data)
        if key not in self._places:
            entry = {"nbytes": len(data), "shape": list(array.shape), "dtype": dtype}
            self.constants.append({"start": self._end, **entry})
            self.blocks.append(data + bytes(-len(data) % ALIGNMENT))
            self._end += len(self.blocks[-1])
            self._places[key] = ("constants", len(self.constants) - 1)
        return self._places[key]

    def _laid_out(self, array: Any) -> Place:
        repeats = tuple(
            stride == 0 and size > 1
            for stride, size in zip(array.strides, array.shape, strict=True)
        )
        if any(repeats):
            one = array[tuple(slice(0, 1) if r else slice(None) for r in repeats)]
            return self._node("broadcast_to", [self._array(one)], {}, **self._spec([array]))
        axes = sorted(range(array.ndim), key=lambda a: -array.strides[a])
        inner = array.transpose(axes)
        if not inner.flags.c_contiguous:
            raise ExportError(
                "A constant lies in memory with gaps, and a matrix product rounds by the layout. "
                f"Copy it first: np.array(x). Received: {array.dtype}{array.shape}"
            )
        back = [axes.index(a) for a in range(array.ndim)]
        return self._node("transpose", [self._array(inner)], {"axes": back}, **self._spec([array]))

    def _batch_array(self, arrays: list[Any]) -> Place:
        """Return a constant whose shape, or whose one number, may depend on the batch."""
        first = arrays[0]
        if all(a.shape == first.shape and a.tobytes() == first.tobytes() for a in arrays):
            return self._array(first)
        spec = self._spec(arrays)
        differs = [len(set(sizes)) > 1 for sizes in zip(*(a.shape for a in arrays), strict=True)]
        ones = [a[tuple(slice(0, 1) if d else slice(None) for d in differs)] for a in arrays]
        repeated = all((a == one).all() for a, one in zip(arrays, ones, strict=True))
        if repeated and all(one.tobytes() == ones[0].tobytes() for one in ones):
            row = self._array(np.array(ones[0]))
            wide = self._node("broadcast_to", [row], {}, **spec)
            return self._node("cast", [wide], {}, **spec) if first.flags.c_contiguous else wide
        numbers = [a.flat[0].item() for a in arrays]
        if all(
            (a == n).all() and float(n).is_integer() for a, n in zip(arrays, numbers, strict=True)
        ):
            value = self._merge([int(n) for n in numbers], "a constant")
            return self._node("fill", [], {"value": value}, **spec)
        raise ExportError(f"A constant's values depend on the batch size. {FIXED}")

    def _merge(self, variants: list[Any], what: str) -> Any:
        """Return what several traces have in one place as one piece of plain data."""
        first = variants[0]
        if isinstance(first, (list, tuple)) and len({len(v) for v in variants}) == 1:
            return [self._merge(list(items), what) for items in zip(*variants, strict=True)]
        if isinstance(first, (int, np.integer)) and not isinstance(first, bool):
            return self._whole([int(v) for v in variants], what)
        if isinstance(first, np.generic):
            variants, first = [v.item() for v in variants], first.item()
        if first is not None and not isinstance(first, (bool, float)):
            raise ExportError(f"A graph file cannot hold {first!r}, {what}.")
        if len({repr(v) for v in variants}) == 1:
            return first
        raise ExportError(f"{what} depends on the batch size: {variants}. {FIXED}")

    def _whole(self, numbers: list[int], what: str) -> Any:
        if len(set(numbers)) == 1:
            return numbers[0]
        slope, rest = divmod(numbers[1] - numbers[0], self.sizes[1] - self.sizes[0])
        intercept = numbers[0] - slope * self.sizes[0]
        on_line = [slope * size + intercept for size in self.sizes]
        if rest or on_line != numbers:
            raise ExportError(
                f"{what} is {numbers} for a batch of {list(self.sizes)}: that is no a * batch + b "
                f"with whole numbers. {FIXED}"
            )
        return {"batch": [slope, intercept]}


ALIGNMENT = 64  # bytes: of the blocks of constants, as of a cache line


def _shape_of_graph(node: Node, numbers: dict[Node, int]) -> tuple[Any, ...]:
    """What a node must have in common with those that stand for it in other graphs."""
    source = node.params.get("variable")
    return node.primitive, node.dtype, id(source), *(numbers[child] for child in node.inputs)


def _written(node: Node) -> tuple[str, dict[str, Any]]:
    """Return name and parameters as a graph file has them: no shape, pads and ranges as windows."""
    given = {k: v for k, v in node.params.items() if k not in ("shape", "dtype", "reverse", "of")}
    name = node.primitive.name
    if name == "pad":
        pairs = zip(given.pop("widths"), node.inputs[0].shape, strict=True)
        given["window"] = tuple((before, before + size, 1) for (before, _), size in pairs)
    if node.primitive.reduce is not None:
        given["axis"] = given.pop("axes")
    if name == "within":
        low, high = given.pop("low"), given.pop("high")
        given["window"] = ((-(2**63) if low is None else low, high, 1),)
    if name == "place":
        given["value"] = 0
    if "window" in given:  # as Python's slices have it: None is "through the first element"
        given["window"] = tuple(
            (start, None if step < 0 and stop < 0 else stop, step)
            for start, stop, step in given["window"]
        )
    return TRANSLATED.get(name, name), given
