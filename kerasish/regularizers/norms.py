"""Penalties on the sizes of elements."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.regularizers.regularizer import Regularizer, factor


class L1(Regularizer):
    """`l1 * sum(|x|)`.

    Args:
        l1: the factor, not negative.

    Raises:
        ValueError: when the factor is negative or no finite number.

    Example:
        >>> import kerasish as keras
        >>> float(L1(0.5)(keras.ops.array([1.0, -3.0])))
        2.0
    """

    def __init__(self, l1: float | None = 0.01) -> None:
        self.l1 = factor(0.01 if l1 is None else l1, "l1")

    def __call__(self, x: Any) -> Any:
        return ops.multiply(ops.sum(ops.absolute(x)), self.l1)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal regularizer."""
        return {"l1": self.l1}


class L2(Regularizer):
    """`l2 * sum(x²)`.

    Args:
        l2: the factor, not negative.

    Raises:
        ValueError: when the factor is negative or no finite number.
    """

    def __init__(self, l2: float | None = 0.01) -> None:
        self.l2 = factor(0.01 if l2 is None else l2, "l2")

    def __call__(self, x: Any) -> Any:
        return ops.multiply(ops.sum(ops.square(x)), self.l2)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal regularizer."""
        return {"l2": self.l2}


class L1L2(Regularizer):
    """`l1 * sum(|x|) + l2 * sum(x²)`.

    Args:
        l1, l2: the factors, not negative.

    Raises:
        ValueError: when a factor is negative or no finite number.
    """

    def __init__(self, l1: float | None = 0.0, l2: float | None = 0.0) -> None:
        self.l1 = factor(0.0 if l1 is None else l1, "l1")
        self.l2 = factor(0.0 if l2 is None else l2, "l2")

    def __call__(self, x: Any) -> Any:
        x = ops.convert_to_tensor(x)
        penalty = ops.convert_to_tensor(0.0, dtype=x.dtype)
        if self.l1:
            penalty = ops.add(penalty, ops.multiply(ops.sum(ops.absolute(x)), self.l1))
        if self.l2:
            penalty = ops.add(penalty, ops.multiply(ops.sum(ops.square(x)), self.l2))
        return penalty

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal regularizer."""
        return {"l1": self.l1, "l2": self.l2}
