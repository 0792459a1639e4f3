"""Shapes and dtypes of what a function returns, found by running it on nothing but specs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kerasish import tree
from kerasish.arrays.spec import Spec
from kerasish.backend.record import no_grad
from kerasish.backend.tensor import Symbolic, Tensor

# Two numbers that stand for an unknown size: what differs then is unknown too. Both have many
# divisors, so that a reshape that would fit some size fits them.
FILLS = (840, 1260)

_SHORT_SPEC = re.compile(r"\b(?:[a-z]{1,2}\d+|bool)\[((?:None|\d+)?(?:,(?:None|\d+))*)\]")


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
    fills = FILLS if unknown else FILLS[:1]
    try:
        results = [_run(function, args, kwargs, fill) for fill in fills]
    except Exception as error:
        if unknown:
            _name_unknown_sizes(error, lambda: _run(function, args, kwargs, FILLS[1]))
        raise

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


def _name_unknown_sizes(error: Exception, run_again: Callable[[], Any]) -> None:
    """Write None into a message for what was an unknown size: a number that the other run changes.

    Shapes are written as the user knows them: `(None, 10)` for `f32[840,10]`.
    """
    if len(error.args) != 1 or not isinstance(error.args[0], str):
        return
    try:
        run_again()
    except Exception as other:
        pieces = re.split(r"(\d+)", error.args[0])
        others = re.split(r"(\d+)", str(other.args[0] if other.args else ""))
        if pieces == others or pieces[::2] != others[::2]:
            return
        pairs = zip(pieces, others, strict=True)
        text = "".join(a if a == b else "None" for a, b in pairs)
        error.args = (_SHORT_SPEC.sub(_as_shape, text),)


def _as_shape(match: re.Match[str]) -> str:
    sizes = match[1].split(",") if match[1] else []
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def _tensor(x: Any) -> Any:
    return x.__tensor__() if hasattr(x, "__tensor__") else x
