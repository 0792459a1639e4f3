"""Evaluation: the values of a graph's calls in one run, inside a function that an engine runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kerasish import tree
from kerasish.backend.convert import as_tensor
from kerasish.backend.tensor import Tensor
from kerasish.graph.differentiation import Gradients
from kerasish.graph.placeholder import Placeholder
from kerasish.graph.tensor import GraphTensor, behind
from kerasish.graph.train import Apply, Reset
from kerasish.graph.variable import Assign, Variable

EFFECTS = (Assign, Apply, Reset)


class Recipe:
    """What must be computed for some fetches, and in which order.

    What changes variables comes last, unless something waits for it.

    Attributes:
        targets: what is fetched.
        order: all that is computed, each after what it needs.
        variables: those that are read.
        read: those that must have a value before.
        initialized: those that have one afterwards.
    """

    def __init__(self, targets: Sequence[GraphTensor], feeds: Iterable[GraphTensor]) -> None:
        self.targets = list(targets)
        fed = set(feeds)
        order = behind(self.targets, fed)
        for tensor in order:
            if isinstance(tensor, Placeholder):
                raise ValueError(
                    f"The placeholder {tensor.name!r} ({tensor.dtype}, shape {tensor.shape}) is "
                    "needed for what is fetched: give it a value in feed_dict."
                )
        late: set[GraphTensor] = set()
        for tensor in order:
            if isinstance(tensor, EFFECTS) or any(x in late for x in tensor.needs):
                late.add(tensor)
        self.order = [x for x in order if x not in late] + [x for x in order if x in late]
        self.variables = [x for x in order if isinstance(x, Variable)]
        changed = [x.variable for x in order if isinstance(x, Assign) and x.adds]
        self.read = list(dict.fromkeys([*self.variables, *changed]))
        self.initialized = [x.variable for x in order if isinstance(x, Assign) and not x.adds]


class Evaluation:
    """The values in one run.

    Args:
        known: what is fed.
        recipe: what to compute.

    Attributes:
        memo: the values so far.
        before: the values that variables had before the run.
    """

    def __init__(self, known: dict[GraphTensor, Any], recipe: Recipe) -> None:
        self.recipe = recipe
        self.memo: dict[GraphTensor, Any] = {}
        self._recorded = recorded(recipe.order)
        for tensor, value in known.items():
            self.learn(tensor, value)
        self.before = {v: v.state.value for v in recipe.variables}

    def targets(self) -> list[Tensor | None]:
        """Compute everything; return what is fetched."""
        for tensor in self.recipe.order:
            self.learn(tensor, tensor.compute(self))
        found = [self.memo[target] for target in self.recipe.targets]
        return [None if x is None else as_tensor(x) for x in found]

    def learn(self, tensor: GraphTensor, value: Any) -> None:
        """Remember a value, with a record if gradients with respect to it are asked for."""
        if tensor in self._recorded and isinstance(value, Tensor) and value.record is None:
            value = Tensor(value.value).requires_grad_()
        self.memo[tensor] = value

    def values(self, structure: Any) -> Any:
        """Return a structure with graph tensors replaced by their values."""
        return tree.map_structure(
            lambda x: self.memo[x] if isinstance(x, GraphTensor) else x, structure
        )

    def within(self, known: dict[GraphTensor, Any], order: Sequence[GraphTensor]) -> Evaluation:
        """Return an evaluation that goes on from here with some more calls: a branch, a round."""
        inner = object.__new__(Evaluation)
        inner.recipe, inner.before = self.recipe, self.before
        inner.memo = dict(self.memo)
        inner._recorded = recorded(order)
        for tensor, value in known.items():
            inner.learn(tensor, value)
        for tensor in order:
            inner.learn(tensor, tensor.compute(inner))
        return inner


def recorded(order: Iterable[GraphTensor]) -> set[GraphTensor]:
    """Return all with respect to which gradients are asked for."""
    return {x for tensor in order if isinstance(tensor, Gradients) for x in tensor.sources}
