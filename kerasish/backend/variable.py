"""Variable: named state that lives longer than a step."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from kerasish._changes import Changes
from kerasish._names import auto_name, current_path
from kerasish.arrays.device import module_of, to_host
from kerasish.arrays.dtype import is_float, standardize_dtype
from kerasish.backend.convert import as_tensor
from kerasish.backend.first_value import first_value
from kerasish.backend.record import Leaf
from kerasish.backend.scopes import scopes
from kerasish.backend.storage import Storage
from kerasish.backend.tensor import Tensor, add_operators
from kerasish.errors import ShapeError, explain
from kerasish.primitives.applier import is_tracing
from kerasish.primitives.casting import cast
from kerasish.primitives.comparison import logical_and, logical_not, logical_or, logical_xor


class Variable:
    """A tensor that can be assigned: a weight, a counter, a seed.

    Args:
        initializer: the first value, or a callable `(shape, dtype=…)` that makes it.
        shape: needed when the initializer is a callable.
        dtype: by default that of the value, `floatx()` for a callable.
        trainable: whether gradients are wanted for it.
        autocast: whether it may be read in a layer's compute dtype.
        aggregation: kept for Keras; how replicas would be merged.
        name: unique names are made from it; no `/` allowed.

    Raises:
        ValueError: for a name with `/`, a missing shape, or an unknown aggregation.

    Example:
        >>> import kerasish as keras
        >>> v = keras.Variable([1.0, 2.0], name="v")
        >>> v.assign(v * 10).numpy().tolist()
        [10.0, 20.0]
    """

    #: Turns the name of an initializer into one; set by `kerasish.initializers`.
    initializer_by_name: Any = None

    def __init__(
        self,
        initializer: Any,
        shape: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        synchronization: str = "auto",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if kwargs:
            raise ValueError(explain("Unknown arguments of Variable", arguments=sorted(kwargs)))
        name = name or auto_name(type(self).__name__)
        if not isinstance(name, str) or "/" in name:
            raise ValueError(explain("`name` must be a string without '/'", name=name))
        if aggregation not in (None, "none", "mean", "sum", "only_first_replica"):
            raise ValueError(
                explain(
                    "Unknown `aggregation`",
                    expected="'none', 'mean', 'sum' or 'only_first_replica'",
                    aggregation=aggregation,
                )
            )
        self._name = name
        path = current_path()
        self._path = f"{path}/{name}" if path else name
        self._trainable = bool(trainable)
        self._autocast = bool(autocast)
        self._aggregation = aggregation or "none"
        self._regularizer: Any = None
        self._constraint: Any = None
        self._overwrite_with_gradient = False
        self._initializer = initializer
        if isinstance(initializer, str) and dtype != "string":
            initializer = type(self).initializer_by_name(initializer)
        array = first_value(initializer, shape, dtype)
        self._shape = tuple(array.shape)
        self._dtype = standardize_dtype(array.dtype if dtype is None else dtype)
        self.storage = Storage(array)
        self.flat: Any = None  # the FlatVariable this is a piece of, from `offset` on
        self.offset = 0
        self.members: tuple[Any, ...] = ()
        self._seen: Any = None
        self._view: Any = array
        self._tensor: Tensor | None = None
        self._leaf = Leaf(self._shape, self._dtype)

    # What it is.

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self._name

    @property
    def path(self) -> str:
        """Name with the names of the layers around it, separated by `/`."""
        return self._path

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the axes."""
        return self._shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self._shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self._shape)

    @property
    def dtype(self) -> str:
        """Name of the dtype; within an autocast scope, the one it is read in."""
        wanted = scopes.autocast
        return wanted if wanted and self._autocast and is_float(self._dtype) else self._dtype

    @property
    def trainable(self) -> bool:
        """Whether gradients are wanted for it."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        if bool(value) != self._trainable:
            Changes.note()
        self._trainable = bool(value)
        self._tensor = None

    @property
    def aggregation(self) -> str:
        """How replicas would be merged."""
        return self._aggregation

    @property
    def regularizer(self) -> Any:
        """A function whose value on this variable is added to the loss, or None."""
        return self._regularizer

    @regularizer.setter
    def regularizer(self, value: Any) -> None:
        self._regularizer = _callable_or_none("regularizer", value)

    @property
    def constraint(self) -> Any:
        """A function applied to the value after each update, or None."""
        return self._constraint

    @constraint.setter
    def constraint(self, value: Any) -> None:
        self._constraint = _callable_or_none("constraint", value)

    @property
    def overwrite_with_gradient(self) -> bool:
        """Whether an update replaces the value by the gradient."""
        return self._overwrite_with_gradient

    @overwrite_with_gradient.setter
    def overwrite_with_gradient(self, value: bool) -> None:
        if not isinstance(value, bool):
            raise TypeError(
                explain("`overwrite_with_gradient` must be a bool", overwrite_with_gradient=value)
            )
        self._overwrite_with_gradient = value

    # Reading.

    @property
    def array(self) -> Any:
        """The memory itself: read it at once, or call `storage.lend()` first."""
        memory = self.storage.array
        if self._seen is not memory:
            self._seen = memory
            if self.flat is None:
                self._view = memory
            else:
                self._view = memory[self.offset : self.offset + self.size].reshape(self._shape)
            self._tensor = None
        return self._view

    @property
    def record(self) -> Any:
        """The record that gradients for this variable arrive at."""
        return self._leaf

    @property
    def grad(self) -> Any:
        """The gradient that `backward()` summed up; None before."""
        return self._leaf.grad

    @grad.setter
    def grad(self, value: Any) -> None:
        self._leaf.grad = value

    @property
    def value(self) -> Tensor:
        """The value now, as a Tensor; within a traced function, the one it has there."""
        if scopes.state is not None:
            tensor = scopes.state.read(self)
        else:
            array = self.array
            tensor = self._tensor
            if tensor is None:
                tensor = self._tensor = Tensor(array, self._leaf if self._trainable else None)
            if not self.storage.lent:
                self.storage.lend()
        wanted = scopes.autocast
        if (
            wanted is not None
            and self._autocast
            and self._dtype != wanted
            and is_float(self._dtype)
        ):
            return cast(tensor, dtype=wanted)  # type: ignore[no-any-return]
        return tensor  # type: ignore[no-any-return]

    def __tensor__(self) -> Tensor:
        return self.value

    def numpy(self) -> np.ndarray[Any, Any]:
        """Return a copy of the value as a NumPy array."""
        return self.value.numpy() if scopes.state is not None else np.array(to_host(self.array))

    # Writing.

    def assign(self, value: Any) -> Any:
        """Set the value.

        Args:
            value: of the variable's shape; cast to its dtype.

        Returns:
            The new value, as a Tensor.

        Raises:
            ShapeError: when the shape is another. The variable keeps its value then.
        """
        if type(value) is Tensor and scopes.state is None and self._can_adopt(value.value):
            self.storage.adopt(value.value)
            return value
        tensor = as_tensor(value, self._dtype)
        if tensor.shape != self._shape:
            raise ShapeError(
                f"The value does not fit the variable {self._path!r}",
                expected=f"shape {self._shape}",
                shape=tensor.shape,
            )
        if scopes.state is not None:
            scopes.state.assign(self, tensor)
        else:
            self._write(tensor.value if isinstance(value, Tensor) else tensor.value.copy())
        return self.value

    def _can_adopt(self, array: Any) -> bool:
        """Whether an array, as it is, may become the variable's memory (never written then)."""
        memory = self.storage.array
        return (
            type(array) is type(memory)
            and array.shape == self._shape
            and array.dtype == memory.dtype
            and self.flat is None
            and array.flags.c_contiguous
        )

    def _write(self, array: Any) -> None:
        if self._can_adopt(array):
            self.storage.adopt(array)
            return
        xp = module_of(self.storage.array)
        if module_of(array) is not xp:
            array = xp.asarray(array)
        self.storage.writable()
        xp.copyto(self.array, array)
        self._tensor = None

    def assign_add(self, value: Any) -> Any:
        """Add to the value."""
        return self.assign(self + value)

    def assign_sub(self, value: Any) -> Any:
        """Subtract from the value."""
        return self.assign(self - value)

    def move_into(self, flat: Any, offset: int) -> None:
        """Live in a flat variable from now on, from `offset`; the value there is the value."""
        self.flat, self.offset, self.storage = flat, offset, flat.storage
        self._seen, self._tensor = None, None
        self.storage.touch()

    # Out of the tensor world.

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        return self.numpy() if dtype is None else self.numpy().astype(dtype, copy=False)

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __index__(self) -> int:
        return self.value.__index__()

    def __bool__(self) -> bool:
        raise TypeError(
            f"The variable {self._path!r} is no bool. Compare it, or take its value: bool(v.value)."
        )

    def __round__(self, digits: int | None = None) -> Any:
        return round(self.value, digits)

    def __getitem__(self, key: Any) -> Any:
        return self.value[key]

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Tensor]:
        return iter(self.value)

    def __pos__(self) -> Tensor:
        return self.value

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        value = (
            ""
            if is_tracing()
            else f", value={np.array2string(to_host(self.array), separator=', ')}"
        )
        return f"<Variable path={self._path}, shape={self._shape}, dtype={self._dtype}{value}>"

    def __deepcopy__(self, memo: Any) -> Variable:
        make, args = self.__reduce__()
        twin = memo[id(self)] = make(*args)
        return twin  # type: ignore[no-any-return]

    def __reduce__(self) -> Any:
        state = {k: self.__dict__[k] for k in _PICKLED}
        return _revive, (type(self), to_host(self.array).copy(), self._dtype, self._name, state)


