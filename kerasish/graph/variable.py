"""graph.Variable: state that an initializer sets, and assignments that a session runs."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

from kerasish import ops
from kerasish.arrays.dtype import standardize_dtype
from kerasish.backend.variable import Variable as State
from kerasish.errors import explain
from kerasish.graph.tensor import GraphTensor, deferred

_all: list[weakref.ref[Variable]] = []
_others: list[Any] = []  # what else the initializer runs: optimizers begin anew


class Variable(GraphTensor):
    """A variable of a graph. It has no value until a session runs its initializer.

    A value belongs to the variable, not to a session: two sessions see the same one.

    Args:
        initial_value: an array, a number, a graph tensor (`random_normal(…)`), or a function
            without arguments that returns one of them.
        trainable: whether `minimize` changes it.
        name: made unique.
        dtype: by default that of the value.

    Attributes:
        state: where the value lives.
        initial_value: what the initializer sets it to.
        is_initialized: whether it has a value.

    Example:
        >>> from kerasish import graph
        >>> v = graph.Variable([1.0, 2.0])
        >>> with graph.Session() as session:
        ...     session.run(graph.global_variables_initializer())
        ...     session.run(v * 2).tolist()
        [2.0, 4.0]
    """

    def __init__(
        self, initial_value: Any, trainable: bool = True, name: str | None = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        if callable(initial_value) and not isinstance(initial_value, GraphTensor):
            initial_value = initial_value()
        if not isinstance(initial_value, GraphTensor):
            initial_value = constant(initial_value, dtype)
        shape = initial_value.shape
        if shape is None or None in shape:
            raise ValueError(
                explain(
                    "The shape of `initial_value` must be known",
                    advice="Give random_normal and its like a full shape.",
                    initial_value=initial_value,
                )
            )
        kind = standardize_dtype(dtype or initial_value.dtype)
        super().__init__(None, (), None, shape, kind, name or "Variable")
        self.initial_value = initial_value
        self.trainable = bool(trainable)
        self.is_initialized = False
        self.state = State(
            np.zeros(shape), dtype=kind, trainable=trainable, name=self.name.replace("/", "_")
        )
        _all.append(weakref.ref(self))

    @property
    def needs(self) -> list[GraphTensor]:
        """Nothing: reading a variable runs nothing else."""
        return []

    def compute(self, evaluation: Any) -> Any:
        """Return the value from before the run."""
        return evaluation.before[self]

    @property
    def initializer(self) -> GraphTensor:
        """The assignment of the initial value."""
        return Assign(self, self.initial_value, initializes=True)

    def assign(self, value: Any) -> GraphTensor:
        """Return the operation that sets the value; running it gives the new value."""
        return assign(self, value)

    def assign_add(self, delta: Any) -> GraphTensor:
        """Return the operation that adds to the value."""
        return assign_add(self, delta)

    def assign_sub(self, delta: Any) -> GraphTensor:
        """Return the operation that subtracts from the value."""
        return assign_sub(self, delta)

    def read_value(self) -> GraphTensor:
        """Return a read of the value from before the run."""
        return identity(self)

    def load(self, value: Any, session: Any = None) -> None:
        """Set the value now."""
        self.state.assign(value)
        self.is_initialized = True


class Assign(GraphTensor):
    """An operation that sets a variable, or adds to it what it holds at that moment.

    Args:
        variable: which.
        value: what to set it to, or to add.
        adds: whether it is added.
        initializes: whether the variable has a value after this.
    """

    def __init__(
        self, variable: Variable, value: Any, adds: bool = False, initializes: bool = False
    ) -> None:
        if not isinstance(variable, Variable):
            raise TypeError(explain("Only a graph.Variable can be assigned", variable=variable))
        given = tuple(value.shape or ()) if isinstance(value, GraphTensor) else np.shape(value)
        known = not isinstance(value, GraphTensor) or (value.shape and None not in value.shape)
        if known and not adds and given != tuple(variable.shape):
            raise ValueError(
                explain(
                    f"The value does not fit the variable {variable.name!r}",
                    expected=f"shape {variable.shape}", shape=given,
                )
            )  # fmt: skip
        name = "assign_add" if adds else "assign"
        super().__init__(None, (value,), None, variable.shape, variable.dtype, name)
        self.variable, self.adds, self.initializes = variable, adds, initializes

    def compute(self, evaluation: Any) -> Any:
        """Assign; the variable has the value after the run."""
        (value,) = evaluation.values(self.args)
        state = self.variable.state
        return state.assign_add(value) if self.adds else state.assign(value)


def assign(ref: Variable, value: Any) -> GraphTensor:
    """Return the operation that sets a variable; running it gives the new value."""
    return Assign(ref, value)


def assign_add(ref: Variable, value: Any) -> GraphTensor:
    """Return the operation that adds to a variable what it is given.

    Several of them in one run all add, unlike `assign(v, v + 1)`, which reads the value from
    before the run.
    """
    return Assign(ref, value, adds=True)


def assign_sub(ref: Variable, value: Any) -> GraphTensor:
    """Return the operation that subtracts from a variable."""
    return assign_add(ref, ops.negative(_handle(value)))


class Group(GraphTensor):
    """Operations that run together, for what they do; its value is None."""

    def __init__(self, operations: Any) -> None:
        super().__init__(None, tuple(operations), None, (), None, "group")

    def compute(self, evaluation: Any) -> None:
        """Nothing is left to do: what it needs has run."""


def group(*inputs: Any) -> GraphTensor:
    """Return one operation that runs several; its value is None."""
    flat = [x for given in inputs for x in (given if isinstance(given, (list, tuple)) else [given])]
    for x in flat:
        if not isinstance(x, GraphTensor):
            raise TypeError(explain("group takes operations of a graph", input=x))
    return Group(flat)


def identity(input: Any) -> GraphTensor:
    """Return the same value, as a call of its own: it waits for `control_dependencies`."""
    return deferred(_identity, (_handle(input),), {}, "identity")  # type: ignore[no-any-return]


def _identity(x: Any) -> Any:
    return ops.convert_to_tensor(x)


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str = "Const") -> GraphTensor:
    """Return a value that is the same in every run; filled up to a shape if one is given."""
    tensor = ops.convert_to_tensor(value, dtype)
    if shape is not None:
        tensor = ops.broadcast_to(tensor, tuple(shape))
    return GraphTensor(lambda: tensor, (), None, tensor.shape, tensor.dtype, name)


def _handle(x: Any) -> GraphTensor:
    return x if isinstance(x, GraphTensor) else constant(x)


def global_variables() -> list[Variable]:
    """Return all variables of the graph, in the order in which they were made."""
    found = [reference() for reference in _all]
    return [v for v in found if v is not None]


def trainable_variables() -> list[Variable]:
    """Return the variables that `minimize` changes."""
    return [v for v in global_variables() if v.trainable]


def variables_initializer(var_list: Any) -> GraphTensor:
    """Return the operation that sets some variables to their initial values."""
    return group(*[v.initializer for v in var_list])


def global_variables_initializer() -> GraphTensor:
    """Return the operation that sets all variables made so far to their initial values."""
    return group(variables_initializer(global_variables()), *_others)


def reset_default_graph() -> None:
    """Forget the variables made so far: `global_variables_initializer` begins anew."""
    _all.clear()
    _others.clear()


def add_to_initializer(operation: GraphTensor) -> None:
    """Let `global_variables_initializer` run an operation as well."""
    _others.append(operation)
