"""Layer: weights made once in `build`, a formula in `call`, and everything around a call."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

from kerasish import activations, initializers, regularizers, tree
from kerasish import constraints as constraints_
from kerasish._names import auto_name, current_path, named
from kerasish._registry.configurable import Configurable
from kerasish.arrays.dtype import is_float, numpy_dtype
from kerasish.backend.scopes import concrete
from kerasish.backend.variable import Variable
from kerasish.dtype_policies import get as get_policy
from kerasish.errors import DTypeError, explain
from kerasish.layers.call_spec import CallSpec
from kerasish.layers.calling import LayerCalling, holds_unbuilt, map_shapes
from kerasish.layers.signatures import (
    bound_call,
    building,
    legacy_input_shape,
    positional_arguments,
)
from kerasish.layers.state import LayerState
from kerasish.ops.keras_tensor import KerasTensor
from kerasish.ops.operation import Operation


class Layer(LayerCalling, LayerState, Configurable, Operation):
    """A step of a model: state, and a computation that uses it.

    Subclasses make their weights in `build(input_shape)` with `add_weight`, or hold other layers
    as attributes, and define `call(inputs)`. A `call` that takes `training` or `mask` is given
    them. The constructor's arguments are remembered, so `get_config` needs no code of its own.

    Args:
        activity_regularizer: a regularizer of the outputs.
        trainable: whether gradients are wanted for the weights.
        dtype: a dtype or a dtype policy.
        autocast: whether float inputs are cast to the compute dtype.
        name: unique name.

    Example:
        >>> import kerasish as keras
        >>> class Scale(keras.layers.Layer):
        ...     def build(self, input_shape):
        ...         self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones")
        ...     def call(self, inputs):
        ...         return inputs * self.factor
        >>> Scale()(keras.ops.ones((2, 3))).shape
        (2, 3)
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "build" in vars(cls):
            cls.build = building(vars(cls)["build"])  # type: ignore[method-assign]
        if "call" in vars(cls):
            cls._call_signature = inspect.signature(bound_call(vars(cls)["call"]))

    _call_signature = inspect.signature(lambda *args, **kwargs: None)

    def __init__(
        self, *, activity_regularizer: Any = None, trainable: bool = True, dtype: Any = None,
        autocast: bool = True, name: str | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        self._initialize_tracker()
        Operation.__init__(self, name=name or auto_name(type(self).__name__))
        if not isinstance(trainable, bool):
            raise ValueError(explain("`trainable` must be a bool", trainable=trainable))
        self.activity_regularizer = regularizers.get(activity_regularizer)
        input_shape = legacy_input_shape(kwargs)
        if input_shape is not None:
            self._input_shape_arg = input_shape
        if kwargs:
            raise ValueError(
                explain(f"Unknown arguments of {type(self).__name__}", arguments=sorted(kwargs))
            )
        self._path = f"{current_path()}/{self.name}".lstrip("/")
        self.dtype_policy = dtype
        self.autocast = autocast
        self._trainable = trainable
        self._input_spec: Any = None
        self._convert_input_args = True
        self._allow_non_tensor_positional_args = False
        self._build_shapes_dict: dict[str, Any] | None = None
        self._called = False
        parameters = self._call_signature.parameters
        self._takes_training = "training" in parameters
        default = parameters["training"].default if self._takes_training else None
        self._training_default = None if default is inspect.Parameter.empty else default
        self._takes_mask = "mask" in parameters
        self.supports_masking = self._takes_mask
        self.built = False

    # What it is.

    @property
    def path(self) -> str:
        """Names of the layers around this one, and its own."""
        return self._path

    @property
    def dtype_policy(self) -> Any:
        """In which dtypes the layer computes and keeps its weights."""
        return self._dtype_policy

    @dtype_policy.setter
    def dtype_policy(self, value: Any) -> None:
        policy = self._dtype_policy = get_policy(value)
        self._quick_name = policy.compute_dtype
        try:
            self._quick_dtype = numpy_dtype(policy.compute_dtype)
        except DTypeError:  # bfloat16 without its package, which is said when it is used
            self._quick_dtype = None
        self._computes_as_kept = policy.compute_dtype == policy.variable_dtype

    @property
    def dtype(self) -> str:
        """The dtype of the weights."""
        return self.variable_dtype

    @property
    def variable_dtype(self) -> str:
        """The dtype of the weights."""
        return self.dtype_policy.variable_dtype  # type: ignore[no-any-return]

    @property
    def compute_dtype(self) -> str:
        """The dtype that the layer computes in."""
        return self.dtype_policy.compute_dtype  # type: ignore[no-any-return]

    @property
    def input_dtype(self) -> str:
        """The dtype that inputs are cast to."""
        return self.compute_dtype

    @property
    def input_spec(self) -> Any:
        """What the inputs must be like: an InputSpec or a structure of them."""
        return self._input_spec

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        self._input_spec, self._quick_spec = value, None

    # State.

    def add_weight(
        self, *positional: Any, shape: Any = None, initializer: Any = None, dtype: Any = None,
        trainable: bool = True, autocast: bool = True, regularizer: Any = None,
        constraint: Any = None, aggregation: str = "none", overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:  # fmt: skip
        """Make a variable that belongs to this layer.

        Args:
            *positional: shape, initializer and dtype may be given by position, in this order.
            shape: sizes; `()` by default.
            initializer: by default Glorot's uniform one for floats, zeros for the rest.
            dtype: that of the layer's weights by default.
            trainable: whether gradients are wanted for it.
            autocast: whether it is read in the compute dtype.
            regularizer, constraint: as for Dense.
            aggregation: kept for Keras.
            overwrite_with_gradient: whether an update replaces the value by the gradient.
            name: its name within the layer.
        """
        self._check_super_called()
        shape, initializer, dtype = positional_arguments(positional, shape, initializer, dtype)
        dtype = self.variable_dtype if dtype is None else dtype
        if initializer is None:
            initializer = "glorot_uniform" if is_float(str(dtype)) else "zeros"
        with named(self.name, self), concrete():
            variable = Variable(
                initializers.get(initializer), shape=shape if shape is not None else (),
                dtype=dtype, trainable=trainable, autocast=autocast, aggregation=aggregation,
                name=name,
            )  # fmt: skip
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints_.get(constraint)
        variable.overwrite_with_gradient = overwrite_with_gradient
        self._track_variable(variable)
        return variable

    def _track_variable(self, variable: Variable) -> None:
        self._tracker.track(variable)

    def _check_super_called(self) -> None:
        if "_path" not in vars(self):
            raise RuntimeError(
                f"{type(self).__name__}.__init__ did not call super().__init__() before it was "
                "used."
            )

    def build(self, input_shape: Any = None) -> None:
        """Make the weights for inputs of a shape. Layers without weights need not define it."""
        self._check_super_called()
        if type(self).build is Layer.build and holds_unbuilt(self):
            warnings.warn(
                f"{type(self).__name__} {self.name!r} was told to build, but does not define "
                "`build`, and its sublayers are not built. Call it on data instead.",
                stacklevel=2,
            )
        self.built = True

    def _build_at_init(self) -> None:
        """Count as built at once: for layers whose `build` makes nothing."""
        if type(self).build is Layer.build:
            self._finish_building()

    def _finish_building(self) -> None:
        """Count as built; what a frozen layer made is frozen, and nothing more can be made."""
        if not self._trainable:
            self.trainable = False
        self.built = True
        self._post_build()
        self._lock_state()

    def _post_build(self) -> None:
        """Do what must follow `build`; Model overrides it."""

    def _lock_state(self) -> None:
        self._tracker.lock(
            f"Layer {self.name!r} is built: variables and sublayers cannot be added any more. "
            "Make them in __init__ or in build."
        )

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Build for the shapes that `get_build_config` gave."""
        if config:
            if "input_shape" in config:
                self.build(config["input_shape"])
            elif "shapes_dict" in config:
                self.build(**config["shapes_dict"])

    def get_build_config(self) -> dict[str, Any] | None:
        """Return the shapes that the layer was built for."""
        shapes = self._build_shapes_dict
        if not shapes:
            return None
        return (
            {"input_shape": next(iter(shapes.values()))}
            if len(shapes) == 1
            else {"shapes_dict": shapes}
        )

    # Calling.

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs from the inputs. Every layer defines this."""
        raise NotImplementedError(f"Layer {type(self).__name__} does not define `call()`.")

    def stateless_call(
        self, trainable_variables: Any, non_trainable_variables: Any, *args: Any,
        return_losses: bool = False, **kwargs: Any,
    ) -> Any:  # fmt: skip
        """Call with given values for the variables, and return what they become.

        Returns:
            `(outputs, non_trainable_variables)`, and the losses if they are asked for.
        """
        from kerasish.backend.stateless import StatelessScope

        if not self.built:
            raise ValueError(f"Layer {self.name!r} must be built before stateless_call.")
        mine = self.trainable_variables, self.non_trainable_variables
        given = list(trainable_variables), list(non_trainable_variables)
        for what, a, b in zip(("trainable", "non_trainable"), mine, given, strict=True):
            if len(a) != len(b):
                raise ValueError(
                    f"Layer {self.name!r} has {len(a)} {what} variables, not {len(b)}."
                )
        pairs = [p for a, b in zip(mine, given, strict=True) for p in zip(a, b, strict=True)]
        with StatelessScope(pairs, collect_losses=return_losses) as scope:
            outputs = self(*args, **kwargs)
            losses = self.losses if return_losses else []
        after = [scope.values[v] for v in mine[1]]
        return (outputs, after, losses) if return_losses else (outputs, after)

    # Symbolic calls.

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return KerasTensors with the shapes and dtypes that a call would give."""
        self._check_super_called()
        if type(self).compute_output_shape is Layer.compute_output_shape:
            return Operation.compute_output_spec(self, *args, **kwargs)
        spec = CallSpec(self._call_signature, args, kwargs)
        shapes = spec.shapes()
        names = inspect.signature(self.compute_output_shape).parameters
        if len(names) == 1 and next(iter(names)) not in shapes:
            found = self.compute_output_shape(next(iter(shapes.values()), None))
        else:
            found = self.compute_output_shape(**{k: v for k, v in shapes.items() if k in names})
        return map_shapes(lambda shape: KerasTensor(shape, self.compute_dtype), found)

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """Return the shape of the outputs for inputs of a shape, by running `call` on shapes."""
        make = lambda shape: KerasTensor(shape, self.compute_dtype)  # noqa: E731
        handles = [map_shapes(make, shape) for shape in args]
        named_ = {k.removesuffix("_shape"): map_shapes(make, v) for k, v in kwargs.items()}
        if not self.built:
            self._maybe_build(CallSpec(self._call_signature, handles, named_))
        outputs = Operation.compute_output_spec(self, *handles, **named_)
        return tree.map_structure(lambda x: x.shape, outputs)

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Record the call; return KerasTensors."""
        return self._call_on_handles(args, kwargs, {})

    # Configs.

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal layer without its weights."""
        from kerasish import dtype_policies

        self._check_super_called()
        config = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": dtype_policies.serialize(self.dtype_policy),
        }
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        names = tuple(n for n in self._parameters if n not in (*config, "activity_regularizer"))
        own = self.constructor_config(names)
        for name in own:
            if name.endswith("activation") and callable(vars(self).get(name)):
                own[name] = activations.serialize(vars(self)[name])  # Keras's by name alone
        return {**config, **own}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return a layer made from a config."""
        from kerasish._registry import deserialize_keras_object

        config = dict(config)
        if isinstance(config.get("dtype"), dict):
            config["dtype"] = deserialize_keras_object(config["dtype"])
        return super().from_config(config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    def __str__(self) -> str:
        return repr(self)

    def __reduce__(self) -> Any:
        return _revive, (type(self), self._arguments), _state(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._initialize_tracker()
        state = dict(state)
        built = state.pop("built", False)  # last: what is set on a built layer changes a setting
        for name, value in state.items():
            setattr(self, name, value)
        self.built = built
        self.dtype_policy = self._dtype_policy


def _state(layer: Layer) -> dict[str, Any]:
    derived = {
        "_tracker", "_trainable_variables", "_non_trainable_variables", "_metrics", "_layers",
        "_seed_generators", "_losses", "_loss_ids", "_arguments", "_inbound_nodes",
        "_outbound_nodes", "_inner",
    }  # fmt: skip
    state = {k: v for k, v in vars(layer).items() if k not in derived}
    return {**state, "_inbound_nodes": [], "_outbound_nodes": []}


def _revive(cls: type, arguments: dict[str, Any]) -> Any:
    layer = cls.__new__(cls)
    object.__setattr__(layer, "_arguments", arguments)
    return layer
