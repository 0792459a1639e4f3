"""GaussianNoise: normal numbers added while training."""

from __future__ import annotations

from typing import Any

from kerasish import random
from kerasish.layers._arguments import fraction
from kerasish.layers.layer import Layer


class GaussianNoise(Layer):
    """While training, add numbers of a normal distribution around 0.

    Args:
        stddev: their standard deviation, from 0 to 1.
        seed: makes the noise reproducible.
    """

    def __init__(self, stddev: float, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stddev = fraction(stddev=stddev)
        self.seed = seed
        if self.stddev > 0:
            self.seed_generator = random.SeedGenerator(seed)
        self.supports_masking = True
        self._build_at_init()

    def call(self, inputs: Any, training: Any = False) -> Any:
        """Add noise, if training."""
        if not training or self.stddev == 0:
            return inputs
        return inputs + random.normal(
            inputs.shape, 0.0, self.stddev, dtype=self.compute_dtype, seed=self.seed_generator
        )

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the inputs' shape."""
        return input_shape
