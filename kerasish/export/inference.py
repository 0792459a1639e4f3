"""The trace of a model at work: variables are read and never written, and some primitives are
written out as others, so that the loader of a graph file needs no formulas of their own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from kerasish.arrays.dtype import limits
from kerasish.arrays.spec import Spec
from kerasish.backend.convert import coerce
from kerasish.backend.graph.graph import Graph, Node
from kerasish.backend.graph.passes import optimise
from kerasish.backend.graph.plan.layout import lower
from kerasish.backend.graph.trace import Trace
from kerasish.backend.record import no_grad
from kerasish.backend.tensor import Tensor
from kerasish.export.loader import PRIMITIVES
from kerasish.primitives import arithmetic, cumulative, special, state, transcendental
from kerasish.primitives.arithmetic import absolute, divide, negative, select
from kerasish.primitives.casting import cast
from kerasish.primitives.comparison import greater_equal
from kerasish.primitives.movement import contiguous, slice_
from kerasish.primitives.primitive import Elementwise
from kerasish.primitives.transcendental import exp

#: How a graph file writes primitives that have another name there.
TRANSLATED = {"contiguous": "cast", "place": "pad"}


class ExportError(ValueError):
    """A model that a graph file cannot hold, with the reason.

    Example:
        `export(lambda x: keras.random.normal(x.shape), "noise.kgraph", (None, 3))`: a graph file
        draws no random numbers.
    """


class CopySign(Elementwise):
    """The size of the first number with the sign of the second. Only formulas here use it."""

    inputs, function = ("a", "b"), "copysign"


copysign = CopySign()


def _clip(x: Any, low: float, high: float) -> Any:
    return arithmetic.minimum(arithmetic.maximum(x, low), high)


class _TensorModule:
    """What `primitives.special` asks of an array module, answered with primitives on tensors."""

    absolute, divide, where, minimum = absolute, divide, select, arithmetic.minimum
    maximum, sqrt, log, exp = arithmetic.maximum, arithmetic.sqrt, arithmetic.log, exp
    copysign, clip, float64 = copysign, staticmethod(_clip), "float64"


def _special(formula: Callable[..., Any], dtype: str | None = None) -> Callable[..., Any]:
    """A function of `primitives.special` as primitives, in the dtype that its forward works in."""

    def apply(x: Tensor) -> Any:
        working = dtype or ("float64" if x.dtype == "float64" else "float32")
        values = x if x.dtype == working else cast(x, dtype=working)
        result = formula(_TensorModule, values)
        return result if x.dtype == working else cast(result, dtype=x.dtype)

    return apply


def _sigmoid(x: Tensor) -> Any:
    small = exp(negative(absolute(x)))
    return divide(select(greater_equal(x, 0), 1, small), small + 1)


def _softsign(x: Tensor) -> Any:
    _, largest = limits(x.dtype)
    finite = arithmetic.maximum(arithmetic.minimum(x, largest), -largest)
    return divide(finite, absolute(finite) + 1)


def _cumulative_sum(x: Tensor, *, axis: int, reverse: bool) -> Any:
    if not reverse:
        return None
    window = tuple(
        (size - 1, -1, -1) if a == axis else (0, size, 1) for a, size in enumerate(x.shape)
    )
    sums = cumulative.cumsum(slice_(x, window=window), axis=axis, reverse=False)
    return contiguous(slice_(sums, window=window))


#: Primitive → the same as other primitives, with the same bits; None leaves it as it is.
FORMULAS: dict[Any, Callable[..., Any]] = {
    special.erf: _special(special.error_function),
    special.erfc: _special(special.complementary_error_function),
    special.erfinv: _special(special._inverse_error_function, "float64"),
    transcendental.sigmoid: _sigmoid,
    arithmetic.minus_absolute: lambda x: negative(absolute(x)),
    arithmetic.softsign: _softsign,
    arithmetic.limited_below: lambda x: arithmetic.maximum(x, -1000),
    arithmetic.limited: lambda x: arithmetic.minimum(arithmetic.maximum(x, -30), 30),
    cumulative.cumsum: _cumulative_sum,
}


class InferenceTrace(Trace):
    """A trace in which each variable is read whole, and none may be assigned.

    Attributes:
        strange: nodes that no graph file can hold, with the layer that asked for each.
    """

    def __init__(self) -> None:
        super().__init__()
        self.strange: dict[Node, str] = {}

    def apply(self, primitive: Any, inputs: tuple[Any, ...], params: dict[str, Any]) -> Tensor:
        """Record one application, written out by its formula if it has one."""
        tensors = coerce(primitive, inputs)
        if primitive in FORMULAS and any(t.is_symbolic for t in tensors):
            written_out = FORMULAS[primitive](*tensors, **params)
            if written_out is not None:
                return written_out  # type: ignore[no-any-return]
        output = super().apply(primitive, tensors, params)
        if output.is_symbolic and not is_known(primitive):
            self.strange[output.value] = _layer_at_work()
        return output

    def read(self, variable: Any) -> Tensor:
        """Return a variable's value; a piece of a flat buffer counts as a variable of its own."""
        return self._before(variable)

    def assign(self, variable: Any, tensor: Tensor) -> None:
        """Refuse: a graph file holds no state.

        Raises:
            ExportError: always.
        """
        raise ExportError(
            f"A graph file holds no state, but {variable.path!r} is assigned when the model "
            f"runs{_layer_at_work()}."
        )


def is_known(primitive: Any) -> bool:
    """Whether a graph file can hold this primitive: ours, and not just one of the same name."""
    ours = type(primitive).__module__.startswith("kerasish.")
    is_view = primitive.name == "stop_gradient"  # left out by the passes
    return ours and (is_view or TRANSLATED.get(primitive.name, primitive.name) in PRIMITIVES)


def _layer_at_work() -> str:
    """Return ` in layer 'name'` for the innermost layer whose call is on the stack, or nothing."""
    from kerasish.layers.layer import Layer

    frame: Any = sys._getframe(1)
    while frame is not None:
        owner = frame.f_locals.get("self")
        if isinstance(owner, Layer):
            return f" in layer {owner.name!r}"
        frame = frame.f_back
    return ""


def trace_inference(function: Callable[..., Any], specs: list[Spec]) -> tuple[Graph, Any]:
    """Trace a function and get the graph ready to be written.

    The passes are those of the engine, but for the folding of constants: it depends on sizes,
    and a trace computes what no input reaches at once anyway.

    Args:
        function: takes a tensor for each spec; returns a list of tensors, and something else.
        specs: of the inputs.

    Returns:
        The graph with the copies that layouts need, and the something else.

    Raises:
        ExportError: for primitives that a graph file cannot hold, and for assigned variables.
    """
    recorder = InferenceTrace()
    with recorder.active(), no_grad():
        tensors, more = function(*(recorder.placeholder(spec) for spec in specs))
        graph = recorder.finish(tensors)
    for node in graph.nodes():
        if node in recorder.strange or not (
            isinstance(node.primitive, state.Source) or is_known(node.primitive)
        ):
            raise ExportError(
                f"A graph file cannot hold the primitive {node.primitive.name!r}"
                f"{recorder.strange.get(node, '')}: no random numbers, no loops and branches, no "
                f"primitives of other packages, nothing but {sorted(PRIMITIVES)}."
            )
    return lower(optimise(graph, without=["fold_constants"])), more
