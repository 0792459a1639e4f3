"""Model: a layer that can be trained, saved and summarised."""

from __future__ import annotations

from typing import Any

from kerasish._frames import hides_frames
from kerasish.errors import explain
from kerasish.layers.layer import Layer
from kerasish.ops.keras_tensor import KerasTensor
from kerasish.training.trainer import Trainer


class Model(Trainer, Layer):
    """A layer with `compile`, `fit`, `evaluate` and `predict`.

    Made from inputs and outputs it is a functional model; subclassed, it holds layers as
    attributes and defines `call`.

    Args:
        inputs: what the model is fed with: a `keras.Input`, or a list or dict of them.
        outputs: what it computes: what calls of layers on the inputs gave, one or a structure.
        name: unique name; made from the class's by default.
        trainable: whether gradients are wanted for the weights.
        **kwargs: further arguments of `Layer`, as `dtype`.

    Example:
        >>> import kerasish as keras
        >>> inputs = keras.Input((3,))
        >>> model = keras.Model(inputs, keras.layers.Dense(2)(inputs))
        >>> model.output_shape
        (None, 2)

        >>> class Twice(keras.Model):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.dense = keras.layers.Dense(2)
        ...
        ...     def call(self, inputs, training=None):
        ...         return 2 * self.dense(inputs)
        >>> Twice()(keras.ops.ones((4, 3))).shape
        (4, 2)
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is Model and _is_functional(args, kwargs):
            from kerasish.models.functional import Functional

            return super().__new__(Functional, *args, **kwargs)
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from kerasish.models.functional import Functional

        if _is_functional(args, kwargs) and not isinstance(self, Functional):
            self.__class__ = _with_functional(type(self), Functional)
            Functional.__init__(self, *args, **kwargs)  # type: ignore[arg-type]
            return
        if args:
            raise ValueError(explain("Model takes no other positional arguments", arguments=args))
        Trainer.__init__(self)
        Layer.__init__(self, **kwargs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs. Subclasses define this."""
        raise NotImplementedError(f"Model {type(self).__name__} does not define `call()`.")

    def _lock_state(self) -> None:
        """Models stay open: `compile` and users add to them after building."""

    @property
    def layers(self) -> list[Layer]:
        """The layers directly within."""
        return list(self._flatten_layers(include_self=False, recursive=False))

    @layers.setter
    def layers(self, value: Any) -> None:
        raise AttributeError("`layers` is an attribute that models keep for themselves.")

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Return a layer by name or by index.

        Raises:
            ValueError: when there is none, or both or neither are given.
        """
        if (name is None) == (index is None):
            raise ValueError(explain("Give either `name` or `index`", name=name, index=index))
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(explain(f"The model has {len(layers)} layers", index=index))
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        raise ValueError(
            explain(f"There is no layer {name!r}", expected=f"one of {[x.name for x in layers]}")
        )

    @hides_frames
    def build(self, input_shape: Any = None) -> None:
        """Make all weights, for inputs of a shape (or a structure of shapes)."""
        if self.built or input_shape is None:
            self.built = True
            return
        shapes = input_shape
        from kerasish.layers.calling import map_shapes

        handles = map_shapes(lambda shape: KerasTensor(shape, self.compute_dtype), shapes)
        try:
            Layer.compute_output_spec(self, handles)
        except NotImplementedError:
            raise
        except Exception as error:
            raise RuntimeError(
                f"Model {self.name!r} could not be built for inputs of shape {input_shape}: "
                f"{error} Call it on data instead."
            ) from error
        self.built = True

    def summary(
        self, line_length: int | None = None, positions: Any = None, print_fn: Any = None,
        expand_nested: bool = False, show_trainable: bool = False, layer_range: Any = None,
    ) -> None:  # fmt: skip
        """Print a table of the layers, their output shapes and numbers of parameters.

        Args:
            line_length: width in characters.
            positions: kept for Keras; widths follow the content.
            print_fn: called with the text; `print` by default.
            expand_nested: whether models within are listed too.
            show_trainable: whether a column says what is trained.
            layer_range: names of the first and the last layer to list.

        Example:
            >>> import kerasish as keras
            >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)], name="net")
            >>> lines = []
            >>> model.summary(print_fn=lines.append)
            >>> "Total params: 8" in lines[0]
            True
        """
        from kerasish.models.summary import summarise

        text = summarise(self, line_length, expand_nested, show_trainable, layer_range)
        (print if print_fn is None else print_fn)(text)

    @hides_frames
    def save_weights(self, filepath: Any, overwrite: bool = True) -> None:
        """Write all weights to a `.weights.h5` file, in Keras 3's layout.

        The file appears whole or not at all, even if the process is killed.

        Args:
            filepath: must end in `.weights.h5`.
            overwrite: whether an existing file may be replaced; if not, and there is one, it
                is an error.

        Example:
            >>> import os, tempfile
            >>> import kerasish as keras
            >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
            >>> path = os.path.join(tempfile.mkdtemp(), "net.weights.h5")
            >>> model.save_weights(path)
            >>> model.load_weights(path)
        """
        from kerasish.saving.weights_h5 import save_weights

        save_weights(self, filepath, overwrite=overwrite)

    @hides_frames
    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
        """Read the weights from a `.weights.h5` file that kerasish or Keras 3 wrote.

        All or none are set.

        Args:
            filepath: must end in `.weights.h5`.
            skip_mismatch: leave out, with a warning, what does not fit.
            **kwargs: there are none; a name that is not known is an error.

        Raises:
            ValueError: where layers or shapes differ, unless `skip_mismatch`; where there is no
                such file, an error of the system's.

        Example:
            `model.load_weights("net.weights.h5")`, after `save_weights` of a model of the same
            layers; see there.
        """
        from kerasish.saving.weights_h5 import load_weights

        if kwargs:
            raise ValueError(explain("Unknown arguments of load_weights", arguments=sorted(kwargs)))
        load_weights(self, filepath, skip_mismatch=skip_mismatch)

    def export(
        self, filepath: Any, format: str = "graph", verbose: Any = None,
        input_signature: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        """Write the model to one file that runs without kerasish, with the same bits.

        `kerasish.export.load`, or a copy of `kerasish/export/loader.py` beside NumPy, runs it.

        Args:
            filepath: of the file; by custom it ends in `.kgraph`.
            format: `"graph"`, the only one.
            verbose: whether a line is printed when the file is written.
            input_signature: an InputSpec (or a structure of them) for each argument of `call`;
                needed only where the model does not know its inputs.
            **kwargs: `batch_size`, for a model that works for one size of the batch only.

        Raises:
            ValueError: for another format, or a model that a graph file cannot hold.
        """
        from kerasish.export.graph_file import export

        if format != "graph":
            raise ValueError(explain("Unknown export format", expected="'graph'", format=format))
        unknown = sorted(set(kwargs) - {"batch_size"})
        if unknown:
            raise ValueError(explain("Unknown arguments of export", arguments=unknown))
        signature = () if input_signature is None else input_signature
        specs = signature if isinstance(signature, (list, tuple)) else (signature,)
        export(self, filepath, *specs, **kwargs)
        if verbose:
            print(f"Model {self.name!r} is written to {filepath}.")  # noqa: T201 - was asked for

    def get_state_tree(self, value_format: str = "backend_tensor") -> dict[str, Any]:
        """Return all variables as nested dicts, by the parts of their paths.

        Args:
            value_format: `"backend_tensor"` or `"numpy_array"`.

        Raises:
            ValueError: when two variables have one path.
        """
        groups = {
            "trainable_variables": self.trainable_variables,
            "non_trainable_variables": self.non_trainable_variables,
            "optimizer_variables": self.optimizer.variables if self.optimizer else [],
            "metrics_variables": self.metrics_variables,
        }
        return {name: _nested(variables, value_format) for name, variables in groups.items()}

    def set_state_tree(self, state_tree: dict[str, Any]) -> None:
        """Set variables from what `get_state_tree` returned, or from a part of it."""
        groups = {
            "trainable_variables": self.trainable_variables,
            "non_trainable_variables": self.non_trainable_variables,
            "optimizer_variables": self.optimizer.variables if self.optimizer else [],
            "metrics_variables": self.metrics_variables,
        }
        for group, values in state_tree.items():
            if group not in groups:
                raise ValueError(f"Unknown group {group!r}; expected one of {sorted(groups)}.")
            known = {v.path: v for v in groups[group]}
            for path, value in _flat_paths(values).items():
                if path in known:
                    known[path].assign(value)

    def to_json(self, **kwargs: Any) -> str:
        """Return the model's config as JSON; further arguments go to `json.dumps`."""
        import json

        from kerasish._registry import serialize_keras_object

        return json.dumps(serialize_keras_object(self), **kwargs)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return Layer.get_config(self)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Return the model that a config describes."""
        from kerasish.models.functional import Functional
        from kerasish.models.functional_config import from_config, is_functional_config

        if is_functional_config(config) and (
            cls is Model
            or cls._parameters[:2] == ("inputs", "outputs")
            or "__init__" not in vars(cls)
        ):
            return from_config(Functional if cls is Model else cls, config, custom_objects)
        try:
            return cls(**config)
        except TypeError as error:
            raise TypeError(
                f"{cls.__name__} could not be made from its config: its constructor must take "
                f"{sorted(config)}, or the class must define `from_config`. The error was: {error}"
            ) from error

    def __reduce__(self) -> Any:
        from kerasish.models.pickling import reduce

        return reduce(self)


def _is_functional(args: Any, kwargs: Any) -> bool:
    has_inputs = len(args) == 1 or "inputs" in kwargs
    return len(args) in (2, 3) or (has_inputs and "outputs" in kwargs)


_FUNCTIONAL_TWINS: dict[type, type] = {}


def _with_functional(cls: type, functional: type) -> type:
    """Return a subclass's twin that is a functional model, too, under the same name."""
    if cls not in _FUNCTIONAL_TWINS:
        twin = type(
            cls.__name__,
            (cls, functional),
            {"__module__": cls.__module__, "__qualname__": cls.__qualname__, "_twin_of": cls},
        )
        _FUNCTIONAL_TWINS[cls] = twin
    return _FUNCTIONAL_TWINS[cls]


def _nested(variables: list[Any], value_format: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    seen: set[str] = set()
    for variable in variables:
        if variable.path in seen:
            raise ValueError(
                f"Two variables have the path {variable.path!r}: give the layers other names."
            )
        seen.add(variable.path)
        *parents, last = variable.path.split("/")
        place = found
        for part in parents:
            place = place.setdefault(part, {})
        place[last] = variable.numpy() if value_format == "numpy_array" else variable.value
    return found


def _flat_paths(values: Any, prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in values.items():
        path = f"{prefix}/{key}" if prefix else key
        if isinstance(value, dict):
            found.update(_flat_paths(value, path))
        else:
            found[path] = value
    return found


def model_from_json(json_string: str, custom_objects: Any = None) -> Any:
    """Return the model that a JSON text describes, without weights.

    Raises:
        ValueError: when the text is no model's.
    """
    import json

    from kerasish._registry import deserialize_keras_object

    return deserialize_keras_object(json.loads(json_string), custom_objects)