_PICKLED = (
    "_path", "_trainable", "_autocast", "_aggregation", "_regularizer", "_constraint",
    "_overwrite_with_gradient",
)  # fmt: skip


def _revive(kind: Any, array: Any, dtype: str, name: str, state: dict[str, Any]) -> Variable:
    variable = kind(array, dtype=dtype, name=name)
    variable.__dict__.update(state)
    return variable  # type: ignore[no-any-return]


def _callable_or_none(what: str, value: Any) -> Any:
    if value is not None and not callable(value):
        raise ValueError(explain(f"`{what}` must be callable or None", **{what: value}))
    return value


add_operators(Variable)


def _logical(primitive: Any, swapped: bool = False) -> Any:
    def operator(self: Variable, *others: Any) -> Any:
        values = [as_tensor(x, "bool") for x in (self, *others)]
        return primitive(*(values[::-1] if swapped else values))

    return operator


# Keras gives `&`, `|`, `^` and `~` of variables the logical meaning, whatever their dtype.
for _name, _operator in {
    "and": _logical(logical_and),
    "or": _logical(logical_or),
    "xor": _logical(logical_xor),
    "rand": _logical(logical_and, swapped=True),
    "ror": _logical(logical_or, swapped=True),
    "rxor": _logical(logical_xor, swapped=True),
    "invert": _logical(logical_not),
}.items():
    setattr(Variable, f"__{_name}__", _operator)
