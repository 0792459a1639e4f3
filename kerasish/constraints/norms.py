"""Constraints on the norms of a weight's vectors, and on signs."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.arrays.dtype import epsilon
from kerasish.constraints.constraint import Constraint


class NonNeg(Constraint):
    """No element is negative."""

    def __call__(self, w: Any) -> Any:
        return ops.maximum(ops.convert_to_tensor(w), 0)


class MaxNorm(Constraint):
    """No vector along `axis` is longer than `max_value`; longer ones are scaled down.

    Args:
        max_value: the largest norm.
        axis: the axis, or axes, that a vector spans: 0 for the inputs of a Dense kernel,
            `[0, 1, 2]` for those of a Conv2D kernel.
    """

    def __init__(self, max_value: float = 2, axis: Any = 0) -> None:
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        w = ops.convert_to_tensor(w)
        norms = _norms(w, self.axis)
        return _scaled(w, norms, ops.clip(norms, 0, self.max_value))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal constraint."""
        return {"max_value": self.max_value, "axis": self.axis}


class UnitNorm(Constraint):
    """Each vector along `axis` has the norm 1.

    Args:
        axis: as for `MaxNorm`.
    """

    def __init__(self, axis: Any = 0) -> None:
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        w = ops.convert_to_tensor(w)
        return ops.divide(w, ops.add(_norms(w, self.axis), epsilon()))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal constraint."""
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    """The norm of each vector along `axis` moves into an interval.

    Args:
        min_value, max_value: the interval.
        rate: which part of the way is gone at each update; 1 means all of it.
        axis: as for `MaxNorm`.
    """

    def __init__(
        self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Any = 0
    ) -> None:
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        w = ops.convert_to_tensor(w)
        norms = _norms(w, self.axis)
        inside = ops.clip(norms, self.min_value, self.max_value)
        wanted = ops.add(ops.multiply(inside, self.rate), ops.multiply(norms, 1 - self.rate))
        return _scaled(w, norms, wanted)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal constraint."""
        return {
            "min_value": self.min_value,
            "max_value": self.max_value,
            "rate": self.rate,
            "axis": self.axis,
        }


def _norms(w: Any, axis: Any) -> Any:
    return ops.sqrt(ops.sum(ops.square(w), axis=axis, keepdims=True))


def _scaled(w: Any, norms: Any, wanted: Any) -> Any:
    return ops.multiply(w, ops.divide(wanted, ops.add(norms, epsilon())))
