"""Shapes and dtypes of what a function returns, found by running it on nothing but specs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasish import tree
from kerasish.arrays.spec import Spec
from kerasish.backend.record import no_grad
from kerasish.backend.tensor import Symbolic, Tensor

# Two numbers that stand for an unknown size: what differs then is unknown too. Both have many
# divisors, so that a reshape that would fit some size fits them.
FILLS = (840, 1260)


def output_specs(
    function: Callable[..., Any], args: Any, kwargs: Any, handle: Callable[..., Any]
) -> Any:
    """Run a function on symbolic stand-ins for every KerasTensor in its arguments.

    Unknown sizes are run with two different numbers, so that user code only ever meets whole
    numbers in `x.shape`. What the function assigns is forgotten.

    Args:
        function: a Python function of tensors.
        args, kwargs: its arguments; each `Symbolic` in them has a `shape` and a `dtype`.
        handle: makes a result from `(shape, dtype)`.

    Returns:
        The structure that the function returned, each tensor replaced by a handle.
    """
    leaves = [x for x in tree.flatten((args, kwargs)) if isinstance(x, Symbolic)]
    unknown = any(None in leaf.shape for leaf in leaves)
    results = [_run(function, args, kwargs, fill) for fill in (FILLS if unknown else FILLS[:1])]

    def merge(*variants: Any) -> Any:
        first = variants[0]
        if not isinstance(first, Tensor):
            return first
        sizes = zip(*(v.shape for v in variants), strict=True)
        return handle(tuple(s[0] if len(set(s)) == 1 else None for s in sizes), first.dtype)

    return tree.map_structure(merge, *results)


def _run(function: Callable[..., Any], args: Any, kwargs: Any, fill: int) -> Any:
    from kerasish.backend.graph.trace import Trace

    recorder = Trace(abstract=True)

    def stand_in(x: Any) -> Any:
        if not isinstance(x, Symbolic):
            return x
        shape = tuple(fill if size is None else size for size in x.shape)
        return recorder.placeholder(Spec(shape, str(x.dtype)))

    with recorder.active(), no_grad():
        filled_args, filled_kwargs = tree.map_structure(stand_in, (args, kwargs))
        result = function(*filled_args, **filled_kwargs)
        return tree.map_structure(_tensor, result)


def _tensor(x: Any) -> Any:
    return x.__tensor__() if hasattr(x, "__tensor__") else x
