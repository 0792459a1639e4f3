"""TensorMethods: functions of one tensor as methods, in NumPy's and PyTorch's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from kerasish.arrays.device import array_module, device, to_host
from kerasish.arrays.dtype import floatx, is_float, standardize_dtype
from kerasish.arrays.spec import normalize_axes, normalize_axis
from kerasish.backend.record import Leaf, mode
from kerasish.errors import ShapeError
from kerasish.primitives import arithmetic, reduction, transcendental
from kerasish.primitives.casting import cast
from kerasish.primitives.movement import contiguous, reshape, transpose


class TensorMethods:
    """What a Tensor can do but its operators.

    `axis` and `keepdims` are NumPy's names, `dim` and `keepdim` PyTorch's; either will do.
    """

    __slots__ = ()

    if TYPE_CHECKING:  # what Tensor has
        value: Any
        record: Any
        __add__: Any
        __sub__: Any
        __mul__: Any
        __truediv__: Any
        __matmul__: Any

        @property
        def shape(self) -> tuple[int, ...]: ...

        @property
        def ndim(self) -> int: ...

        @property
        def size(self) -> int: ...

        @property
        def dtype(self) -> str: ...

        @property
        def is_symbolic(self) -> bool: ...

    # Shapes.

    @property
    def T(self) -> Any:
        """The axes in reverse order."""
        return transpose(self, axes=tuple(range(self.ndim))[::-1])

    def t(self) -> Any:
        """Return the matrix transposed."""
        return self.T

    def reshape(self, *shape: Any) -> Any:
        """Return the elements in another shape; one size may be -1."""
        sizes = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
        known = int(np.prod([s for s in sizes if s != -1], dtype=np.int64)) or 1
        wanted = tuple(self.size // known if s == -1 else int(s) for s in sizes)
        return reshape(self, shape=wanted)

    view = reshape

    def permute(self, *axes: int) -> Any:
        """Return the axes in another order."""
        return transpose(self, axes=tuple(normalize_axis(a, self.ndim) for a in axes))

    # Dtypes and devices.

    def astype(self, dtype: Any) -> Any:
        """Return the value in another dtype."""
        return cast(self, dtype=standardize_dtype(dtype))

    def float(self) -> Any:
        """Return the value in float32."""
        return self.astype("float32")

    def to(self, device_name: str) -> Any:
        """Return the value on a device, without its record if that is another one.

        Args:
            device_name: `"cpu"`, `"gpu:0"`; `"cuda"` is understood too.
        """
        with device(device_name):
            xp = array_module()
            if type(self.value) is xp.ndarray:
                return self
            return type(self)(xp.asarray(to_host(self.value)))  # type: ignore[call-arg]

    def cpu(self) -> Any:
        """Return the value in the memory of the host."""
        return self.to("cpu")

    def clone(self) -> Any:
        """Return a copy, through which gradients flow."""
        return contiguous(self)

    # Element by element.

    def pow(self, exponent: Any) -> Any:
        """Return the value to the power of a number."""
        return arithmetic.square(self) if exponent == 2 else arithmetic.power(self, exponent)

    def clamp(self, min: Any = None, max: Any = None) -> Any:
        """Return the value limited from below, from above, or both."""
        found: Any = self
        if min is None and max is None:
            raise ValueError("clamp needs `min`, `max` or both.")
        if min is not None:
            found = arithmetic.maximum(found, min)
        return found if max is None else arithmetic.minimum(found, max)

    def relu(self) -> Any:
        """Return max(x, 0)."""
        return arithmetic.relu(self)

    def exp(self) -> Any:
        """Return e to the power of the value."""
        return transcendental.exp(self)

    def log(self) -> Any:
        """Return the natural logarithm."""
        return arithmetic.log(self)

    def sqrt(self) -> Any:
        """Return the square root."""
        return arithmetic.sqrt(self)

    def abs(self) -> Any:
        """Return the absolute value."""
        return arithmetic.absolute(self)

    def tanh(self) -> Any:
        """Return the hyperbolic tangent."""
        return transcendental.tanh(self)

    def sigmoid(self) -> Any:
        """Return 1 / (1 + exp(-x))."""
        return transcendental.sigmoid(self)

    def mm(self, other: Any) -> Any:
        """Return the matrix product."""
        return self @ other

    # Reductions.

    def sum(
        self, axis: Any = None, keepdims: bool = False, *, dim: Any = None, keepdim: bool = False
    ) -> Any:
        """Return the sum over some axes, over all by default; booleans are counted."""
        x: Any = self if is_float(self.dtype) else reduction.summable(self)
        return x._reduced(reduction.sum_, axis, keepdims, dim, keepdim)

    def mean(
        self, axis: Any = None, keepdims: bool = False, *, dim: Any = None, keepdim: bool = False
    ) -> Any:
        """Return the arithmetic mean over some axes, over all by default."""
        is_real = is_float(self.dtype) or self.dtype.startswith("complex")
        axes = normalize_axes(dim if axis is None else axis, self.ndim)
        x = self if is_real else cast(self, dtype=floatx())
        return reduction.mean_of(x, axes, bool(keepdims or keepdim))

    def max(
        self, axis: Any = None, keepdims: bool = False, *, dim: Any = None, keepdim: bool = False
    ) -> Any:
        """Return the largest elements along some axes, along all by default."""
        return self._reduced(reduction.max_, axis, keepdims, dim, keepdim)

    def min(
        self, axis: Any = None, keepdims: bool = False, *, dim: Any = None, keepdim: bool = False
    ) -> Any:
        """Return the smallest elements along some axes, along all by default."""
        return self._reduced(reduction.min_, axis, keepdims, dim, keepdim)

    def _reduced(self, primitive: Any, axis: Any, keepdims: bool, dim: Any, keepdim: bool) -> Any:
        axes = normalize_axes(dim if axis is None else axis, self.ndim)
        return primitive(self, axes=axes, keepdims=bool(keepdims or keepdim))

    # In place.

    def copy_(self, value: Any) -> Self:
        """Take another value of the same shape, cast to this dtype; return this tensor.

        A tensor that requires a gradient is changed within `no_grad()` only, and what was
        computed from its old value cannot be walked back any more.

        Raises:
            RuntimeError: when gradients are recorded for this tensor now.
            ShapeError: when the shape is another.
        """
        from kerasish.backend.convert import as_tensor

        new = as_tensor(value, self.dtype)
        if self.is_symbolic or new.is_symbolic:
            raise RuntimeError(
                "A traced function cannot change a tensor in place. Use a Variable and assign."
            )
        if self.record is not None and (mode.recording or not isinstance(self.record, Leaf)):
            raise RuntimeError(
                "A tensor that requires a gradient cannot be changed in place while gradients "
                "are recorded. Write `with no_grad():` around it."
            )
        if new.shape != self.shape:
            raise ShapeError("The value does not fit", expected=str(self.shape), shape=new.shape)
        self._take(new)
        return self

    def _take(self, new: Any) -> None:
        """Let another tensor's array be the value. Arrays are shared, hence never written."""
        if isinstance(self.record, Leaf):
            self.record = self.record.renewed()
        self.value = new.value

    def zero_(self) -> Self:
        """Set all elements to 0."""
        return self.fill_(0)

    def fill_(self, number: Any) -> Self:
        """Set all elements to a number."""
        filled = np.full(self.shape, number, dtype=to_host(self.value).dtype)
        return self.copy_(array_module().asarray(filled))

    def add_(self, other: Any, alpha: Any = 1) -> Self:
        """Add `alpha * other`."""
        return self.copy_(self + (other if alpha == 1 else other * alpha))

    def sub_(self, other: Any, alpha: Any = 1) -> Self:
        """Subtract `alpha * other`."""
        return self.copy_(self - (other if alpha == 1 else other * alpha))

    def mul_(self, other: Any) -> Self:
        """Multiply by `other`."""
        return self.copy_(self * other)

    def div_(self, other: Any) -> Self:
        """Divide by `other`."""
        return self.copy_(self / other)

    @property
    def data(self) -> Any:
        """The value without its record; assignable, though gradients may be recorded."""
        return type(self)(self.value)  # type: ignore[call-arg]

    @data.setter
    def data(self, value: Any) -> None:
        if tuple(value.shape) != self.shape or value.dtype != self.dtype:
            raise ShapeError(
                "`data` keeps its shape and dtype", expected=f"{self.dtype}{self.shape}", data=value
            )
        self._take(value)

    # `w -= x` changes a leaf in place within no_grad(); everywhere else it makes a new tensor, so
    # that nobody else who holds the old one notices.

    def __iadd__(self, other: Any) -> Any:  # type: ignore[misc]
        return self.add_(other) if self._changes_in_place() else self + other

    def __isub__(self, other: Any) -> Any:  # type: ignore[misc]
        return self.sub_(other) if self._changes_in_place() else self - other

    def __imul__(self, other: Any) -> Any:  # type: ignore[misc]
        return self.mul_(other) if self._changes_in_place() else self * other

    def __itruediv__(self, other: Any) -> Any:  # type: ignore[misc]
        return self.div_(other) if self._changes_in_place() else self / other

    def _changes_in_place(self) -> bool:
        return not mode.recording and isinstance(self.record, Leaf)

    @property
    def is_leaf(self) -> bool:
        """Whether nobody computed this from what requires a gradient."""
        return self.record is None or isinstance(self.record, Leaf)
