"""Metric: a number that is gathered over many batches, in variables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kerasish import dtype_policies, initializers, ops, tree
from kerasish._names import auto_name, named
from kerasish.arrays.dtype import floatx, is_integer
from kerasish.backend.stateless import StatelessScope
from kerasish.backend.variable import Variable
from kerasish.errors import explain


class Metric:
    """Base of all metrics.

    Subclasses make variables in `__init__` (`add_variable`), change them in `update_state`, and
    compute a number, or a dict of numbers, from them in `result`. Variables and metrics kept in
    attributes, or in lists and dicts there, belong to the metric.

    Args:
        dtype: name or policy of the dtype to compute in; `floatx()` by default.
        name: by default the class name in snake case, with a number from its second use on.

    Example:
        >>> class Largest(Metric):
        ...     def __init__(self, **kwargs):
        ...         super().__init__(**kwargs)
        ...         self.largest = self.add_variable((), "zeros", name="largest")
        ...     def update_state(self, values):
        ...         self.largest.assign(ops.maximum(self.largest, ops.max(values)))
        ...     def result(self):
        ...         return self.largest.value
        >>> metric = Largest()
        >>> metric.update_state([1.0, 5.0])
        >>> metric.update_state([4.0])
        >>> float(metric.result())
        5.0
    """

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name = name or auto_name(type(self).__name__)
        self._dtype_policy = dtype_policies.get(dtype or floatx())
        self._dtype = self._dtype_policy.compute_dtype
        self._variables: list[Variable] = []

    @property
    def dtype(self) -> str:
        """Name of the dtype that the metric is computed in."""
        return self._dtype  # type: ignore[no-any-return]

    @property
    def variables(self) -> list[Variable]:
        """Its variables, then those of the metrics it holds."""
        found = dict.fromkeys(self._variables)
        for metric in self._nested(Metric):
            found.update(dict.fromkeys(metric.variables))
        return list(found)

    @property
    def _metrics(self) -> list[Metric]:
        return self._nested(Metric)

    def add_variable(
        self, shape: Any, initializer: Any, dtype: Any = None, aggregation: str = "sum",
        name: str | None = None,
    ) -> Variable:  # fmt: skip
        """Make a variable of the metric.

        Args:
            shape: sizes of its axes.
            initializer: its first value: a name, an initializer, or a callable.
            dtype: `floatx()` by default.
            aggregation: kept for Keras; how replicas would be merged.
            name: its name.
        """
        self._check_super_called()
        with named(self.name.replace("/", ">"), self):
            variable = Variable(
                initializers.get(initializer),
                shape=tuple(shape) if isinstance(shape, list) else shape,
                dtype=dtype,
                trainable=False,
                autocast=False,
                aggregation=aggregation,
                name=name,
            )
        self._keep(variable)
        return variable

    def _add_total(self, shape: Any, name: str, dtype: str | None = None) -> Variable:
        """Make a variable that something is added to at each batch: as wide as a dtype can be.

        In float32 a count would stop growing at 2**24, in int32 it would turn negative at 2**31.
        """
        wide = "int64" if is_integer(dtype or floatx()) else "float64"
        return self.add_variable(shape, "zeros", dtype=wide, name=name)

    def _read(self, total: Any, dtype: str | None = None) -> Any:
        """Return a total, or what follows from totals, in the dtype that results have."""
        return ops.cast(total, dtype or floatx())

    def add_weight(
        self, shape: Any = (), initializer: Any = None, dtype: Any = None, name: str | None = None
    ) -> Variable:
        """Make a variable: the older name of `add_variable`."""
        return self.add_variable(shape=shape, initializer=initializer, dtype=dtype, name=name)

    def reset_state(self) -> None:
        """Set all variables to zero."""
        for variable in self.variables:
            variable.assign(ops.zeros(variable.shape, dtype=variable.dtype))

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        """Take one batch into account."""
        raise NotImplementedError(f"{type(self).__name__} must define `update_state`.")

    def result(self) -> Any:
        """Return the number, or a dict of numbers, for all batches since the last reset."""
        raise NotImplementedError(f"{type(self).__name__} must define `result`.")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Take one batch into account, then return the result."""
        self._check_super_called()
        self.update_state(*args, **kwargs)
        return self.result()

    def stateless_update_state(
        self, metric_variables: Sequence[Any], *args: Any, **kwargs: Any
    ) -> list[Any]:
        """Return what the variables would be after a batch, from what they are given to be.

        Args:
            metric_variables: a value for each of `variables`.
            *args: what `update_state` takes.
            **kwargs: likewise.

        Raises:
            ValueError: when the number of values is another.
        """
        with StatelessScope(self._paired(metric_variables)) as scope:
            self.update_state(*args, **kwargs)
        return self._values_after(scope)

    def stateless_result(self, metric_variables: Sequence[Any]) -> Any:
        """Return what the result would be, from what the variables are given to be.

        Raises:
            ValueError: when the number of values is another.
        """
        with StatelessScope(self._paired(metric_variables)):
            return self.result()

    def stateless_reset_state(self) -> list[Any]:
        """Return what the variables would be after a reset."""
        with StatelessScope() as scope:
            self.reset_state()
        return self._values_after(scope)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal metric."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return a metric made from a config."""
        return cls(**config)

    def _paired(self, values: Sequence[Any]) -> list[tuple[Variable, Any]]:
        if len(values) != len(self.variables):
            raise ValueError(
                explain(
                    "Argument `metric_variables` must be a list of tensors corresponding 1:1 to "
                    f"{type(self).__name__}().variables",
                    expected=f"{len(self.variables)} values",
                    length=len(values),
                )
            )
        return list(zip(self.variables, values, strict=True))

    def _values_after(self, scope: StatelessScope) -> list[Any]:
        found = [(variable, scope.get_current_value(variable)) for variable in self.variables]
        return [variable.value if value is None else value for variable, value in found]

    def _keep(self, variable: Variable) -> None:
        if not any(variable is known for known in self._variables):
            self._variables.append(variable)

    def _nested(self, kind: type) -> list[Any]:
        leaves = [leaf for value in vars(self).values() for leaf in tree.flatten(value)]
        return list(dict.fromkeys(leaf for leaf in leaves if isinstance(leaf, kind)))

    def _check_super_called(self) -> None:
        if "_variables" not in vars(self):
            raise RuntimeError(
                f"{type(self).__name__}.__init__() makes variables before it is set up. You "
                "forgot to call `super().__init__()` as its first line."
            )

    def __setattr__(self, name: str, value: Any) -> None:
        if "_variables" in vars(self):
            for leaf in tree.flatten(value):
                if isinstance(leaf, Variable):
                    self._keep(leaf)
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"
