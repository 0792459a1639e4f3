"""Composite: a function of tensors that eager code takes as one step, forth and back.

A dense layer is three primitives forth and eight back; nobody steps through them, and in a small
layer each takes longer to call than to compute. A composite is traced once for each signature and
planned twice: the function, which also gives what its gradient needs, and the gradient, which the
reverse walk asks for. The bits are those of the primitives one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kerasish.arrays.device import array_module
from kerasish.arrays.dtype import dtype_name
from kerasish.arrays.spec import Spec
from kerasish.backend.convert import as_tensor
from kerasish.backend.planned import WORTH_COMPILING
from kerasish.backend.record import Record, mode, recording
from kerasish.backend.reverse import collect
from kerasish.backend.scopes import scopes
from kerasish.backend.tensor import Tensor
from kerasish.primitives.applier import is_tracing


class Composite:
    """A callable like the function, for tensors and variables.

    Where there is nothing to plan (in a traced function, on a GPU, for arrays that are not laid
    out in rows, the first time that arrays have such shapes), the function itself is called.

    Args:
        function: takes tensors and returns one tensor. It consists of primitives alone: it reads
            no variables but its arguments, draws no random numbers, and has no other effects.

    Example:
        >>> import kerasish as keras
        >>> f = Composite(lambda a, b: keras.ops.sum(a * b))
        >>> a = keras.ops.convert_to_tensor([1.0, 2.0]).requires_grad_()
        >>> f(a, keras.ops.ones((2,))).backward()
        >>> a.grad.numpy()
        array([1., 1.], dtype=float32)
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self._planned: dict[Any, _Planned | None] = {}  # None: seen once

    def __call__(self, *inputs: Any) -> Any:
        if scopes.state is not None or is_tracing():
            return self.function(*inputs)
        tensors = [x if type(x) is Tensor else as_tensor(x) for x in inputs]
        arrays, key = [], []
        for tensor in tensors:
            array = tensor.value
            if type(array) is not np.ndarray or not array.flags.c_contiguous:
                return self.function(*inputs)
            arrays.append(array)
            key.append((array.shape, array.dtype, mode.recording and tensor.record is not None))
        signature = tuple(key)
        planned = self._planned.get(signature)
        if planned is None:
            planned = self._plan(signature)
            if planned is None:
                return self.function(*inputs)
        return planned(tensors, arrays)

    def _plan(self, signature: Any) -> Any:
        """Plan for a signature that comes for the second time: many never do."""
        if array_module() is not np:
            return None
        planned = _Planned(self.function, signature) if signature in self._planned else None
        self._planned[signature] = planned
        if len(self._planned) > LARGEST_CACHE:
            self._planned.pop(next(iter(self._planned)), None)  # another thread may have been first
        return planned

    def __reduce__(self) -> Any:
        return Composite, (self.function,)  # a copy plans anew


def is_planned_for(x: Any) -> bool:
    """Whether composites plan for such a tensor, here and now."""
    return (
        type(x) is Tensor
        and type(x.value) is np.ndarray
        and scopes.state is None
        and not is_tracing()
    )


LARGEST_CACHE = 64  # signatures kept; the first one goes first


class _Planned:
    """A composite for one signature; it stands in the records of what it computed."""

    picks = False

    def __init__(self, function: Callable[..., Any], signature: Sequence[Any]) -> None:
        from kerasish.backend.graph.joint import joint

        self.function = function
        specs = [Spec(shape, dtype_name(dtype)) for shape, dtype, _ in signature]
        wanted = [i for i, (_, _, has_record) in enumerate(signature) if has_record]
        self.joint = joint(function, specs, wanted)
        self.places, self.once = self.joint.places, self.joint.once
        self.takes = [i for i in self.joint.takes if i < len(specs) + len(self.joint.forth.outputs)]
        self.takes_gradient = len(self.takes) < len(self.joint.takes)
        self.forth = _program(self.joint.forth)
        self._back: Any = None

    def __call__(self, tensors: list[Tensor], arrays: list[Any]) -> Tensor:
        results = self.forth(*arrays)
        output = results[0]
        if type(output) is not np.ndarray:
            output = np.asarray(output)
        if not self.places:
            return Tensor(output)
        known = [*arrays, *results]
        saved = tensors, [known[i] for i in self.takes]
        parents = tuple([tensor.record for tensor in tensors])
        return Tensor(
            output, Record(self, parents, {}, output.shape, output.dtype, saved, None, None)
        )

    def walk_back(self, record: Record, gradient: Tensor, arriving: dict[Record, Any]) -> Any:
        """Bring each input its share.

        Returns:
            None, or a record at which the walk is to go on instead, that of the same value computed
            primitive by primitive: where the walk itself is recorded, a gradient is not laid out
            in rows, or several shares are to be added to what arrived from elsewhere, one by one.
        """
        tensors, values = record.saved
        parents, seed = record.parents, gradient.value
        is_planned = type(seed) is np.ndarray and seed.flags.c_contiguous and not mode.recording
        for i in self.places:
            if parents[i] in arriving and i not in self.once:
                is_planned = False
        if not is_planned or len(set(parents)) < len(parents):
            with recording():
                other = self.function(*tensors).record
            collect(arriving, other, gradient)
            return [other]
        if self._back is None:
            self._back = _program(self.joint.back)
        if self.takes_gradient:
            values = [*values, seed]
        for i, share in zip(self.places, self._back(*values), strict=True):
            collect(arriving, parents[i], Tensor(np.asarray(share)))
        return None


def _program(graph: Any) -> Any:
    """Plan a graph; what takes long arrays is compiled when it is worth it."""
    from kerasish.backend.graph.passes import optimise
    from kerasish.backend.graph.printers.choose import Chosen, default_mode

    is_long = sum(node.spec.size for node in graph.inputs) >= WORTH_COMPILING
    return Chosen(optimise(graph), default_mode() if is_long else False)
