"""Results compared as bits: not close, but the same."""

from __future__ import annotations

from typing import Any

import numpy as np


def assert_same_bits(a: Any, b: Any, what: str = "values") -> None:
    """Raise AssertionError unless both hold the same bytes, in shape and dtype too.

    NaN equals NaN of the same bits, and 0.0 differs from -0.0.
    """
    a, b = (np.asarray(x.numpy() if hasattr(x, "numpy") else x) for x in (a, b))
    if a.shape != b.shape or a.dtype != b.dtype:
        raise AssertionError(f"{what}: {a.dtype}{a.shape} is not {b.dtype}{b.shape}")
    if a.tobytes() != b.tobytes():
        differ = np.argwhere((a != b) & ~((a != a) & (b != b)))
        where = tuple(int(i) for i in differ[0]) if len(differ) else ()
        raise AssertionError(
            f"{what}: {len(differ)} of {a.size} numbers differ, first at {where}: "
            f"{a[where]!r} and {b[where]!r}"
        )
