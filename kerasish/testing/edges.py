"""Values and slopes of functions at their edges, compared with a float64 formula.

`check_edges` is for functions of one number, `check_rows` for functions of several.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerasish.backend.reverse import gradients
from kerasish.backend.tensor import Tensor
from kerasish.ops import broadcast_to, convert_to_tensor, stack, sum, where, zeros_like

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


def one_sided(
    formula: Callable[[Any], Any], x: Any, side: int, size: float = 1e-3
) -> tuple[Any, Any]:
    """Return first and second derivative of a float64 formula from one side, by extrapolation."""
    step = side * size * np.maximum(1.0, np.abs(x))
    at = [formula(x + k * step) for k in range(5)]
    if at[0].ndim > step.ndim:
        step = step[:, None]
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


def value_and_row_slopes(
    function: Callable[[Any], Any], weights: Any
) -> Callable[[Any], list[Any]]:
    """Return a function of x that gives a function of rows with its slopes.

    The slopes are those of the weighted sum of the value: along each column, and the second
    derivative along the same column again.
    """

    def all_three(x: Any) -> list[Any]:
        x = x.detach().requires_grad_() if x.record is None else x
        value = function(x)
        if value.record is None:
            return [value, zeros_like(x), zeros_like(x)]
        cotangent = broadcast_to(convert_to_tensor(weights, value.dtype), value.shape)
        first = gradients(value, [x], [cotangent], release=False, create_graph=True)[0]
        if first.record is None:
            return [value, first, zeros_like(x)]
        seconds = []
        for column in range(x.shape[1]):
            only = [1.0 if c == column else 0.0 for c in range(x.shape[1])]
            only = broadcast_to(convert_to_tensor(only, x.dtype), x.shape)
            found = gradients(first, [x], [only], release=False)[0]
            seconds.append(zeros_like(x) if found is None else where(only > 0, found, 0.0))
        return [value, first, sum(stack(seconds), axis=0)]

    return all_three


def check_rows(
    function: Callable[[Any], Any], formula: Callable[[Any], Any], rows: Any, weights: Any = 1.0
) -> None:
    """Check a function of the rows of a matrix, as `check_edges` does for numbers.

    Where the formula gives NaN, nothing is said of the value; second derivatives that mix columns
    are not looked at.

    Args:
        function: of a tensor (rows, columns); one number or several for each row.
        formula: the same of float64 arrays, written independently.
        rows: float32 numbers, (rows, columns).
        weights: of the numbers that a row gives, in the sum whose slopes are checked.

    Raises:
        AssertionError: with the rows where that is not so.
    """
    with np.errstate(all="ignore"):
        found = [t.numpy() for t in value_and_row_slopes(function, weights)(Tensor(rows.copy()))]
        value, first, second = (f.astype("float64") for f in found)
        wide = rows.astype("float64")
        wanted = formula(wide)

        def per_row(x: Any) -> Any:
            return x if x.ndim == 1 else x.all(-1)

        size = np.where(np.isfinite(wide), np.abs(wide), 0).max(-1)
        size = size if wanted.ndim == 1 else size[:, None]
        room = 4e-6 * np.maximum(np.abs(wanted), 1) + 4e-7 * np.minimum(size, 1e6)
        fits = np.abs(wanted) < 3e38
        _fail_rows(rows, ~per_row(~fits | (np.abs(value - wanted) <= room)), "value", value, wanted)
        ends = per_row(~np.isinf(wanted) | (value == wanted))
        _fail_rows(rows, ~ends, "value", value, wanted)
        lost = np.isnan(wide).any(-1) & ~per_row(~np.isnan(wanted) | np.isnan(value))
        _fail_rows(rows, lost, "value", value, wanted)
        finite = per_row(np.isfinite(value))
        slopes = finite & ~np.isnan(wide).any(-1) & np.isnan(first).any(-1)
        _fail_rows(rows, slopes, "slope", first, second)
        steady = finite & np.isfinite(wide).all(-1) & np.isfinite(first).all(-1)
        _fail_rows(rows, steady & np.isnan(second).any(-1), "second slope", second, first)
        ordinary = finite & (np.abs(wide) < 1e3).all(-1)
        for column in range(rows.shape[1]):

            def along(x: Any, column: int = column) -> Any:
                moved = wide.copy()
                moved[:, column] = x
                return formula(moved)

            sides = [_sided(along, wide[:, column], side, weights) for side in (-1, 1)]
            rough = np.zeros(len(rows), bool)
            for order, got in enumerate((first[:, column], second[:, column])):
                low = np.minimum(sides[0][order], sides[1][order])
                high = np.maximum(sides[0][order], sides[1][order])
                room = (2e-5, 2e-2)[order] * (1 + np.abs(low) + np.abs(high))
                sure = ordinary & np.isfinite(low) & np.isfinite(high) & (np.abs(low) < 1e6)
                inside = (got >= low - room) & (got <= high + room)
                what = f"derivative {order + 1} along column {column}"
                _fail_rows(rows, sure & ~rough & ~inside, what, got, np.stack([low, high], -1))
                rough |= high - low > room


def _sided(formula: Callable[[Any], Any], x: Any, side: int, weights: Any) -> list[Any]:
    """Derivatives from one side, of weighted sums; NaN where a longer step tells another slope.

    There a kink, a jump or a bend lies nearer than the steps reach.
    """
    found = []
    for short, long in zip(
        one_sided(formula, x, side), one_sided(formula, x, side, 3e-3), strict=True
    ):
        room = (1e-4, 1e-2)[len(found)] * (1 + np.abs(short))
        sure = np.where(np.abs(short - long) <= room, short, np.nan)
        sure = sure * np.broadcast_to(weights, sure.shape)
        found.append(sure if sure.ndim == 1 else sure.sum(-1))
    return found


def _fail_rows(rows: Any, wrong: Any, what: str, found: Any, wanted: Any) -> None:
    if wrong.any():
        places = np.flatnonzero(wrong)[:8]
        text = "; ".join(f"at {rows[i]}: {found[i]}, expected {wanted[i]}" for i in places)
        raise AssertionError(f"{what}, {wrong.sum()} rows: {text}")
