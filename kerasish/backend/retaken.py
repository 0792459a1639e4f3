"""Gradients that may be differentiated afterwards, though nobody said so when they were taken.

To record a walk costs as much as the walk, and most gradients only go into an update. So a
gradient's record says how it was taken; where a later walk comes to it, it is taken once more,
with a record, and the walk goes on there.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

from kerasish.backend.record import NOTHING, Record
from kerasish.backend.reverse import collect, gradients, reachable
from kerasish.backend.tensor import Tensor

SPENT = (
    "This gradient cannot be differentiated: the values that it was taken from were let go. Make "
    "the tape persistent, or put another GradientTape around all of it."
)


class HowTaken:
    """What gradients are taken of, and for what; it stands in the records of those gradients.

    Args:
        targets: tensors, whose sum is differentiated.
        sources: tensors and variables.
        seeds: the gradients that arrive at the targets; None for ones.

    Attributes:
        passes: the records on the ways from the targets to the sources if those depend on
            something else, too, that gradients may be wanted for; else None, for all.
    """

    picks = False

    def __init__(self, targets: Sequence[Tensor], sources: Sequence[Any], seeds: Any) -> None:
        self.targets, self.sources, self.seeds = targets, sources, seeds
        self.passes = self._ways()

    @property
    def roots(self) -> list[Record]:
        """The records of the targets."""
        return [target.record for target in self.targets if target.record is not None]

    def _ways(self) -> Set[Record] | None:
        wanted = {source.record for source in self.sources}
        leads, depends_on_others = set(), False
        for record in reachable(self.roots):  # the earliest first
            if record in wanted or any(parent in leads for parent in record.parents):
                leads.add(record)
            elif record.primitive is None:
                depends_on_others = True
        return leads if depends_on_others else None

    def take(self, release: bool, create_graph: bool) -> list[Any]:
        """Take the gradients; None for a source that the targets do not depend on."""
        return gradients(
            self.targets, self.sources, self.seeds,
            release=release, create_graph=create_graph, passes=self.passes,
        )  # fmt: skip

    def walk_back(self, record: Record, gradient: Tensor, arriving: dict[Record, Any]) -> Any:
        """Take the gradients again, with records, and bring them what has arrived.

        Whatever was computed from any of them is newer than all of them, so everything has arrived
        when the walk comes to the first.

        Returns:
            The records at which the walk goes on.
        """
        arriving[record] = gradient
        mine = sorted((r for r in arriving if r.primitive is self), key=lambda r: r.order)
        again = self.take(release=False, create_graph=True)
        onward = []
        for other in mine:
            share, known = arriving.pop(other), again[other.params["index"]].record
            if known is not None:
                collect(arriving, known, share)
                onward.append(known)
        return onward


class _Spent:
    """Stands in the records of gradients that cannot be differentiated."""

    picks = False

    def walk_back(self, record: Record, gradient: Tensor, arriving: dict[Record, Any]) -> Any:
        raise RuntimeError(SPENT)


_spent = _Spent()


def differentiable(found: Sequence[Any], how: HowTaken, is_kept: bool) -> list[Any]:
    """Return gradients with records.

    Args:
        found: the gradients; None where there is none.
        how: how they were taken.
        is_kept: whether what lies behind the targets can still be walked; if not, a walk that
            comes to one of them is an error.
    """

    def recorded(index: int, gradient: Any) -> Any:
        if gradient is None or gradient.record is not None:
            return gradient
        value = gradient.value
        primitive, parents = (how, tuple(how.roots)) if is_kept else (_spent, ())
        known = {"index": index}
        record = Record(primitive, parents, known, value.shape, value.dtype, NOTHING, None, None)
        return Tensor(value, record)

    return [recorded(i, gradient) for i, gradient in enumerate(found)]


def let_go(tensor: Tensor) -> None:
    """Forget how gradients that a tensor was made of were taken.

    A loop that moves a tensor by its gradient, watching it anew each time, would keep the values
    of all rounds.
    """
    for record in reachable([tensor.record]) if tensor.record is not None else ():
        if isinstance(record.primitive, HowTaken):
            record.primitive, record.parents = _spent, ()
