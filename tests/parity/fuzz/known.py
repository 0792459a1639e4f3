"""KNOWN: differences that are not faults of kerasish, each with its reason, matched narrowly.

A fault of kerasish never stands here: it is mended. An entry that matches nothing in a long run is
reported, since Keras may have mended what it excuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.parity.fuzz.comparing import Difference


@dataclass(frozen=True)
class Known:
    """One reason why results may differ.

    Attributes:
        reason: why, as a sentence.
        matches: whether a difference has this reason.
    """

    reason: str
    matches: Callable[[Difference], bool]


def known(
    reason: str,
    subjects: str = "",
    kinds: str = "value",
    theirs: str = "",
    text: str = "",
    ours: str = "",
    side: str = "",
    where: str = "",
) -> Known:
    """Return an entry; each pattern that is given must be found, subjects and kinds in full.

    Args:
        reason: why, as a sentence.
        subjects: names of ops, losses, layers, …, divided by spaces; any without.
        kinds: kinds of differences, divided by spaces.
        theirs: a pattern of what Keras gave.
        text: a pattern of the program.
        ours: a pattern of what kerasish gave.
        side: a Keras backend, where only one of them is meant.
        where: a pattern of the place in the result.
    """

    def matches(difference: Difference) -> bool:
        return (
            (not subjects or difference.program.subject in subjects.split())
            and difference.kind in kinds.split(",")
            and (not side or difference.side == side)
            and bool(re.search(theirs, difference.theirs))
            and bool(re.search(ours, difference.ours))
            and bool(re.search(where, difference.where))
            and bool(re.search(text, difference.program.text))
        )

    return Known(reason, matches)


KNOWN: list[Known] = []


def reason_for(difference: Difference) -> Known | None:
    """Return the first entry that a difference matches, or None for one that is unexplained."""
    return next((entry for entry in KNOWN if entry.matches(difference)), None)
