"""FlatVariable: many variables as views of one buffer, so that one update serves them all."""

from __future__ import annotations

from collections.abc import Sequence

from kerasish.arrays.device import module_of
from kerasish.backend.variable import Variable


class FlatVariable(Variable):
    """One long variable that its members are pieces of.

    Reading or assigning a member reads or assigns its piece, and the other way round.

    Args:
        members: variables of one dtype on one device, none of them in a flat buffer yet.
    """

    def __init__(self, members: Sequence[Variable], name: str = "flat") -> None:
        arrays = [member.array for member in members]
        xp = module_of(arrays[0])
        buffer = xp.concatenate([array.reshape(-1) for array in arrays])
        super().__init__(buffer, dtype=members[0]._dtype, trainable=False, name=name)
        self.members = tuple(members)
        offset = 0
        for member in members:
            member.move_into(self, offset)
            offset += member.size


def flatten(members: Sequence[Variable]) -> FlatVariable | None:
    """Return the flat variable that consists of exactly these members, making it if possible.

    None when one of them already lives in another flat buffer (a layer shared by two models
    that are both trained): then the caller must go variable by variable.
    """
    flats = {id(member.flat) for member in members}
    first = members[0].flat
    if flats == {id(None)} and not any(member.members for member in members):
        return FlatVariable(members)
    if first is not None and list(map(id, first.members)) == list(map(id, members)):
        return first  # type: ignore[no-any-return]
    return None
