"""CallGraph: the calls between a functional model's inputs and outputs, in an order that works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasish import tree
from kerasish.ops.keras_tensor import KerasTensor
from kerasish.ops.operation import Call


class CallGraph:
    """What lies between some KerasTensors and others.

    Attributes:
        inputs, outputs: the KerasTensors, flat.
        calls: every call between them, each after those it needs.
        operations: what is called, each once: by depth, and by when it was met within a depth
            (the order that Keras writes files in).

    Raises:
        ValueError: when an output cannot be computed from the inputs.
    """

    def __init__(self, inputs: Any, outputs: Any) -> None:
        self.inputs: list[KerasTensor] = tree.flatten(inputs)
        self.outputs: list[KerasTensor] = tree.flatten(outputs)
        self._given = {id(tensor) for tensor in self.inputs}
        self._met: dict[Any, int] = {}
        self.calls = self._sorted_calls()
        self.depths, self.operations = self._by_depth()

    def _sorted_calls(self) -> list[Call]:
        """Walk from the outputs to the inputs, without recursion: models may be very deep."""
        done: dict[int, Call] = {}
        for output in self.outputs:
            todo: list[tuple[Any, bool]] = [(output, False)]
            while todo:
                tensor, is_ready = todo.pop()
                call = self._call_of(tensor)
                if id(call) in done:
                    continue
                if is_ready:
                    done[id(call)] = call
                    continue
                self._met.setdefault(call.operation, len(self._met))
                todo.append((tensor, True))
                if id(tensor) in self._given:
                    continue
                if call.is_input:
                    raise ValueError(
                        f"The outputs need {tensor}, made by {call.operation.name!r}, which is "
                        "not among the inputs. Pass it in `inputs`."
                    )
                todo.extend((t, False) for t in reversed(call.input_tensors))
        return list(done.values())

    @staticmethod
    def _call_of(tensor: Any) -> Call:
        history = getattr(tensor, "_keras_history", None)
        if history is None:
            raise ValueError(f"{tensor} was not made by an Input or by a call on one.")
        return history.operation._inbound_nodes[history.node_index]  # type: ignore[no-any-return]

    def _by_depth(self) -> tuple[dict[int, int], list[Any]]:
        depths: dict[int, int] = {}
        operations: dict[Any, int] = {}
        given = {id(self._call_of(tensor)) for tensor in self.inputs}
        for call in reversed(self.calls):
            depth = max(depths.get(id(call), 0), operations.get(call.operation, 0))
            depths[id(call)] = operations[call.operation] = depth
            if id(call) in given and not call.is_input:
                continue
            for parent in call.parent_nodes:
                depths[id(parent)] = max(depth + 1, depths.get(id(parent), 0))
        for tensor in self.inputs:
            operation = tensor._keras_history.operation
            if operation not in operations:  # an input that no output needs
                operations[operation] = 0
                self._met[operation] = -1
        order = sorted(operations, key=lambda op: (-operations[op], self._met[op]))
        return depths, order

    def chain(self) -> list[Any] | None:
        """Return the operations if they are called one after another on one tensor; else None."""
        if len(self.inputs) != 1 or len(self.outputs) != 1:
            return None
        found, tensor = [], self.inputs[0]
        for call in self.calls:
            if call.is_input or call is self._call_of(self.inputs[0]):
                continue
            plain = len(call.args) == 1 and not call.kwargs and call.args[0] is tensor
            if not plain or not isinstance(call.structure, KerasTensor):
                return None
            found.append(call.operation)
            tensor = call.outputs[0]
        return found if tensor is self.outputs[0] else None

    def run(
        self, values: list[Any], operation: Callable[[Any], Callable[..., Any]] = lambda op: op
    ) -> list[Any]:
        """Compute the outputs from the inputs' values.

        Args:
            values: one per input; None for an optional input that was left out.
            operation: returns what is called in an operation's place.
        """
        known = {id(t): v for t, v in zip(self.inputs, values, strict=True)}

        def value(x: Any) -> Any:
            return known[id(x)] if isinstance(x, KerasTensor) else x

        for call in self.calls:
            if call.is_input or all(id(t) in known for t in call.outputs):
                continue
            if len(call.args) == 1 and not call.kwargs and isinstance(call.args[0], KerasTensor):
                found = operation(call.operation)(known[id(call.args[0])])
            else:
                args, kwargs = tree.map_structure(value, (call.args, call.kwargs))
                found = operation(call.operation)(*args, **kwargs)
            if len(call.outputs) == 1 and isinstance(call.structure, KerasTensor):
                known[id(call.outputs[0])] = found
            else:
                for tensor, x in zip(call.outputs, tree.flatten(found), strict=True):
                    known[id(tensor)] = x
        return [known[id(t)] for t in self.outputs]
