"""Wrapper: a layer around another one."""

from __future__ import annotations

from typing import Any

from kerasish.layers.layer import Layer


class Wrapper(Layer):
    """Base of layers that hold one other layer.

    Args:
        layer: the layer within.
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(layer, Layer):
            raise ValueError(f"`layer` must be a Layer. Received: layer={layer!r}")
        self.layer = layer

    def build(self, input_shape: Any = None) -> None:
        """Build the layer within."""
        if not self.layer.built:
            self.layer.build(input_shape)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Return a wrapper made from a config."""
        from kerasish._registry import deserialize_keras_object

        config = dict(config)
        config["layer"] = deserialize_keras_object(config["layer"], custom_objects)
        return cls(**config)
