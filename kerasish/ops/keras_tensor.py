"""KerasTensor: the functional API's handle for a value that a model will compute."""

from __future__ import annotations

import operator
from typing import Any, NamedTuple, NoReturn

from kerasish._names import auto_name
from kerasish.arrays.dtype import standardize_dtype
from kerasish.arrays.spec import Spec
from kerasish.backend.tensor import Symbolic
from kerasish.errors import explain


class KerasHistory(NamedTuple):
    """Where a KerasTensor comes from: the operation, which of its calls, which of its outputs."""

    operation: Any
    node_index: int
    tensor_index: int


class KerasTensor(Symbolic):
    """A value known by its shape and dtype only; calling operations on it records them.

    Args:
        shape: sizes, None where unknown.
        dtype: name of the dtype.
        sparse, ragged: kept for Keras; only False is supported.
        name: unique name.

    Example:
        >>> import kerasish as keras
        >>> x = keras.Input((3,))
        >>> (x * 2 + 1).shape
        (None, 3)
    """

    _keras_history: KerasHistory  # absent until a call has made it

    def __init__(
        self,
        shape: Any,
        dtype: Any = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
        ragged_rank: int | None = None,
        row_splits_dtype: Any = None,
    ) -> None:
        if sparse or ragged:
            raise ValueError("kerasish has no sparse or ragged tensors.")
        self._shape = standardize_shape(shape)
        self._dtype = standardize_dtype(dtype)
        self.sparse, self.ragged = False, False
        self.name = name or auto_name(type(self).__name__)
        self.record_history = record_history

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Sizes of the axes, None where unknown."""
        return self._shape

    @shape.setter
    def shape(self, value: Any) -> NoReturn:
        raise AttributeError("The `shape` of a KerasTensor cannot be set. Make another one.")

    @property
    def dtype(self) -> str:
        """Name of the dtype."""
        return self._dtype

    @dtype.setter
    def dtype(self, value: Any) -> NoReturn:
        raise AttributeError("The `dtype` of a KerasTensor cannot be set. Make another one.")

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self._shape)

    @property
    def spec(self) -> Spec:
        """Shape and dtype, for messages."""
        return Spec(self._shape, self._dtype)  # type: ignore[arg-type]

    def reshape(self, new_shape: Any) -> Any:
        """Return the elements in another shape."""
        from kerasish import ops

        return ops.reshape(self, new_shape)

    def squeeze(self, axis: Any = None) -> Any:
        """Return the value without axes of size 1."""
        from kerasish import ops

        return ops.squeeze(self, axis)

    @property
    def T(self) -> Any:
        """The axes in reverse order."""
        from kerasish import ops

        return ops.transpose(self)

    def __getitem__(self, key: Any) -> Any:
        from kerasish.ops.core import get_item

        return get_item(self, key)

    def defer(self, function: Any, args: Any, kwargs: Any, name: str | None = None) -> Any:
        """Record the call of a function, as a step of a functional model."""
        from kerasish.ops.operation import FunctionCall

        return FunctionCall(function, name).symbolic_call(*args, **kwargs)

    def _no_value(self, what: str, instead: str = "kerasish.ops") -> NoReturn:
        raise TypeError(
            f"A KerasTensor is symbolic: it stands for a value that a model will compute, and "
            f"{what} needs the value. Inside a model, use {instead}, or write a Layer whose "
            f"`call` does this. Received: {self}"
        )

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Record operators, so that `array * x` is what `x * array` is; refuse the rest."""
        from kerasish import ops

        name = ufunc.__name__
        if method == "__call__" and not kwargs and name in _OF_UFUNC:
            return getattr(ops, _OF_UFUNC[name])(*inputs)
        name = _REDUCTIONS.get(name, name) if method == "reduce" else name
        known = f"kerasish.ops.{name}" if name in ops.__all__ else "kerasish.ops"
        self._no_value(f"np.{name}", known)

    def __tf_tensor__(self, dtype: Any = None, name: Any = None) -> NoReturn:
        self._no_value("TensorFlow")

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"


def standardize_shape(shape: Any) -> tuple[int | None, ...]:
    """Return a shape as a tuple of whole numbers, None where a size is unknown.

    Raises:
        ValueError: for what is no sequence, and for a size that is negative or no whole number.
    """
    if isinstance(shape, (int, float)) or not hasattr(shape, "__iter__"):
        raise ValueError(
            explain("`shape` must be a tuple of sizes", shape=shape, expected=f"({shape},)")
        )
    for size in shape:
        if size is not None and (not hasattr(size, "__index__") or size < 0):
            raise ValueError(
                explain(
                    "Sizes must be whole numbers from 0 on",
                    expected="None where a size is unknown",
                    shape=tuple(shape),
                )
            )
    return tuple(None if size is None else operator.index(size) for size in shape)


def is_keras_tensor(x: Any) -> bool:
    """Whether x is a KerasTensor."""
    return isinstance(x, KerasTensor)


def first_symbolic(values: Any) -> Symbolic | None:
    """Return the first handle among the arguments, in lists and dicts too; None without one."""
    for value in values:
        if isinstance(value, Symbolic):
            return value
        found = None
        if isinstance(value, (list, tuple)):
            found = first_symbolic(value)
        elif isinstance(value, dict):
            found = first_symbolic(value.values())
        if found is not None:
            return found
    return None


def any_symbolic(values: Any) -> bool:
    """Whether a KerasTensor is among the arguments, in lists and dicts too."""
    return first_symbolic(values) is not None


def _operator(name: str, swapped: bool = False) -> Any:
    def operator(self: Any, *other: Any) -> Any:
        from kerasish import ops

        return getattr(ops, name)(*((*other, self) if swapped else (self, *other)))

    return operator


_BINARY = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "true_divide",
    "floordiv": "floor_divide", "mod": "mod", "pow": "power", "matmul": "matmul",
    "and": "logical_and", "or": "logical_or", "xor": "logical_xor",
}  # fmt: skip
_COMPARISONS = {
    "eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater",
    "ge": "greater_equal",
}  # fmt: skip
_UNARY = {"neg": "negative", "abs": "absolute", "invert": "logical_not"}


# NumPy's functions that stand behind Python's operators, as public functions.
_OF_UFUNC = {name: name for name in (*_BINARY.values(), *_COMPARISONS.values(), *_UNARY.values())}
_OF_UFUNC |= {
    "divide": "true_divide", "remainder": "mod", "bitwise_and": "logical_and",
    "bitwise_or": "logical_or", "bitwise_xor": "logical_xor", "invert": "logical_not",
}  # fmt: skip
_REDUCTIONS = {
    "add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min", "logical_and": "all",
    "logical_or": "any",
}  # fmt: skip


def add_operators(owner: type) -> None:
    """Give a class of handles the operators of numbers, as public functions."""
    for short, name in {**_BINARY, **_COMPARISONS, **_UNARY}.items():
        setattr(owner, f"__{short}__", _operator(name))
        if short in _BINARY:
            setattr(owner, f"__r{short}__", _operator(name, swapped=True))


add_operators(KerasTensor)
