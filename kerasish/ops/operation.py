"""Operation: something callable on tensors, which remembers its calls on KerasTensors.

A Layer is an Operation; each public function of `ops` becomes one when it meets a KerasTensor.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from kerasish import tree
from kerasish._names import auto_name
from kerasish.backend.abstract import output_specs
from kerasish.backend.tensor import Tensor
from kerasish.ops.keras_tensor import KerasHistory, KerasTensor, any_symbolic, first_symbolic


class Call:
    """One call of an operation on KerasTensors: a step of a functional model.

    Attributes:
        operation: what was called.
        args, kwargs: with what.
        outputs: the KerasTensors that came out, flat.
        input_tensors: the KerasTensors that went in, flat.
    """

    def __init__(self, operation: Operation, args: Any, kwargs: Any, outputs: Any) -> None:
        self.operation = operation
        self.args = args
        self.kwargs = kwargs
        self.structure = outputs
        self.outputs = [x for x in tree.flatten(outputs) if isinstance(x, KerasTensor)]
        self.input_tensors = [x for x in tree.flatten((args, kwargs)) if isinstance(x, KerasTensor)]
        index = len(operation._inbound_nodes)
        operation._inbound_nodes.append(self)
        for i, tensor in enumerate(self.outputs):
            tensor._keras_history = KerasHistory(operation, index, i)
        for tensor in self.input_tensors:
            if hasattr(tensor, "_keras_history"):
                parent = tensor._keras_history.operation
                parent._outbound_nodes.append(self)

    @property
    def is_input(self) -> bool:
        """Whether this is where a functional model is fed."""
        return not self.input_tensors

    @property
    def parent_nodes(self) -> list[Call]:
        """The calls that made the inputs."""
        found = []
        for tensor in self.input_tensors:
            history = getattr(tensor, "_keras_history", None)
            if history is not None:
                found.append(history.operation._inbound_nodes[history.node_index])
        return found

    @property
    def inputs(self) -> Any:
        """What went in: the one argument, or the KerasTensors among several."""
        if len(self.args) == 1 and not any_symbolic(self.kwargs.values()):
            return self.args[0]
        return self.input_tensors[0] if len(self.input_tensors) == 1 else self.input_tensors


class Operation:
    """Something callable on tensors and on KerasTensors.

    Subclasses define `call`, and `compute_output_spec` if running `call` on symbolic values
    cannot tell the shapes.
    """

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = auto_name(type(self).__name__)
        if not isinstance(name, str) or "/" in name:
            raise ValueError(f"`name` must be a string without '/'. Received: name={name!r}")
        self.name = name
        self._inbound_nodes: list[Call] = []
        self._outbound_nodes: list[Call] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if any_symbolic(args) or any_symbolic(kwargs.values()):
            return self.symbolic_call(*args, **kwargs)
        return self.call(*args, **kwargs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs."""
        raise NotImplementedError(f"{type(self).__name__} must define `call`.")

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Record the call; return KerasTensors."""
        outputs = self.compute_output_spec(*args, **kwargs)
        Call(self, args, kwargs, outputs)
        return outputs

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return KerasTensors with the shapes and dtypes that the call would give."""
        try:
            return output_specs(self.call, args, kwargs, KerasTensor)
        except Exception as error:
            named = (f"{name}={_shown(value)}" for name, value in kwargs.items())
            shown = ", ".join([*map(_shown, args), *named])
            note = f"It happened in {type(self).__name__} {self.name!r}, called on {shown}."
            if hasattr(error, "add_note"):
                error.add_note(note)
            raise

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal operation."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return an operation made from a config."""
        try:
            return cls(**config)
        except Exception as error:
            raise TypeError(
                f"{cls.__name__} could not be made from its config {config}. The error was: {error}"
            ) from error

    @property
    def input(self) -> Any:
        """The KerasTensors of the one call so far."""
        return self._only_call("input").inputs

    @property
    def output(self) -> Any:
        """The KerasTensors that the one call so far returned."""
        return self._only_call("output").structure

    def _only_call(self, what: str) -> Any:
        if not self._inbound_nodes:
            raise AttributeError(
                f"{type(self).__name__} {self.name!r} was never called and thus has no defined "
                f"{what}. Build a functional model from it, or give Sequential an Input."
            )
        if len(self._inbound_nodes) > 1:
            raise AttributeError(
                f"{type(self).__name__} {self.name!r} has several calls, hence its `{what}` is "
                "not one thing."
            )
        return self._inbound_nodes[0]


class FunctionCall(Operation):
    """A public function of `ops`, met with a KerasTensor."""

    def __init__(self, function: Callable[..., Any], name: str | None = None) -> None:
        super().__init__(name or auto_name(function.__name__))
        self.function = function

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the function."""
        return self.function(*args, **kwargs)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return KerasTensors; a function's `output_spec` knows what no run on sizes tells."""
        rule = getattr(self.function, "output_spec", None)
        if rule is not None:
            return rule(*args, **kwargs)
        return super().compute_output_spec(*args, **kwargs)

    def get_config(self) -> dict[str, Any]:
        """Return the function's public name."""
        return {"name": self.name, "function": self.function.__name__}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> FunctionCall:
        """Return the call of a public function, by its name."""
        from kerasish import ops

        name = config["function"]
        if name not in ops.__all__:
            raise ValueError(f"There is no public function {name!r} in kerasish.ops.")
        return cls(getattr(ops, name).__wrapped__, config["name"])


def op(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function of tensors public: on a KerasTensor it is recorded instead of run.

    Keras gives its functions a `name` in some places; here every public one takes it.
    """
    takes_name = "name" in inspect.signature(function).parameters

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        handle = None
        for arg in args:
            if type(arg) is not Tensor:
                handle = first_symbolic((arg,))
                if handle is not None:
                    break
        else:
            if kwargs:
                handle = first_symbolic(kwargs.values())
        if handle is None:
            return function(*args, **kwargs)
        name = kwargs.pop("name", None) if not takes_name else None
        return handle.defer(function, args, kwargs, name)

    return call


def _shown(argument: Any) -> str:
    """Return an argument for a message: of handles, their shapes."""
    return str(tree.map_structure(lambda x: getattr(x, "shape", x), argument))
