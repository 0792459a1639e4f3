"""Gradients checked against float64 finite differences, to first and second order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerasish.backend.reverse import gradients
from kerasish.backend.tensor import Tensor


def numeric_gradient(
    function: Callable[..., float], arrays: list[Any], index: int, step: float
) -> Any:
    """Return the gradient of a function of arrays by central differences."""
    at = [np.array(a) for a in arrays]
    found = np.zeros_like(at[index])
    for place in np.ndindex(found.shape):
        middle = at[index][place]
        at[index][place] = middle + step
        above = function(*at)
        at[index][place] = middle - step
        below = function(*at)
        at[index][place] = middle
        found[place] = (above - below) / (2 * step)
    return found


def check_gradients(
    function: Callable[..., Any], *arrays: Any, order: int = 2, step: float = 1e-5,
    tolerance: float = 1e-6,
) -> None:  # fmt: skip
    """Check the gradients of a function of tensors against finite differences.

    Args:
        function: returns one tensor of floats.
        *arrays: float64 arrays at which it is smooth; others are taken as constants.
        order: 1, or 2 for the gradients of the gradients too.
        step: of the differences.
        tolerance: allowed distance, relative to sizes above 1.

    Raises:
        AssertionError: with both gradients, when they differ.
    """
    rng = np.random.default_rng(7)
    shape = function(*_tensors(arrays)).shape
    weights = rng.normal(size=shape)
    places = [i for i, a in enumerate(arrays) if np.asarray(a).dtype == np.float64]

    def weighted(*tensors: Any) -> Any:
        return (function(*tensors) * Tensor(weights)).reshape(-1)

    _compare(weighted, arrays, places, step, tolerance, "first")
    if order < 2:
        return
    pushes = [rng.normal(size=np.asarray(arrays[i]).shape) for i in places]

    def slope(*tensors: Any) -> Any:
        leaves = [
            t if t.requires_grad or i not in places else t.requires_grad_()
            for i, t in enumerate(tensors)
        ]
        sources = [leaves[i] for i in places]
        found = gradients(weighted(*leaves), sources, release=False, create_graph=True)
        parts = [
            (g * Tensor(p)).reshape(-1) for g, p in zip(found, pushes, strict=True) if g is not None
        ]
        total = parts[0].reshape(-1)
        from kerasish.ops import sum as sum_of

        result = sum_of(total)
        for part in parts[1:]:
            result = result + sum_of(part)
        return result

    _compare(slope, arrays, places, step, tolerance * 10, "second")


def _tensors(arrays: Any, leaves: Any = ()) -> list[Tensor]:
    made = [Tensor(np.array(a)) for a in arrays]
    for i in leaves:
        made[i].requires_grad_()
    return made


def _compare(
    function: Any, arrays: Any, places: Any, step: float, tolerance: float, name: str
) -> None:
    tensors = _tensors(arrays, places)
    out = function(*tensors)
    found: list[Any] = [None] * len(places)
    if out.requires_grad:
        found = gradients(out, [tensors[i] for i in places], release=False)
    for index, gradient in zip(places, found, strict=True):
        wanted = numeric_gradient(
            lambda *a: float(function(*_tensors(a)).numpy().sum()), list(arrays), index, step
        )
        got = np.zeros_like(wanted) if gradient is None else gradient.numpy()
        scale = np.maximum(1.0, np.abs(wanted))
        if got.shape != wanted.shape or not np.all(np.abs(got - wanted) <= tolerance * scale):
            raise AssertionError(
                f"{name} gradient for input {index}: got {got}, finite differences say {wanted}"
            )
