"""Dropout: values left out at random while training."""

from __future__ import annotations

from typing import Any

from kerasish import random
from kerasish.errors import explain
from kerasish.layers._arguments import fraction
from kerasish.layers.layer import Layer


class Dropout(Layer):
    """While training, set a share of the values to 0 and scale the others up by 1 / (1 - rate).

    Args:
        rate: the share, from 0 to 1.
        noise_shape: shape of the random mask, which is broadcast; None for the inputs' own.
        seed: makes the masks reproducible.

    Source: Srivastava et al., 2014.
    """

    def __init__(
        self, rate: float, noise_shape: Any = None, seed: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.rate = fraction(rate=rate)
        self.seed = seed
        self.noise_shape = _checked(noise_shape)
        if self.rate > 0:
            self.seed_generator = random.SeedGenerator(seed)
        self.supports_masking = True
        self._build_at_init()

    def call(self, inputs: Any, training: Any = False) -> Any:
        """Leave values out, if training."""
        if not training or self.rate == 0:
            return inputs
        shape = self.noise_shape
        if shape is not None:
            shape = tuple(s if n is None else n for n, s in zip(shape, inputs.shape, strict=True))
        return random.dropout(inputs, self.rate, noise_shape=shape, seed=self.seed_generator)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the inputs' shape."""
        return input_shape


def _checked(noise_shape: Any) -> Any:
    if noise_shape is None:
        return None
    if isinstance(noise_shape, (str, int)) or not hasattr(noise_shape, "__iter__"):
        raise ValueError(
            explain("`noise_shape` must be a tuple of sizes or None", noise_shape=noise_shape)
        )
    sizes = tuple(noise_shape)
    for size in sizes:
        if size is not None and (isinstance(size, bool) or not isinstance(size, int)):
            raise ValueError(explain("`noise_shape` must hold integers or None", noise_shape=sizes))
        if size is not None and size <= 0:
            raise ValueError(explain("`noise_shape` must hold positive sizes", noise_shape=sizes))
    return sizes
