"""Record: what was applied to make a value, kept for the walk back to its gradients.

The eager tape and a trace write the same records, so one reverse walk serves both.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

from kerasish.arrays.dtype import is_differentiable, numpy_dtype
from kerasish.arrays.spec import Spec
from kerasish.backend.stepwise import within

_next = itertools.count().__next__


class Record:
    """One application, or, without a primitive, a leaf: something gradients are wanted for.

    Attributes:
        primitive: what was applied; None for a leaf.
        parents: per input its record, or None where no gradient flows.
        params: the primitive's static parameters.
        shape, dtype: of the output, the dtype as its array or node has it.
        saved: per input its tensor if a gradient rule needs the value, its Spec if a rule needs
            but that, else None; None altogether once they were let go.
        value: the output itself if a rule needs it; bare, so that no cycle keeps it alive.
        needed: what the primitive's rules ask for, and the ways back; None for what has its own
            way of walking back.
        order: records made later have larger numbers.
    """

    __slots__ = (
        "dtype", "needed", "order", "params", "parents", "primitive", "saved", "shape", "value",
    )  # fmt: skip

    def __init__(
        self, primitive: Any, parents: tuple[Any, ...], params: Any, shape: Any, dtype: Any,
        saved: Any, value: Any, needed: Any,
    ) -> None:  # fmt: skip
        self.primitive = primitive
        self.parents = parents
        self.params = params
        self.shape = shape
        self.dtype = dtype
        self.saved = saved
        self.value = value
        self.needed = needed
        self.order = _next()


class Leaf(Record):
    """The record of a value that gradients are wanted for.

    Attributes:
        grad: the gradient that `backward()` summed up here; None before.
        is_stale: whether the value was changed in place since this record was made.
    """

    __slots__ = ("grad", "is_stale")

    def __init__(self, shape: Any, dtype: Any) -> None:
        super().__init__(None, (), None, shape, _array_dtype(dtype), None, None, None)
        self.grad: Any = None
        self.is_stale = False

    def renewed(self) -> Leaf:
        """Return the leaf of a new value; what was computed from the old one is told apart."""
        self.is_stale = True
        other = Leaf(self.shape, self.dtype)
        other.grad = self.grad
        return other


def _array_dtype(dtype: Any) -> Any:
    return numpy_dtype(dtype) if isinstance(dtype, str) else dtype


class _Mode(threading.local):
    recording = True
    tapes = 0  # how many GradientTapes are open: then gradients of gradients are wanted


mode = _Mode()


class _Recording:
    """Sets whether applications are recorded: in a `with` block, or where a function's body runs.

    As a decorator it may stand with or without parentheses.
    """

    wanted: bool
    before: Any = None

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        return object.__new__(cls) if function is None else within(cls, function)

    def __enter__(self) -> None:
        self.before = (mode.recording, self.before)  # a chain: one object may be entered twice
        mode.recording = self.wanted

    def __exit__(self, *error: object) -> None:
        mode.recording, self.before = self.before

    def __call__(self, function: Callable[..., Any]) -> Any:
        return within(type(self), function)


class no_grad(_Recording):
    """Record nothing within a `with` block (PyTorch's name); also a decorator.

    What is decorated may be a generator or a coroutine, too: its body records nothing, and what
    runs between two of its steps does.

    Example:
        >>> import kerasish as keras
        >>> x = keras.ops.convert_to_tensor([1.0, 2.0]).requires_grad_()
        >>> with keras.no_grad():
        ...     (x * x).requires_grad
        False
    """

    wanted = False


class recording(_Recording):
    """Record within a `with` block, though `no_grad` may be in force outside."""

    wanted = True


def remember(primitive: Any, tensors: tuple[Any, ...], params: Any, output: Any) -> None:
    """Write the application on the tape if a gradient can flow through it.

    Called after the value was computed (or the node made), with the output tensor.
    """
    if (primitive.is_copy or primitive.picks) and not is_differentiable(output.dtype):
        return  # whole numbers let no gradient through
    parents = tuple([tensor.record for tensor in tensors])
    needed, keeps_value = None, False
    if primitive.makes_bundle or primitive.picks:
        saved: tuple[Any, ...] = tensors
        keeps_value = primitive.makes_bundle
    elif primitive.variadic:
        saved = tuple(Spec(t.shape, t.dtype) for t in tensors)
    else:
        needed = primitive.needs.of(tuple([parent is not None for parent in parents]))
        if needed is None:
            return
        keeps_value = needed.output
        saved = NOTHING if needed.nothing else keep(needed, tensors)
    value = output.value
    kept = value if keeps_value else None
    output.record = Record(
        primitive, parents, params, value.shape, value.dtype, saved, kept, needed
    )


NOTHING: tuple[Any, ...] = ()


def keep(needed: Any, tensors: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return of each input what the gradient rules need of it."""
    return tuple(
        [
            tensor if value else Spec(tensor.shape, tensor.dtype) if spec else None
            for tensor, value, spec in zip(tensors, needed.values, needed.specs, strict=True)
        ]
    )
