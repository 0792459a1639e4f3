"""First values that are known beforehand."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish._registry import deserialize_keras_object, serialize_keras_object
from kerasish.arrays.dtype import standardize_dtype
from kerasish.errors import explain
from kerasish.initializers.initializer import Initializer


class Zeros(Initializer):
    """Zeros."""

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        return ops.zeros(shape, dtype=standardize_dtype(dtype))


class Ones(Initializer):
    """Ones."""

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        return ops.ones(shape, dtype=standardize_dtype(dtype))


class Constant(Initializer):
    """One value everywhere, or an array that broadcasts to the shape.

    Args:
        value: a number, or anything that becomes a tensor.
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        return ops.broadcast_to(ops.cast(self.value, standardize_dtype(dtype)), tuple(shape))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal initializer."""
        return {"value": serialize_keras_object(self.value)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Constant:
        """Make an initializer from a config; its value may be an array's config."""
        return cls(deserialize_keras_object(config["value"]))


class Identity(Initializer):
    """A matrix with `gain` on its diagonal and zeros elsewhere.

    Args:
        gain: the value on the diagonal.
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        if len(shape) != 2:
            raise ValueError(
                explain("Identity initializes matrices only", expected="two axes", shape=shape)
            )
        return ops.multiply(ops.eye(*shape, dtype=standardize_dtype(dtype)), self.gain)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal initializer."""
        return {"gain": self.gain}
