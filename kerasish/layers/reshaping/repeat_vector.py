"""RepeatVector: each sample's vector several times."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.errors import explain
from kerasish.layers.input_spec import InputSpec
from kerasish.layers.layer import Layer


class RepeatVector(Layer):
    """Each sample's vector `n` times: (batch, features) becomes (batch, n, features).

    Args:
        n: how many times.

    Raises:
        TypeError: when `n` is no whole number.
        ValueError: when it is not positive.
    """

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(n, bool) or not isinstance(n, int):
            raise TypeError(explain("`n` must be a positive integer", n=n))
        if n <= 0:
            raise ValueError(explain("`n` must be a positive integer", n=n))
        self.n = n
        self.input_spec = InputSpec(ndim=2)
        self._build_at_init()

    def call(self, inputs: Any) -> Any:
        """Repeat along a new axis."""
        batch, features = inputs.shape
        return ops.broadcast_to(ops.expand_dims(inputs, 1), (batch, self.n, features))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        """Return `(batch, n, features)`."""
        return (input_shape[0], self.n, input_shape[1])
