"""GaussianDropout: values multiplied by normal numbers while training."""

from __future__ import annotations

import math
from typing import Any

from kerasish import random
from kerasish.errors import explain
from kerasish.layers._arguments import fraction
from kerasish.layers.layer import Layer


class GaussianDropout(Layer):
    """While training, multiply by normal numbers around 1 that spread as dropout's factors do.

    Args:
        rate: share of values that Dropout would leave out, from 0 to less than 1; the standard
            deviation is `sqrt(rate / (1 - rate))`.
        seed: makes the factors reproducible.

    Source: Srivastava et al., 2014.
    """

    def __init__(self, rate: float, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = fraction(rate=rate)
        if self.rate == 1:
            raise ValueError(explain("`rate` must be less than 1", rate=rate))
        self.seed = seed
        if self.rate > 0:
            self.seed_generator = random.SeedGenerator(seed)
        self.supports_masking = True
        self._build_at_init()

    def call(self, inputs: Any, training: Any = False) -> Any:
        """Multiply by random factors, if training."""
        if not training or self.rate == 0:
            return inputs
        stddev = math.sqrt(self.rate / (1.0 - self.rate))
        return inputs * random.normal(
            inputs.shape, 1.0, stddev, dtype=self.compute_dtype, seed=self.seed_generator
        )

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the inputs' shape."""
        return input_shape
