"""PlannedFunction: a function that is planned once even where everything else is eager.

An optimizer's rule is such a function: nobody steps through it, and it runs at every step over
all weights. Planned, it takes one call instead of twenty, its slots are updated in place, and
long arrays are worked on block by block. The bits are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasish.backend.record import mode
from kerasish.backend.scopes import scopes
from kerasish.backend.tensor import Tensor

# Elements of the arguments. Between steps that assign, compiled code looks up where everything
# lies now, which takes longer than it saves where arrays are small.
WORTH_COMPILING = 1 << 15


class PlannedFunction:
    """A callable like the function, for concrete tensors that no gradient is wanted for.

    Symbolic tensors, tensors whose gradients are recorded, and calls within a StatelessScope go
    to the function itself.

    Args:
        function: takes tensors and returns a tuple of tensors, or None. It may read and assign
            variables, and has no other effects.
    """

    def __init__(self, function: Callable[..., tuple[Any, ...]]) -> None:
        self.function = function
        self._planned: Any = None

    def __call__(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        if scopes.state is not None:
            return self.function(*tensors)
        for t in tensors:
            if (t.record is not None and mode.recording) or t.is_symbolic:
                return self.function(*tensors)
        if self._planned is None:
            from kerasish.backend.graph.function import GraphFunction

            self._planned = GraphFunction(self.function)
            if sum(t.size for t in tensors) < WORTH_COMPILING:
                self._planned.jit_compile = False
        results: tuple[Tensor, ...] = self._planned(*[t.value for t in tensors])
        return results
