"""Where slots lie: those that are never in use at the same time may share memory."""

from __future__ import annotations

from collections.abc import Sequence


def arrange(sizes: Sequence[int], busy: Sequence[int]) -> tuple[int, ...]:
    """Return where each slot begins, the largest first, each as low as it can.

    Args:
        sizes: in bytes; one of size 0 lies anywhere.
        busy: for each slot, a whole number with a bit for each step during which it is in use.

    Example:
        >>> arrange([64, 128, 64], [0b001, 0b110, 0b011])
        (0, 0, 128)
    """
    offsets = [0] * len(sizes)
    done: list[int] = []
    for slot in sorted(range(len(sizes)), key=lambda s: -sizes[s]):
        taken = sorted(
            (offsets[other], offsets[other] + sizes[other])
            for other in done
            if busy[other] & busy[slot]
        )
        begin = 0
        for low, high in taken:
            if begin + sizes[slot] <= low:
                break
            begin = max(begin, high)
        offsets[slot] = begin
        if sizes[slot]:
            done.append(slot)
    return tuple(offsets)


def steps_between(first: int, last: int) -> int:
    """Return a number with the bits from the first step to the last, both included."""
    return (1 << (last + 1)) - (1 << first)
