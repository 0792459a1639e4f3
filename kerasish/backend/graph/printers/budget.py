"""Budget: how much time all signatures of a function may spend on compiling."""

from __future__ import annotations

import time

SHARE = 0.08  # of the time since the first run, at most, is spent on compiling between runs
SHARE_WHEN_TOLD = 0.5  # the same where `jit_compile=True` asks for it
USUAL = 0.3  # seconds that compiling a plan takes


class Budget:
    """The time since a function first ran, and what of it went into compiling.

    Attributes:
        began: when the first signature ran for the first time; 0 before.
        spent: seconds spent on compiling so far.
        longest: seconds that the longest piece of work took when it could not be divided.
    """

    def __init__(self) -> None:
        self.began = 0.0
        self.spent = 0.0
        self.longest = USUAL

    def start(self) -> float:
        """Return what time it is, and let the count begin if it has not."""
        now = time.perf_counter()
        self.began = self.began or now
        return now

    def allows(self, seconds: float, share: float) -> bool:
        """Whether so much more work keeps to a share of the time."""
        return self.spent + seconds <= share * (time.perf_counter() - self.began)

    def when(self, seconds: float, share: float) -> float:
        """Return the moment from which so much more work will be allowed."""
        return self.began + (self.spent + seconds) / share
