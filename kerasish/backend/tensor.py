"""Tensor: a value that primitives work on, concrete or symbolic, and its operators.

A concrete tensor holds an array. A symbolic one, met only while a function is traced, holds a
node of the graph. Either may hold a record, and then gradients flow through it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from kerasish.arrays.device import array_module, module_of, to_host
from kerasish.arrays.dtype import dtype_name, numpy_dtype, result_type
from kerasish.arrays.spec import Spec
from kerasish.backend.methods import TensorMethods
from kerasish.backend.record import Leaf, Record
from kerasish.backend.symbolic_errors import no_value
from kerasish.primitives import arithmetic, comparison
from kerasish.primitives.applier import state
from kerasish.primitives.casting import cast
from kerasish.primitives.movement import broadcast_to, reshape
from kerasish.primitives.primitive import Primitive
from kerasish.primitives.products import matmul


class Symbolic:
    """Base of other handles whose operators take precedence over a Tensor's.

    A KerasTensor is one, and so is what a TensorFlow 1 program is made of (`kerasish.graph`).
    Public functions met with one leave the call to it.
    """

    def defer(
        self, function: Callable[..., Any], args: Any, kwargs: Any, name: str | None = None
    ) -> Any:
        """Return handles for what a function will give once there are values."""
        raise TypeError(f"{type(self).__name__} cannot stand for a value in {function}.")

    def _no_value(self, what: str) -> NoReturn:
        raise TypeError(f"{type(self).__name__} has no value yet, and {what} needs one.")

    def __array__(self, dtype: Any = None, copy: Any = None) -> NoReturn:
        self._no_value("NumPy")

    def __bool__(self) -> NoReturn:
        self._no_value("a Python `if`")

    def __float__(self) -> NoReturn:
        self._no_value("float()")

    def __int__(self) -> NoReturn:
        self._no_value("int()")

    def __iter__(self) -> NoReturn:
        self._no_value("iteration")

    def __hash__(self) -> int:
        return id(self)

    if TYPE_CHECKING:

        @property
        def shape(self) -> tuple[int | None, ...]:
            """Sizes of the axes, None where unknown."""

        @property
        def dtype(self) -> str:
            """Name of the dtype."""


class Tensor(TensorMethods):
    """A value: an array with operators, or, while a function is traced, a promise of one.

    Attributes:
        value: the array (NumPy's or CuPy's), or the graph's node. Treat it as read-only.
        record: how it was made, if gradients flow through it.

    Example:
        >>> import kerasish as keras
        >>> x = keras.ops.convert_to_tensor([[1.0, 2.0]])
        >>> x.shape, x.dtype, (x * 2).numpy().tolist()
        ((1, 2), 'float32', [[2.0, 4.0]])
    """

    __slots__ = ("__weakref__", "_keras_mask", "record", "value")

    def __init__(self, value: Any, record: Record | None = None) -> None:
        self.value = value
        self.record = record

    # What it is.

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the axes."""
        return self.value.shape  # type: ignore[no-any-return]

    @property
    def dtype(self) -> str:
        """Name of the dtype."""
        return dtype_name(self.value.dtype)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.value.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return Spec(self.value.shape, "").size

    @property
    def spec(self) -> Spec:
        """Shape and dtype."""
        return Spec(self.value.shape, self.dtype)

    @property
    def is_symbolic(self) -> bool:
        """Whether this stands for a value that a traced function will compute."""
        return type(self.value) is not np.ndarray and hasattr(self.value, "primitive")

    @property
    def device(self) -> str:
        """`"cpu"`, or the GPU that holds the array."""
        return "cpu" if module_of(self.value) is np else f"gpu:{self.value.device.id}"

    # Gradients, in PyTorch's words.

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow through this tensor. Assignable on leaves."""
        return self.record is not None

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        self.requires_grad_(wanted)

    @property
    def grad(self) -> Any:
        """For a leaf the gradient that `backward()` summed up; None before, and else."""
        return self.record.grad if isinstance(self.record, Leaf) else None

    @grad.setter
    def grad(self, value: Any) -> None:
        if not isinstance(self.record, Leaf):
            raise RuntimeError("Only a tensor that was made with requires_grad has a gradient.")
        self.record.grad = value

    def requires_grad_(self, wanted: bool = True) -> Tensor:
        """Make this tensor a leaf that gradients are wanted for (or no longer); return it."""
        if wanted and self.record is None:
            self.record = Leaf(self.shape, self.dtype)
        elif not wanted:
            self.record = None
        return self

    def backward(self, gradient: Any = None, retain_graph: bool = False) -> None:
        """Add the gradient of this tensor to the `grad` of every leaf behind it.

        Args:
            gradient: what arrives here; ones by default.
            retain_graph: keep what was saved, so that `backward` can be called again.

        Raises:
            RuntimeError: when nothing was recorded, or the record was walked already.
        """
        from kerasish.backend.reverse import backward

        backward(self, gradient, retain_graph=retain_graph)

    def detach(self) -> Tensor:
        """Return the same value without its record."""
        return Tensor(self.value)

    def ones_like(self) -> Tensor:
        """Return ones of this shape and dtype."""
        if self.is_symbolic:
            one = Tensor(array_module().ones((), dtype=numpy_dtype(self.dtype)))
            return broadcast_to(one, shape=self.shape)  # type: ignore[no-any-return]
        return Tensor(module_of(self.value).ones(self.shape, dtype=self.value.dtype))

    # Out of the tensor world.

    def numpy(self) -> np.ndarray[Any, Any]:
        """Return the value as a NumPy array (on the CPU without a copy: treat as read-only)."""
        if self.is_symbolic:
            no_value("numpy()", self)
        return to_host(self.value)

    def item(self) -> Any:
        """Return the one element as a Python number."""
        return self.numpy().item()

    def tolist(self) -> Any:
        """Return nested lists of Python numbers."""
        return self.numpy().tolist()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        array = self.numpy()
        return array if dtype is None else array.astype(dtype, copy=False)

    def __bool__(self) -> bool:
        if self.is_symbolic:
            no_value("A Python `if`", self)
        return bool(self.value)

    def __float__(self) -> float:
        return float(self.numpy())

    def __int__(self) -> int:
        return int(self.numpy())

    def __index__(self) -> int:
        return self.numpy().__index__()

    def __complex__(self) -> complex:
        return complex(self.numpy())

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("A tensor without axes has no len().")
        return self.shape[0]

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        if self.is_symbolic:
            return f"<Tensor {self.spec}, symbolic>"
        grad = ", requires_grad=True" if self.requires_grad else ""
        return f"<Tensor {self.spec}{grad}: {np.array2string(to_host(self.value), separator=', ')}>"

    def __format__(self, spec: str) -> str:
        return format(self.item() if self.size == 1 else repr(self), spec)

    def __deepcopy__(self, memo: Any) -> Tensor:
        return self if self.is_symbolic else Tensor(self.value.copy())

    def __pos__(self) -> Tensor:
        return self

    def __round__(self, digits: int | None = None) -> Any:
        scale = 10.0 ** (digits or 0)
        return arithmetic.divide(arithmetic.rint(arithmetic.multiply(self, scale)), scale)

    def __copy__(self) -> Tensor:
        return Tensor(self.value, self.record)

    def __reduce__(self) -> Any:
        return _from_host, (self.numpy(),)

    def __dlpack__(self, **kwargs: Any) -> Any:
        return self.value.__dlpack__(**kwargs)

    def __dlpack_device__(self) -> Any:
        return self.value.__dlpack_device__()

    def __getitem__(self, key: Any) -> Tensor:
        from kerasish.backend.subscript import subscript

        return subscript(self, key)


def _from_host(array: np.ndarray[Any, Any]) -> Tensor:
    return Tensor(array)


def _binary(primitive: Any, swapped: bool = False) -> Any:
    if not isinstance(primitive, Primitive):  # `product`, which reshapes vectors

        def operator(self: Any, other: Any) -> Any:
            if isinstance(other, Symbolic):
                return NotImplemented
            return primitive(other, self) if swapped else primitive(self, other)

        return operator

    def quick(self: Any, other: Any) -> Any:
        if type(other) is not Tensor and isinstance(other, Symbolic):
            return NotImplemented
        return state.apply(primitive, (self, other), _NO_PARAMS)

    def quick_swapped(self: Any, other: Any) -> Any:
        if isinstance(other, Symbolic):
            return NotImplemented
        return state.apply(primitive, (other, self), _NO_PARAMS)

    return quick_swapped if swapped else quick


_NO_PARAMS: dict[str, Any] = {}


def _unary(primitive: Any) -> Any:
    return lambda self: primitive(self)


def array_ufunc(self: Any, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
    """Answer NumPy's functions: operators stay tensors, anything else becomes an array.

    So `array * tensor` is a tensor, and `np.sin(tensor)` an array.
    """
    primitive = _OF_UFUNC.get(ufunc)
    if method == "__call__" and primitive is not None and not kwargs:
        return primitive(*inputs)
    plain = [np.asarray(x) if hasattr(x, "__array__") else x for x in inputs]
    return getattr(ufunc, method)(*plain, **kwargs)


def add_operators(owner: type, wrap: Any = lambda primitive: primitive) -> None:
    """Give a class the operators of numbers, each through `wrap(primitive)`."""
    for name, primitive in BINARY.items():
        setattr(owner, f"__{name}__", _binary(wrap(primitive)))
        if name not in ("eq", "ne", "lt", "le", "gt", "ge"):
            setattr(owner, f"__r{name}__", _binary(wrap(primitive), swapped=True))
    for name, primitive in UNARY.items():
        setattr(owner, f"__{name}__", _unary(wrap(primitive)))
    owner.__array_ufunc__ = array_ufunc  # type: ignore[attr-defined]


def product(a: Any, b: Any) -> Any:
    """`a @ b` for vectors, matrices and stacks of matrices.

    bfloat16 is multiplied in float32 and rounded; the product of two int8 is an int32.
    """
    is_quick = type(a) is Tensor and a.value.dtype in _MULTIPLIED
    if is_quick and len(a.value.shape) == 2 and len(getattr(b, "shape", ())) == 2:
        return state.apply(matmul, (a, b), _NO_PARAMS)
    from kerasish.backend.convert import as_tensor

    a, b = as_tensor(a), as_tensor(b)
    dtype = result_type(a.dtype, b.dtype)
    if dtype == "bfloat16":
        return cast(product(cast(a, dtype="float32"), cast(b, dtype="float32")), dtype=dtype)
    if a.dtype == b.dtype == "int8":
        a, b = cast(a, dtype="int32"), cast(b, dtype="int32")
    rows = reshape(a, shape=(1, *a.shape)) if a.ndim == 1 else a
    columns = reshape(b, shape=(*b.shape, 1)) if b.ndim == 1 else b
    out = matmul(rows, columns)
    if a.ndim == 1 or b.ndim == 1:
        shape = out.shape
        kept = (
            *shape[:-2],
            *(() if a.ndim == 1 else shape[-2:-1]),
            *(() if b.ndim == 1 else shape[-1:]),
        )
        out = reshape(out, shape=kept)
    return out


# Dtypes that are multiplied as they are, beside any other; as arrays and as nodes have them.
_MULTIPLIED = frozenset((np.dtype("float32"), np.dtype("float64"), "float32", "float64"))
BINARY: dict[str, Any] = {
    "add": arithmetic.add,
    "sub": arithmetic.subtract,
    "mul": arithmetic.multiply,
    "truediv": arithmetic.divide,
    "floordiv": arithmetic.floor_divide,
    "mod": arithmetic.remainder,
    "pow": arithmetic.power,
    "matmul": product,
    "eq": comparison.equal,
    "ne": comparison.not_equal,
    "lt": comparison.less,
    "le": comparison.less_equal,
    "gt": comparison.greater,
    "ge": comparison.greater_equal,
    "and": comparison.bitwise_and,
    "or": comparison.bitwise_or,
    "xor": comparison.bitwise_xor,
    "lshift": comparison.left_shift,
    "rshift": comparison.right_shift,
}
UNARY = {
    "neg": arithmetic.negative,
    "abs": arithmetic.absolute,
    "invert": comparison.bitwise_not,
}
_OF_UFUNC = {
    getattr(np, p.function): p for p in BINARY.values() if getattr(p, "function", None)
} | {np.matmul: product}
add_operators(Tensor)
