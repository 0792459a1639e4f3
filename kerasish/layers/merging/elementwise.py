"""Add, Subtract, Multiply, Average, Maximum, Minimum: inputs merged element by element."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.errors import explain
from kerasish.layers.merging.base_merge import Merge, functional


class Add(Merge):
    """The sum of the inputs."""

    def merge(self, a: Any, b: Any) -> Any:
        """Add two."""
        return ops.add(a, b)


class Subtract(Merge):
    """The first of two inputs less the second."""

    def build(self, input_shape: Any) -> None:
        """Check that there are two inputs."""
        super().build(input_shape)
        if len(input_shape) != 2:
            raise ValueError(explain("Subtract takes exactly two inputs", input_shape=input_shape))

    def merge(self, a: Any, b: Any) -> Any:
        """Subtract."""
        return ops.subtract(a, b)


class Multiply(Merge):
    """The product of the inputs."""

    def merge(self, a: Any, b: Any) -> Any:
        """Multiply two."""
        return ops.multiply(a, b)


class Average(Merge):
    """The mean of the inputs."""

    def call(self, inputs: Any) -> Any:
        """Add all and divide by their number."""
        return ops.divide(super().call(inputs), float(len(inputs)))

    def merge(self, a: Any, b: Any) -> Any:
        """Add two."""
        return ops.add(a, b)


class Maximum(Merge):
    """The largest of the inputs."""

    def merge(self, a: Any, b: Any) -> Any:
        """Take the larger of two."""
        return ops.maximum(a, b)


class Minimum(Merge):
    """The smallest of the inputs."""

    def merge(self, a: Any, b: Any) -> Any:
        """Take the smaller of two."""
        return ops.minimum(a, b)


add = functional(Add)
subtract = functional(Subtract)
multiply = functional(Multiply)
average = functional(Average)
maximum = functional(Maximum)
minimum = functional(Minimum)
