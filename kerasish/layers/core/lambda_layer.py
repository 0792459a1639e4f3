"""Lambda: a function as a layer."""

from __future__ import annotations

import inspect
from typing import Any

from kerasish._registry import deserialize_keras_object, serialize_keras_object
from kerasish.layers.layer import Layer


class Lambda(Layer):
    """Apply a function of tensors.

    Args:
        function: called with the inputs, and with `mask` and `training` if it takes them.
        output_shape: shape of the outputs without the batch, or a function of the input shape;
            None finds it by running the function on shapes.
        mask: a mask of the outputs, or a function `(inputs, mask)`.
        arguments: keyword arguments for the function.

    Example:
        >>> import kerasish as keras
        >>> keras.layers.Lambda(lambda x: x * 2)(keras.ops.ones((1, 2))).tolist()
        [[2.0, 2.0]]
    """

    def __init__(
        self, function: Any, output_shape: Any = None, mask: Any = None, arguments: Any = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.arguments = arguments or {}
        self.function = function
        self.mask = mask
        self.supports_masking = mask is not None
        self._output_shape = output_shape
        parameters = inspect.signature(function).parameters
        self._passes = tuple(n for n in ("mask", "training") if n in parameters)
        self._build_at_init()

    def call(self, inputs: Any, mask: Any = None, training: Any = None) -> Any:
        """Apply the function."""
        given = {"mask": mask, "training": training}
        extra = {name: given[name] for name in self._passes}
        return self.function(inputs, **{**self.arguments, **extra})

    def compute_output_spec(self, inputs: Any, mask: Any = None, training: Any = None) -> Any:
        """Return what the outputs will be like."""
        from kerasish.ops.keras_tensor import KerasTensor

        shape = self._output_shape
        if shape is None:
            return super().compute_output_spec(inputs, mask=mask, training=training)
        found = shape(inputs.shape) if callable(shape) else (inputs.shape[0], *shape)
        return KerasTensor(found, self.compute_dtype)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the mask of the outputs."""
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def get_config(self) -> dict[str, Any]:
        """Return the arguments; functions are written by name or, a lambda, as a mark."""
        config = super().get_config()
        shape = self._output_shape
        config["output_shape"] = serialize_keras_object(shape) if callable(shape) else shape
        return config

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None, safe_mode: bool | None = None
    ) -> Any:
        """Return a layer made from a config.

        Args:
            config: what `get_config` gave.
            custom_objects: functions by their names.
            safe_mode: False lets a lambda of this very process be found again.

        Raises:
            ValueError: when the function is a lambda from elsewhere.
        """
        given = {} if safe_mode is None else {"safe_mode": safe_mode}
        config = dict(config)
        for name in ("function", "output_shape", "mask", "arguments"):
            if isinstance(config.get(name), dict):
                config[name] = deserialize_keras_object(config[name], custom_objects, **given)
        shape = config.get("output_shape")
        config["output_shape"] = tuple(shape) if isinstance(shape, list) else shape
        return super().from_config(config)
