"""Functional: a model that is the computation between some KerasTensors."""

from __future__ import annotations

import warnings
from typing import Any

from kerasish import ops, tree
from kerasish.arrays.dtype import standardize_dtype
from kerasish.backend.tensor import Tensor
from kerasish.errors import DTypeError, ShapeError, explain
from kerasish.layers.call_spec import is_tensor_like
from kerasish.layers.core.input_layer import Input, InputLayer
from kerasish.layers.formula import call_in_a_row
from kerasish.layers.input_spec import InputSpec
from kerasish.layers.layer import Layer
from kerasish.models.call_graph import CallGraph
from kerasish.models.model import Model
from kerasish.ops.keras_tensor import KerasTensor


class Functional(Model):
    """A model made from its inputs and outputs: `Model(inputs, outputs)`.

    Args:
        inputs: KerasTensors: one, or a list, tuple or dict of them (nested as you like).
        outputs: what is computed from them, likewise.
        name: unique name.

    Raises:
        ValueError: when something is no KerasTensor, or the inputs do not suffice.
    """

    _saved_first = ("layers",)  # the order in which files hold what a model holds: Keras's
    _saved_never = ("operations", "graph")

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any) -> None:
        trainable = kwargs.pop("trainable", None)
        if kwargs:
            raise ValueError(explain("Unknown arguments of Model", arguments=sorted(kwargs)))
        Model.__init__(self, name=name)
        for what, structure in (("inputs", inputs), ("outputs", outputs)):
            if not tree.flatten(structure):
                raise ValueError(explain(f"`{what}` must not be empty", **{what: structure}))
            for tensor in tree.flatten(structure):
                if not isinstance(tensor, KerasTensor):
                    raise ValueError(explain(f"`{what}` must be KerasTensors", **{what: structure}))
        inputs, outputs = _from_inputs(inputs, outputs)
        object.__setattr__(self, "_inputs_struct", _plain(inputs))
        object.__setattr__(self, "_outputs_struct", _plain(outputs))
        object.__setattr__(self, "graph", CallGraph(inputs, outputs))
        object.__setattr__(self, "_chain", self.graph.chain())
        for operation in self.graph.operations:
            if isinstance(operation, Layer):
                self._tracker.track(operation)
        self._allow_non_tensor_positional_args = True
        self._convert_input_args = False
        self.built = True
        self._warned = False
        if trainable is not None:
            self.trainable = trainable
        object.__setattr__(
            self, "output_names", [t._keras_history.operation.name for t in self.outputs]
        )

    @property
    def inputs(self) -> list[KerasTensor]:
        """The KerasTensors that the model is fed with, flat."""
        return self.graph.inputs

    @property
    def outputs(self) -> list[KerasTensor]:
        """The KerasTensors that the model computes, flat."""
        return self.graph.outputs

    @property
    def input(self) -> Any:
        """The inputs, as they were given."""
        return self._inputs_struct

    @property
    def output(self) -> Any:
        """The outputs, as they were given."""
        return self._outputs_struct

    @property
    def input_shape(self) -> Any:
        """The inputs' shapes."""
        return tree.map_structure(lambda x: x.shape, self._inputs_struct)

    @property
    def output_shape(self) -> Any:
        """The outputs' shapes."""
        return tree.map_structure(lambda x: x.shape, self._outputs_struct)

    @property
    def operations(self) -> list[Any]:
        """Everything that is called, layers and functions, in Keras's order."""
        return list(self.graph.operations)

    @property
    def layers(self) -> list[Layer]:
        """The layers, in Keras's order."""
        return [op for op in self.graph.operations if isinstance(op, Layer)]

    @layers.setter
    def layers(self, value: Any) -> None:
        raise AttributeError("`layers` is an attribute that models keep for themselves.")

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Compute the outputs from values for the inputs."""
        chain = self._chain
        is_plain = chain is not None and mask is None and type(inputs) is Tensor
        if is_plain and self._is_as_declared(inputs):
            if inputs.shape[1:] == self._inputs_struct.shape[1:]:
                return call_in_a_row(chain, inputs)
            for layer in chain:
                inputs = layer(inputs)
            return inputs
        values = self._standardize(inputs)
        if mask is not None:
            for value, m in zip(values, tree.flatten(mask), strict=False):
                if m is not None and value is not None:
                    value._keras_mask = m
        outputs = self.graph.run(values)
        if type(self._outputs_struct) is KerasTensor:
            return outputs[0]
        return tree.pack_sequence_as(self._outputs_struct, outputs)

    def _is_as_declared(self, x: Tensor) -> bool:
        ref = self._inputs_struct
        return len(x.shape) == len(ref.shape) and x.dtype == ref.dtype

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shapes of the outputs for inputs of other shapes."""
        return super(Model, self).compute_output_shape(input_shape)

    def compute_output_spec(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Return KerasTensors like those that a call would give."""
        return super().compute_output_spec(inputs, training=training, mask=mask)

    def build(self, input_shape: Any) -> None:
        """Do nothing: a functional model is built when it is made."""
        self.built = True

    # Inputs, as users give them.

    @property
    def input_spec(self) -> Any:
        """What the inputs must be like, size of the batch left open."""
        if self._input_spec is not None:
            return self._input_spec
        struct = self._inputs_struct
        if isinstance(struct, KerasTensor):
            return _spec(struct)
        return None  # several inputs are checked one by one, when they are sorted

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        self._input_spec, self._quick_spec = value, None

    def _standardize(self, inputs: Any) -> list[Any]:
        flat = [inputs] if is_tensor_like(inputs) else self._flatten_inputs(inputs)
        if len(flat) != len(self.inputs):
            raise ValueError(
                f"Model {self.name!r} has {len(self.inputs)} input(s) and was given {len(flat)}."
            )
        return [
            self._fit(x, ref, i) for i, (x, ref) in enumerate(zip(flat, self.inputs, strict=True))
        ]

    def _flatten_inputs(self, inputs: Any) -> list[Any]:
        """Sort the given inputs as the model's own: by structure, else by the inputs' names."""
        struct = self._inputs_struct
        if _same_structure(struct, inputs):
            return tree.flatten(inputs)
        if isinstance(inputs, dict):
            return self._by_name(inputs)
        if isinstance(struct, dict) and list(struct) != sorted(struct):
            raise ValueError(
                f"Model {self.name!r} takes a dict of inputs. A list does not tell which is which: "
                f"{_shown(struct)} was expected. Received: {_shown(inputs)}"
            )
        self._warn_of_structure(inputs)
        return tree.flatten(inputs)

    def _by_name(self, inputs: dict[str, Any]) -> list[Any]:
        struct = self._inputs_struct
        names = [x._keras_history.operation.name for x in self.inputs]
        if isinstance(struct, dict) and set(struct) <= set(inputs):
            self._warn_of_structure(inputs)
            return tree.flatten({key: inputs[key] for key in struct})
        if not isinstance(struct, dict) and set(names) <= set(inputs):
            if set(names) < set(inputs):
                self._warn_of_structure(inputs)
            return [inputs[name] for name in names]
        raise ValueError(
            explain(f"Model {self.name!r} has inputs named {names}", got=sorted(inputs))
        )

    def _warn_of_structure(self, inputs: Any) -> None:
        if not self._warned:
            self._warned = True
            warnings.warn(
                f"The inputs of model {self.name!r} are nested in another way than its own. "
                f"Expected: {_shown(self._inputs_struct)}. Received: {_shown(inputs)}",
                stacklevel=7,
            )

    def _check_kind(self, x: Any, ref: KerasTensor, index: int) -> None:
        """Refuse what no cast can make a number of the declared kind: text, complex numbers."""
        kind = standardize_dtype(x.dtype) if hasattr(x, "dtype") else "float32"
        wrong = kind == "string" or kind.startswith("complex")
        if wrong and not (ref.dtype == kind or ref.dtype.startswith("complex")):
            raise DTypeError(
                explain(
                    f"Input {index} of model {self.name!r} has the wrong dtype",
                    expected=f"{ref.dtype}, or what can be cast to it",
                    dtype=kind,
                )
            )

    def _fit(self, x: Any, ref: KerasTensor, index: int) -> Any:
        """Cast an input to its declared dtype, and add or drop a last axis of size 1."""
        if x is None:
            layer = ref._keras_history.operation
            if isinstance(layer, InputLayer) and layer.optional:
                return None
            raise ValueError(f"Input {index} ({layer.name!r}) of model {self.name!r} is None.")
        self._check_kind(x, ref, index)
        x = ops.convert_to_tensor(x, dtype=ref.dtype)
        have, want = len(x.shape), len(ref.shape)
        if have == want:
            return x
        if have == want + 1 and x.shape[-1] == 1:
            return ops.squeeze(x, -1)
        if have == want - 1 and ref.shape[-1] == 1:
            return ops.expand_dims(x, -1)
        raise ShapeError(
            f"Input {index} of model {self.name!r} has another number of axes",
            expected=f"shape {ref.shape}", shape=tuple(x.shape),
        )  # fmt: skip

    # Configs.

    def get_config(self) -> dict[str, Any]:
        """Return the layers' configs and how they are connected, as Keras writes it."""
        if not _is_plain_functional(type(self)):
            return Model.get_config(self)
        from kerasish.models.functional_config import to_config

        return to_config(self)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Return the model that a config describes."""
        from kerasish.models.functional_config import from_config, is_functional_config

        if is_functional_config(config):
            return from_config(cls, config, custom_objects)
        return cls(**config)

    def __reduce__(self) -> Any:
        return Model.__reduce__(self)


def _is_plain_functional(cls: type) -> bool:
    """Whether a class is made by its inputs and outputs, as Functional itself is."""
    return cls is Functional or cls._parameters[:2] == ("inputs", "outputs")  # type: ignore[attr-defined]


def _plain(structure: Any) -> Any:
    return tree.map_structure(lambda x: x, structure)


def _spec(tensor: KerasTensor) -> InputSpec:
    layer = tensor._keras_history.operation
    return InputSpec(
        shape=(None, *tensor.shape[1:]) if tensor.shape else (), allow_last_axis_squeeze=True,
        name=layer.name, optional=isinstance(layer, InputLayer) and layer.optional,
    )  # fmt: skip


def _same_structure(a: Any, b: Any) -> bool:
    """Whether two structures agree; a list may stand for a tuple."""
    if isinstance(a, dict) or isinstance(b, dict):
        both = isinstance(a, dict) and isinstance(b, dict) and set(a) == set(b)
        return both and all(_same_structure(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)) or isinstance(b, (list, tuple)):
        both = isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)) and len(a) == len(b)
        return both and all(_same_structure(x, y) for x, y in zip(a, b, strict=True))
    return True


def _from_inputs(inputs: Any, outputs: Any) -> tuple[Any, Any]:
    """Let a model that begins in the midst of others' calls begin with Inputs of its own."""
    flat = tree.flatten(inputs)
    if all(
        isinstance(x._keras_history.operation, InputLayer)
        for x in flat
        if hasattr(x, "_keras_history")
    ):
        return inputs, outputs
    fed = [
        x
        if isinstance(x._keras_history.operation, InputLayer)
        else Input(
            batch_shape=x.shape, dtype=x.dtype, name=f"{x._keras_history.operation.name}_input"
        )
        for x in flat
    ]
    found = CallGraph(inputs, outputs).run(fed)
    return tree.pack_sequence_as(inputs, fed), tree.pack_sequence_as(outputs, found)


def _shown(structure: Any) -> Any:
    return tree.map_structure(
        lambda x: getattr(x, "name", "*") if isinstance(x, KerasTensor) else "*", structure
    )
