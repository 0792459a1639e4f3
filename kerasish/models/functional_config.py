"""A functional model as a config, in Keras 3's own layout, and back."""

from __future__ import annotations

from typing import Any

from kerasish import tree
from kerasish._registry import deserialize_keras_object, serialize_keras_object
from kerasish.layers.core.input_layer import InputLayer
from kerasish.layers.layer import Layer
from kerasish.ops.keras_tensor import KerasTensor
from kerasish.ops.operation import FunctionCall


def is_functional_config(config: dict[str, Any]) -> bool:
    """Whether a config is one that `to_config` wrote."""
    return {"name", "layers", "input_layers", "output_layers"} <= set(config)


def to_config(model: Any) -> dict[str, Any]:
    """Return name, layers with their calls, and which tensors are inputs and outputs."""
    numbers = _call_numbers(model)
    layers = []
    for operation in model.operations:
        entry = _entry(operation)
        entry["name"] = operation.name
        entry["inbound_nodes"] = [
            _call_config(call, numbers)
            for call in operation._inbound_nodes
            if id(call) in numbers and not call.is_input
        ]
        layers.append(entry)

    def place(tensor: KerasTensor) -> list[Any]:
        operation, index, output = tensor._keras_history
        return [operation.name, numbers[id(operation._inbound_nodes[index])], output]

    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": layers,
        "input_layers": tree.map_structure(place, model._inputs_struct)
        if isinstance(model._inputs_struct, (list, tuple, dict))
        else place(model._inputs_struct),
        "output_layers": tree.map_structure(place, model._outputs_struct)
        if isinstance(model._outputs_struct, (list, tuple, dict))
        else place(model._outputs_struct),
    }


def _entry(operation: Any) -> dict[str, Any]:
    if isinstance(operation, FunctionCall):
        return {
            "module": "kerasish.ops", "class_name": "FunctionCall",
            "config": operation.get_config(), "registered_name": None,
        }  # fmt: skip
    return dict(serialize_keras_object(operation))


def _call_numbers(model: Any) -> dict[int, int]:
    """Number each operation's calls that belong to this model, from 0."""
    mine = {id(call) for call in model.graph.calls}
    mine |= {id(model.graph._call_of(t)) for t in model.inputs}
    numbers = {}
    for operation in model.operations:
        calls = [call for call in operation._inbound_nodes if id(call) in mine]
        numbers.update({id(call): i for i, call in enumerate(calls)})
    return numbers


def _call_config(call: Any, numbers: dict[int, int]) -> dict[str, Any]:
    def encode(x: Any) -> Any:
        if not isinstance(x, KerasTensor):
            return serialize_keras_object(x)
        operation, index, output = x._keras_history
        number = numbers[id(operation._inbound_nodes[index])]
        return {
            "class_name": "__keras_tensor__",
            "config": {
                "shape": x.shape,
                "dtype": x.dtype,
                "keras_history": [operation.name, number, output],
            },
        }

    return {
        "args": [_encode_nested(a, encode) for a in call.args],
        "kwargs": {k: _encode_nested(v, encode) for k, v in call.kwargs.items()},
    }


def _encode_nested(value: Any, encode: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(_encode_nested(v, encode) for v in value)
    if isinstance(value, dict):
        return {k: _encode_nested(v, encode) for k, v in value.items()}
    return encode(value)


def from_config(cls: Any, config: dict[str, Any], custom_objects: Any = None) -> Any:
    """Return the model that a config describes.

    Raises:
        ValueError: when calls refer to layers or outputs that are not there, or in a circle.
    """
    operations: dict[str, Any] = {}
    waiting: list[tuple[Any, dict[str, Any]]] = []
    for entry in config["layers"]:
        if entry["class_name"] == "FunctionCall" and entry["module"] == "kerasish.ops":
            operation = FunctionCall.from_config(entry["config"])
        else:
            operation = deserialize_keras_object(_without_calls(entry), custom_objects)
        operations[entry.get("name", operation.name)] = operation
        waiting += [(operation, call) for call in entry.get("inbound_nodes", [])]
    made: dict[tuple[str, int], Any] = {
        (name, 0): op._inbound_nodes[0]
        for name, op in operations.items()
        if isinstance(op, InputLayer)
    }
    names = {id(op): name for name, op in operations.items()}
    counts = {name: len([k for k in made if k[0] == name]) for name in operations}
    while waiting:
        left = []
        for operation, call in waiting:
            if any(isinstance(op, Layer) and op is operation for op, _ in left):
                left.append((operation, call))  # calls of one layer keep their order
                continue
            try:
                args, kwargs = _decode_call(call, made, custom_objects)
            except _NotYet:
                left.append((operation, call))
                continue
            operation(*args, **kwargs)
            name = names[id(operation)]
            made[name, counts[name]] = operation._inbound_nodes[-1]
            counts[name] += 1
        if len(left) == len(waiting):
            raise ValueError(
                "The config's calls refer to each other in a circle, or to layers that are not "
                f"there: {[names[id(op)] for op, _ in left]}."
            )
        waiting = left

    def tensor(place: Any) -> Any:
        name, number, output = place[:3]
        if (name, number) not in made:
            raise ValueError(
                f"The config names call {number} of layer {name!r}, which is not there."
            )
        return made[name, number].outputs[output]

    inputs = _map_places(tensor, config["input_layers"])
    outputs = _map_places(tensor, config["output_layers"])
    extra = {
        k: v for k, v in config.items() if k not in ("layers", "input_layers", "output_layers")
    }
    trainable = extra.pop("trainable", None)
    model = cls(inputs=inputs, outputs=outputs, **extra)
    if trainable is False:
        model.trainable = False
    return model


class _NotYet(Exception):
    """A call needs the output of one that was not made yet."""


def _without_calls(entry: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in entry.items() if k not in ("inbound_nodes", "name")}


def _decode_call(call: dict[str, Any], made: Any, custom_objects: Any) -> Any:
    def decode(value: Any) -> Any:
        if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
            name, number, output = value["config"]["keras_history"]
            if (name, number) not in made:
                raise _NotYet(name)
            return made[name, number].outputs[output]
        if isinstance(value, dict) and "class_name" in value:
            return deserialize_keras_object(value, custom_objects)
        if isinstance(value, dict):
            return {k: decode(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(decode(v) for v in value)
        return value

    return [decode(a) for a in call["args"]], {k: decode(v) for k, v in call["kwargs"].items()}


def _map_places(function: Any, structure: Any) -> Any:
    """Apply a function to each `[name, number, output]` in a structure."""
    if (
        isinstance(structure, (list, tuple))
        and len(structure) == 3
        and isinstance(structure[0], str)
    ):
        return function(structure)
    if isinstance(structure, dict):
        return {k: _map_places(function, v) for k, v in structure.items()}
    return type(structure)(_map_places(function, v) for v in structure)
