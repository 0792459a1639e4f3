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
        bytes_a, bytes_b = (
            np.frombuffer(x.tobytes(), np.uint8).reshape(x.size, x.itemsize) for x in (a, b)
        )
        differ = np.flatnonzero((bytes_a != bytes_b).any(axis=1))
        where = tuple(map(int, np.unravel_index(differ[0], a.shape)))
        raise AssertionError(
            f"{what}: {len(differ)} of {a.size} numbers differ, first at {where}: "
            f"{a[where]!r} and {b[where]!r}"
        )
