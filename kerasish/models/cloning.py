"""clone_model: a model of the same structure with weights of its own."""

from __future__ import annotations

from typing import Any

from kerasish import tree
from kerasish.errors import explain
from kerasish.layers.core.input_layer import InputLayer
from kerasish.layers.layer import Layer
from kerasish.models.functional import Functional
from kerasish.models.sequential import Sequential


def clone_model(
    model: Any, input_tensors: Any = None, clone_function: Any = None, call_function: Any = None,
    recursive: bool = False, **kwargs: Any,
) -> Any:  # fmt: skip
    """Return a model of the same layers, newly made.

    Args:
        model: a functional or Sequential model; another one is made from its config.
        input_tensors: KerasTensors to build a functional clone on.
        clone_function: makes a layer from a layer; by default from its config.
        call_function: calls a new layer, `(layer, *args, **kwargs)`.
        recursive: whether models within are cloned layer by layer, too.
    """
    if not isinstance(model, (Functional, Sequential)):
        if clone_function is not None or input_tensors is not None:
            raise ValueError(
                explain(
                    "A subclassed model can only be cloned as a whole", model=type(model).__name__
                )
            )
        return type(model).from_config(model.get_config())

    def clone(layer: Any) -> Any:
        if recursive and isinstance(layer, (Functional, Sequential)):
            return clone_model(layer, clone_function=clone_function, recursive=True)
        if clone_function is not None and not isinstance(layer, InputLayer):
            return clone_function(layer)
        return type(layer).from_config(layer.get_config())

    if isinstance(model, Sequential):
        twin = Sequential(name=model.name)
        for layer in model._sequence:
            twin.add(clone(layer), rebuild=False)
        twin._maybe_rebuild()
        if not twin.built and model.built and model._functional is not None:
            twin.build(model.input_shape)
        return twin
    return _clone_functional(model, input_tensors, clone, call_function)


def _clone_functional(model: Any, input_tensors: Any, clone: Any, call_function: Any) -> Any:
    twins: dict[Any, Any] = {}

    def operation(original: Any) -> Any:
        if original not in twins:
            twins[original] = clone(original) if isinstance(original, Layer) else original
        twin = twins[original]
        if call_function is None:
            return twin
        return lambda *args, **kwargs: call_function(twin, *args, **kwargs)

    if input_tensors is None:
        fed = [clone(x._keras_history.operation).output for x in model.inputs]
    else:
        fed = tree.flatten(input_tensors)
    outputs = model.graph.run(fed, operation)
    inputs = tree.pack_sequence_as(model._inputs_struct, fed)
    structure = model._outputs_struct
    packed = tree.pack_sequence_as(structure, outputs)
    return type(model)(inputs, packed, name=model.name)
