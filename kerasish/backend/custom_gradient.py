"""A function whose gradient is not derived from what it computes, but given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kerasish.backend.convert import as_tensor
from kerasish.backend.record import Record, mode
from kerasish.backend.reverse import collect, fit
from kerasish.backend.scopes import scopes
from kerasish.backend.tensor import Tensor
from kerasish.errors import BackendError, ShapeError


class CustomGradient:
    """What stands in a record for a function with a gradient of its own.

    Args:
        function: takes the gradient that arrives, and returns one for each input, or None.
        name: of the function, for messages.
    """

    picks = False

    def __init__(self, function: Callable[[Tensor], Sequence[Any]], name: str) -> None:
        self.function = function
        self.name = name

    def walk_back(self, record: Record, gradient: Tensor, arriving: dict[Record, Any]) -> None:
        """Ask the function, and bring each input its share."""
        shares = self.function(gradient)
        if len(shares) != len(record.parents):
            raise ValueError(
                f"The gradient of {self.name} must give one value (or None) for each of the "
                f"{len(record.parents)} inputs; it gave {len(shares)}."
            )
        for parent, share in zip(record.parents, shares, strict=True):
            if parent is None or share is None:
                continue
            share = as_tensor(share)
            if len(share.shape) < len(parent.shape):
                raise ShapeError(
                    f"The gradient of {self.name} does not fit its input",
                    expected=f"shape {parent.shape}", shape=share.shape,
                )  # fmt: skip
            collect(arriving, parent, fit(share, parent))


def with_gradient(
    output: Tensor, inputs: Sequence[Any], function: Callable[[Tensor], Sequence[Any]], name: str
) -> Tensor:
    """Return the output with a record whose gradient is what the function says.

    Args:
        output: computed from the inputs while nothing was recorded.
        inputs: tensors and variables, and whatever else the function took.
        function: takes the gradient at the output; returns one for each input, None for none.
        name: for messages.

    Raises:
        BackendError: inside a branch or a loop of a traced function, whose gradients are derived
            from their graph.
    """
    tensors = [as_tensor(x) if isinstance(x, Tensor) or hasattr(x, "__tensor__") else None
               for x in inputs]  # fmt: skip
    parents = tuple(None if t is None else t.record for t in tensors)
    if not mode.recording or all(parent is None for parent in parents):
        return Tensor(output.value)
    if hasattr(scopes.state, "captures"):
        raise BackendError(
            f"{name} has a gradient of its own, which the graph engine does not take into "
            "cond, while_loop and scan. Call it outside, or use scan(..., unroll=True) or "
            "compile(run_eagerly=True)."
        )
    value = output.value
    custom = CustomGradient(function, name)
    return Tensor(value, Record(custom, parents, {}, value.shape, value.dtype, (), None, None))
