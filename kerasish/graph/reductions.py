"""Sums, means and their like under TensorFlow 1's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasish import ops


def _reduction(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def reduce(
        input_tensor: Any, axis: Any = None, keepdims: bool = False, keep_dims: bool = False
    ) -> Any:
        return function(input_tensor, axis=axis, keepdims=keepdims or keep_dims)

    reduce.__name__ = reduce.__qualname__ = name
    reduce.__doc__ = (
        f"Return `ops.{function.__name__}` over some axes, all by default (`keep_dims` is an old "
        "name of `keepdims`)."
    )
    return reduce


reduce_sum = _reduction("reduce_sum", ops.sum)
reduce_mean = _reduction("reduce_mean", ops.mean)
reduce_max = _reduction("reduce_max", ops.max)
reduce_min = _reduction("reduce_min", ops.min)
reduce_prod = _reduction("reduce_prod", ops.prod)
reduce_any = _reduction("reduce_any", ops.any)
reduce_all = _reduction("reduce_all", ops.all)
