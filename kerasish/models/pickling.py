"""Models through pickle and copy: by config and weights, so that nothing of the engine goes in."""

from __future__ import annotations

from typing import Any

from kerasish._registry import deserialize_keras_object, serialize_keras_object


def reduce(model: Any) -> Any:
    """Return what pickle needs to make an equal model: config, compile config, weights."""
    state = {
        "weights": model.get_weights() if model.built else None,
        "compile": model.get_compile_config() if model.compiled else None,
    }
    return _revive, (type_of(model), serialize_keras_object(model), state)


def type_of(model: Any) -> type:
    """Return the class that the user wrote."""
    return getattr(type(model), "_twin_of", type(model))


def _revive(cls: type, config: dict[str, Any], state: dict[str, Any]) -> Any:
    model = deserialize_keras_object(config, custom_objects={cls.__name__: cls})
    if state["compile"] and not model.compiled:
        model.compile_from_config(state["compile"])
    if state["weights"] is not None:
        model.set_weights(state["weights"])
    return model
