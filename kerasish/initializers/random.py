"""First values drawn at random, from one distribution."""

from __future__ import annotations

from typing import Any

from kerasish import random
from kerasish._registry import deserialize_keras_object, serialize_keras_object
from kerasish.errors import explain
from kerasish.initializers.initializer import Initializer
from kerasish.random.seed_generator import SeedGenerator, make_default_seed


class RandomInitializer(Initializer):
    """Base of random initializers.

    A seed that is a number, given or drawn once here, makes the same values at each call; a
    SeedGenerator makes new ones.

    Args:
        seed: a whole number, a SeedGenerator or its config, or None.

    Raises:
        ValueError: for another kind of seed.
    """

    def __init__(self, seed: Any = None) -> None:
        self._init_seed = seed
        if seed is None:
            seed = make_default_seed()
        elif isinstance(seed, dict):
            seed = deserialize_keras_object(seed)
        if not isinstance(seed, (int, SeedGenerator)):
            raise ValueError(
                explain("`seed` must be an integer, a SeedGenerator or None", seed=seed)
            )
        self.seed = seed

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal initializer."""
        return {"seed": serialize_keras_object(self._init_seed)}


class RandomNormal(RandomInitializer):
    """Normally distributed values.

    Args:
        mean: of the distribution.
        stddev: its standard deviation.
        seed: as for every random initializer.
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed=seed)

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        return random.normal(shape, self.mean, self.stddev, dtype=dtype, seed=self.seed)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal initializer."""
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class TruncatedNormal(RandomNormal):
    """Normally distributed values, none over two standard deviations from the mean.

    Args:
        mean: of the distribution.
        stddev: its standard deviation before the ends are cut off.
        seed: as for every random initializer.
    """

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        return random.truncated_normal(shape, self.mean, self.stddev, dtype=dtype, seed=self.seed)


class RandomUniform(RandomInitializer):
    """Evenly distributed values.

    Args:
        minval, maxval: the ends.
        seed: as for every random initializer.
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None:
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed=seed)

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        return random.uniform(shape, self.minval, self.maxval, dtype=dtype, seed=self.seed)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal initializer."""
        return {**super().get_config(), "minval": self.minval, "maxval": self.maxval}
