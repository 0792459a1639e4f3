"""Record: what was applied to make a value, kept for the walk back to its gradients.

The eager tape and a trace write the same records, so one reverse walk serves both.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from contextlib import ContextDecorator
from typing import Any, Self

from kerasish.arrays.dtype import is_differentiable, numpy_dtype
from kerasish.arrays.spec import Spec

_count = itertools.count()


class Record:
    """One application, or, without a primitive, a leaf: something gradients are wanted for.

    Attributes:
        primitive: what was applied; None for a leaf.
        parents: per input its record, or None where no gradient flows.
        saved: values and specs that the gradient rules need, by name (and no others); None once
            they were let go.
        params: the primitive's static parameters.
        shape, dtype: of the output, the dtype as its array or node has it.
        value: the output itself if a rule needs it; bare, so that no cycle keeps it alive.
        order: records made later have larger numbers.
    """

    __slots__ = (
        "dtype", "order", "params", "parents", "primitive", "saved", "shape", "value",
    )  # fmt: skip

    owner: weakref.ref[Any] | None = None  # only a Leaf has one

    def __init__(
        self, primitive: Any, parents: tuple[Any, ...], params: Any, shape: Any, dtype: Any,
        saved: Any = None, value: Any = None,
    ) -> None:  # fmt: skip
        self.primitive = primitive
        self.parents = parents
        self.params = params
        self.shape = shape
        self.dtype = dtype
        self.saved = saved
        self.value = value
        self.order = next(_count)


class Leaf(Record):
    """The record of something gradients are wanted for.

    Attributes:
        owner: a weak reference to the tensor or variable it stands for.
    """

    __slots__ = ("owner",)


def leaf(owner: Any, shape: Any, dtype: Any) -> Record:
    """Make the record of a value that gradients are wanted for."""
    record = Leaf(None, (), None, shape, numpy_dtype(dtype))
    record.owner = weakref.ref(owner)
    return record


class _Mode(threading.local):
    recording = True
    tapes = 0  # how many GradientTapes are open: then gradients of gradients are wanted


mode = _Mode()


class _Recording(ContextDecorator):
    """Sets whether applications are recorded, within a `with` block or a decorated function."""

    wanted: bool

    def __enter__(self) -> None:
        self.before, mode.recording = mode.recording, self.wanted

    def __exit__(self, *error: object) -> None:
        mode.recording = self.before

    def _recreate_cm(self) -> Self:
        return type(self)()


class no_grad(_Recording):
    """Record nothing within a `with` block (PyTorch's name); also a decorator.

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
    saved: dict[str, Any] = {}
    wants_value = False
    if primitive.makes_bundle or primitive.picks:
        saved["inputs"] = tensors
        wants_value = primitive.makes_bundle
    elif primitive.variadic:
        saved["specs"] = tuple(Spec(t.shape, t.dtype) for t in tensors)
    else:
        flowing = tuple([parent is not None for parent in parents])
        needed = primitive.needs.of(flowing)
        if needed is None:
            return
        values, specs, wants_value = needed
        for name, j in values:
            saved[name] = tensors[j]
        for name, j in specs:
            saved[name] = Spec(tensors[j].shape, tensors[j].dtype)
    value = output.value
    output.record = Record(
        primitive, parents, params, value.shape, value.dtype, saved, value if wants_value else None
    )
