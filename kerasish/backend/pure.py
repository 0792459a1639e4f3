"""PureFunction: a function of tensors alone, planned once even where everything else is eager.

An optimizer's rule is such a function: nobody steps through it, it reads and writes no state,
and it runs at every step over all weights. Planned, it takes one call instead of twenty, and its
intermediate values stay in memory that is used again. The bits are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasish.backend.record import mode
from kerasish.backend.tensor import Tensor


class PureFunction:
    """A callable like the function, for concrete tensors that no gradient is wanted for.

    Symbolic tensors, and tensors whose gradients are recorded, go to the function itself.

    Args:
        function: takes tensors and returns a tuple of tensors; no state, no effects.
    """

    def __init__(self, function: Callable[..., tuple[Any, ...]]) -> None:
        self.function = function
        self._planned: Any = None

    def __call__(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        for t in tensors:
            if (t.record is not None and mode.recording) or t.is_symbolic:
                return self.function(*tensors)
        if self._planned is None:
            from kerasish.backend.graph.function import GraphFunction

            self._planned = GraphFunction(self.function)
        results: tuple[Tensor, ...] = self._planned(*[t.value for t in tensors])
        return results
