"""Values and slopes of functions at their edges, compared with a float64 formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerasish.backend.reverse import gradients
from kerasish.backend.tensor import Tensor
from kerasish.ops import zeros_like

#: Zeros, what is nearly 0, corners of activations, tails, squares that nearly overflow, the ends.
EDGES = np.array(
    [0, -0.0, 1e-30, -1e-30, 1e-40, -1e-40, 0.5, -0.5, 1, -1, 2.5, -2.5, 3, -3, 6, -6, 20, -20,
     90, -90, 1e4, -1e4, 1e19, -1e19, np.inf, -np.inf, np.nan], "float32"
)  # fmt: skip


def value_and_slopes(function: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    """Return a function of x that gives [f(x), f'(x), f''(x)], element by element."""

    def all_three(x: Any) -> list[Any]:
        x = x.detach().requires_grad_() if x.record is None else x
        value = function(x)
        if value.record is None:
            return [value, zeros_like(value), zeros_like(value)]
        first = gradients(value, [x], release=False, create_graph=True)[0]
        if first.record is None:
            return [value, first, zeros_like(first)]
        second = gradients(first, [x], release=False)[0]
        return [value, first, zeros_like(first) if second is None else second]

    return all_three


def one_sided(formula: Callable[[Any], Any], x: Any, side: int) -> tuple[Any, Any]:
    """Return first and second derivative of a float64 formula from one side, by extrapolation."""
    step = side * 1e-3 * np.maximum(1.0, np.abs(x))
    at = [formula(x + k * step) for k in range(5)]
    first = (-25 * at[0] + 48 * at[1] - 36 * at[2] + 16 * at[3] - 3 * at[4]) / (12 * step)
    second = (35 * at[0] - 104 * at[1] + 114 * at[2] - 56 * at[3] + 11 * at[4]) / (12 * step**2)
    return first, second


def check_edges(function: Callable[[Any], Any], formula: Callable[[Any], Any]) -> None:
    """Check a function of one number at `EDGES`.

    - its value is the formula's;
    - its slope is the formula's where both sides agree, and between both elsewhere; so is the
      second derivative where the slope has no kink;
    - neither is NaN where the value is finite (the second: where x is, too); NaN stays NaN.

    Args:
        function: of tensors.
        formula: the same of float64 arrays, written independently.

    Raises:
        AssertionError: with the places where that is not so.
    """
    with np.errstate(all="ignore"):
        found = [t.numpy() for t in value_and_slopes(function)(Tensor(EDGES.copy()))]
        wide = EDGES.astype("float64")
        wanted = formula(wide)
        sides = [one_sided(formula, wide, side) for side in (-1, 1)]
        value, first, second = (f.astype("float64") for f in found)
        fits = np.abs(wanted) < 3e38
        limit = 2e-6 * np.maximum(np.abs(wanted), 1) + 4e-7 * np.abs(np.where(fits, wide, 0))
        _fail(fits & ~(np.abs(value - wanted) <= limit), "value", value, wanted)
        _fail(np.isinf(wanted) & (value != wanted), "value", value, wanted)
        _fail(np.isnan(EDGES) & ~np.isnan(value), "value", value, wanted)
        finite = np.isfinite(value)
        _fail(
            finite & (np.isnan(first) | (np.isnan(second) & np.isfinite(EDGES))),
            "slope",
            first,
            second,
        )
        rough = np.zeros(EDGES.shape, bool)
        for order, got in enumerate((first, second)):
            low = np.minimum(sides[0][order], sides[1][order])
            high = np.maximum(sides[0][order], sides[1][order])
            room = (1e-5, 2e-2)[order] * (1 + np.abs(low) + np.abs(high))
            sure = finite & np.isfinite(low) & np.isfinite(high) & (np.abs(wide) < 1e3)
            sure &= np.abs(low) < 1e6
            outside = sure & ~rough & ~((got >= low - room) & (got <= high + room))
            _fail(outside, f"derivative {order + 1}", got, high)
            rough |= sure & (high - low > room)


def _fail(wrong: Any, what: str, found: Any, wanted: Any) -> None:
    if wrong.any():
        rows = zip(EDGES[wrong], found[wrong], wanted[wrong], strict=True)
        text = "; ".join(f"at {x:g}: {f:.7g}, expected {w:.7g}" for x, f, w in rows)
        raise AssertionError(f"{what}: {text}")
