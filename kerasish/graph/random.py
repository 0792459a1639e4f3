"""Random numbers: new ones in every run."""

from __future__ import annotations

from typing import Any

from kerasish import random
from kerasish.graph.tensor import GraphTensor
from kerasish.random.seed_generator import SeedGenerator

_seed: list[int] = []  # what `set_random_seed` gave, and how many calls took a seed since


def set_random_seed(seed: int) -> None:
    """Let the calls of random functions that are written from now on be reproducible."""
    _seed[:] = [int(seed), 0]


def _generator(seed: int | None) -> SeedGenerator:
    if seed is None and _seed:
        seed = (_seed[0] * 1_000_003 + _seed[1]) % 2**32
        _seed[1] += 1
    return SeedGenerator(seed)


def _drawn(function: Any, shape: Any, seed: int | None, name: str, **arguments: Any) -> GraphTensor:
    generator = _generator(seed)
    sizes = tuple(int(s) for s in shape)
    dtype = arguments["dtype"]

    def draw() -> Any:
        return function(sizes, seed=generator, **arguments)

    return GraphTensor(draw, (), None, sizes, dtype, name)


def random_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: str = "float32",
    seed: int | None = None,
) -> GraphTensor:  # fmt: skip
    """Return normally distributed numbers.

    Args:
        shape: sizes.
        mean, stddev: of the distribution.
        dtype: a float dtype.
        seed: for the same sequence of numbers in each program; None takes the one of
            `set_random_seed`, or else another one each time.
    """
    return _drawn(
        random.normal, shape, seed, "random_normal", mean=mean, stddev=stddev, dtype=dtype
    )


def truncated_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: str = "float32",
    seed: int | None = None,
) -> GraphTensor:  # fmt: skip
    """Return normally distributed numbers within two standard deviations of the mean."""
    return _drawn(
        random.truncated_normal, shape, seed, "truncated_normal", mean=mean, stddev=stddev,
        dtype=dtype,
    )  # fmt: skip


def random_uniform(
    shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: str = "float32",
    seed: int | None = None,
) -> GraphTensor:  # fmt: skip
    """Return numbers from `minval` (included) to `maxval` (excluded)."""
    return _drawn(
        random.uniform, shape, seed, "random_uniform", minval=minval, maxval=maxval, dtype=dtype
    )
