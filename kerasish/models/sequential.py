"""Sequential: layers one after another."""

from __future__ import annotations

from typing import Any

from kerasish._frames import hides_frames
from kerasish.errors import explain
from kerasish.layers.core.input_layer import Input, InputLayer
from kerasish.layers.layer import Layer
from kerasish.models.functional import Functional
from kerasish.models.model import Model
from kerasish.ops.keras_tensor import KerasTensor


class Sequential(Model):
    """Layers one after another, each with one input and one output.

    Args:
        layers: a list of the layers, in order. The first may be an `Input`, and the model has
            its weights at once; else it has them when it is first called, or built.
        trainable: whether gradients are wanted for the weights.
        name: unique name; `"sequential"`, and a number from the second on, by default.

    Example:
        >>> import kerasish as keras
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        >>> model.output_shape, model.count_params()
        ((None, 2), 8)
        >>> model.add(keras.layers.Dense(1))
        >>> model.pop().units
        1
    """

    _saved_first = ("layers",)  # the order in which files hold what a model holds: Keras's
    _saved_never = ("_functional", "_sequence")

    @hides_frames
    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None) -> None:
        super().__init__(trainable=trainable, name=name)
        object.__setattr__(self, "_functional", None)
        object.__setattr__(self, "_sequence", [])
        for layer in layers or []:
            self.add(layer, rebuild=False)
        self._maybe_rebuild()

    @hides_frames
    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Append a layer.

        Raises:
            ValueError: for what is no layer, or a name that is there already.
        """
        if isinstance(layer, KerasTensor) and hasattr(layer, "_keras_history"):
            layer = layer._keras_history.operation
        if hasattr(layer, "_input_shape_arg") and not self._sequence:
            self._append(InputLayer(batch_shape=layer._input_shape_arg, name=f"{layer.name}_input"))
        if not isinstance(layer, Layer):
            raise ValueError(explain("Only layers can be added to a Sequential", layer=layer))
        if isinstance(layer, InputLayer) and self._sequence:
            raise ValueError("Input must be the first layer of a Sequential.")
        if layer.name in [x.name for x in self._sequence]:
            raise ValueError(f"Layer names must be unique; {layer.name!r} is there already.")
        if not self._sequence and isinstance(layer, Functional) and len(layer.inputs) == 1:
            self._append(InputLayer(batch_shape=layer.inputs[0].shape, dtype=layer.inputs[0].dtype))
        self._append(layer)
        if rebuild:
            self._maybe_rebuild()
        else:
            self.built = False
            object.__setattr__(self, "_functional", None)

    def _append(self, layer: Any) -> None:
        self._sequence.append(layer)
        if not isinstance(layer, InputLayer):
            self._tracker.track(layer)

    def pop(self, rebuild: bool = True) -> Any:
        """Remove the last layer and return it."""
        layer = self._sequence.pop()
        self._tracker.untrack(layer)
        self.built = False
        object.__setattr__(self, "_functional", None)
        if rebuild:
            self._maybe_rebuild()
        return layer

    def _maybe_rebuild(self) -> None:
        self.built, self._quick_spec = False, None
        object.__setattr__(self, "_functional", None)
        sequence = self._sequence
        if sequence and isinstance(sequence[0], InputLayer) and len(sequence) > 1:
            self.build(sequence[0].batch_shape)
        elif (
            sequence and hasattr(sequence[0], "input_shape") and isinstance(sequence[0], Functional)
        ):
            self.build(sequence[0].inputs[0].shape)

    def build(self, input_shape: Any = None) -> None:
        """Make all weights, for inputs of a shape with its batch."""
        sequence = self._sequence
        if not sequence:
            raise ValueError(f"Sequential {self.name!r} has no layers yet.")
        if isinstance(input_shape, KerasTensor):
            input_shape = input_shape.shape
        if isinstance(sequence[0], InputLayer):
            inputs = sequence[0].output
            if input_shape is not None and not _fits(tuple(input_shape), inputs.shape):
                raise ValueError(
                    f"Sequential {self.name!r} has an Input of shape {inputs.shape}, so it cannot "
                    f"be built for {tuple(input_shape)}."
                )
        elif not isinstance(input_shape, (list, tuple)) or any(
            isinstance(s, (list, tuple, dict)) for s in input_shape
        ):
            return
        else:
            inputs = Input(batch_shape=tuple(input_shape), dtype=self._input_dtype())
        x = inputs
        for layer in sequence:
            if isinstance(layer, InputLayer):
                continue
            _check_takes_one(layer)
            try:
                x = layer(x)
            except NotImplementedError:
                return  # the layer cannot tell its shape: it will be built by data
        object.__setattr__(self, "_functional", Functional(inputs, x, name=self.name))
        self.built = True

    def _input_dtype(self) -> str:
        return self._sequence[0].compute_dtype

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Apply the layers in turn."""
        if self._functional is not None:
            return self._functional.call(inputs, training=training, mask=mask)
        if mask is not None:
            inputs._keras_mask = mask
        for layer in self._sequence:
            if not isinstance(layer, InputLayer):
                inputs = layer(inputs)
        return inputs

    @property
    def layers(self) -> list[Layer]:
        """The layers, without the input."""
        return [x for x in self._sequence if not isinstance(x, InputLayer)]

    @layers.setter
    def layers(self, value: Any) -> None:
        raise AttributeError("`layers` cannot be set. Use `add` and `pop`.")

    def compute_output_spec(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Return KerasTensors like those that a call would give."""
        if self._functional is not None:
            return self._functional.compute_output_spec(inputs, training=training, mask=mask)
        x = inputs
        for layer in self._sequence:
            if not isinstance(layer, InputLayer):
                x = layer.compute_output_spec(x)
        return x

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the outputs for inputs of a shape."""
        if self._functional is not None:
            return self._functional.compute_output_shape(input_shape)
        for layer in self.layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    def _built_functional(self, what: str) -> Functional:
        if self._functional is None:
            raise AttributeError(
                f"Sequential {self.name!r} is not built, so it has no `{what}` yet. Give it an "
                "Input or call it on data."
            )
        return self._functional  # type: ignore[no-any-return]

    @property
    def input_spec(self) -> Any:
        """What the inputs must be like."""
        return self._functional.input_spec if self._functional is not None else self._input_spec

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        self._input_spec, self._quick_spec = value, None

    @property
    def inputs(self) -> Any:
        """The KerasTensors that the model is fed with."""
        return self._built_functional("inputs").inputs

    @property
    def outputs(self) -> Any:
        """The KerasTensors that the model computes."""
        return self._built_functional("outputs").outputs

    @property
    def output_names(self) -> Any:
        """Names of the outputs."""
        return self._built_functional("output_names").output_names

    @property
    def input(self) -> Any:
        """The KerasTensor that the model is fed with."""
        return self._built_functional("input").input

    @property
    def output(self) -> Any:
        """The KerasTensor that the model computes."""
        return self._built_functional("output").output

    @property
    def input_shape(self) -> Any:
        """The shape of the inputs."""
        return self._built_functional("input_shape").input_shape

    @property
    def output_shape(self) -> Any:
        """The shape of the outputs."""
        return self._built_functional("output_shape").output_shape

    @property
    def input_dtype(self) -> str:
        """The dtype that inputs are cast to."""
        return self._input_dtype() if self._sequence else self.compute_dtype

    def get_config(self) -> dict[str, Any]:
        """Return the layers' configs."""
        from kerasish._registry import serialize_keras_object
        from kerasish.dtype_policies import serialize

        config = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": serialize(self.dtype_policy),
            "layers": [serialize_keras_object(layer) for layer in self._sequence],
        }
        if self._functional is None and self._build_shapes_dict:
            config["build_input_shape"] = next(iter(self._build_shapes_dict.values()))
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Return the model that a config describes."""
        from kerasish._registry import deserialize_keras_object

        if "layers" not in config:
            return cls(**config)
        model = cls(name=config.get("name"))
        for entry in config["layers"]:
            model.add(deserialize_keras_object(entry, custom_objects), rebuild=False)
        model._maybe_rebuild()
        if not config.get("trainable", True):
            model.trainable = False
        if config.get("build_input_shape") and not model.built:
            model.build(config["build_input_shape"])
        return model


def _fits(shape: Any, declared: Any) -> bool:
    return len(shape) == len(declared) and all(
        a == b or None in (a, b) for a, b in zip(shape, declared, strict=True)
    )


def _check_takes_one(layer: Layer) -> None:
    required = [
        name
        for name, p in layer._call_signature.parameters.items()
        if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    if len(required) > 1:
        raise ValueError(
            f"Layers of a Sequential are called with one argument; {layer.name!r} needs "
            f"{required}. Use a functional model."
        )
