"""First values whose spread depends on how many inputs and outputs a weight joins."""

from __future__ import annotations

import math
from typing import Any

from kerasish import random
from kerasish.errors import explain
from kerasish.initializers.random import RandomInitializer

# Standard deviation of a normal distribution cut off at two of its standard deviations.
_TRUNCATED = 0.8796256610342398


class VarianceScaling(RandomInitializer):
    """Values with the variance `scale / n`, where n counts inputs, outputs, or their mean.

    Args:
        scale: positive.
        mode: `"fan_in"`, `"fan_out"` or `"fan_avg"`.
        distribution: `"truncated_normal"` (also `"normal"`), `"untruncated_normal"` or
            `"uniform"`.
        seed: as for every random initializer.
        input_axes, output_axes: which axes of the shape count inputs and outputs. By default the
            last two do, times the sizes of those before.

    Raises:
        ValueError: for a scale that is not positive, an unknown mode or distribution.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Any = None,
        output_axes: Any = None,
    ) -> None:
        if scale <= 0:
            raise ValueError(explain("`scale` must be positive", scale=scale))
        _one_of(("fan_in", "fan_out", "fan_avg"), mode=mode)
        distribution = distribution.lower()
        distribution = "truncated_normal" if distribution == "normal" else distribution
        known = ("uniform", "truncated_normal", "untruncated_normal")
        _one_of(known, distribution=distribution)
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.input_axes = input_axes
        self.output_axes = output_axes
        super().__init__(seed=seed)

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        count = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        stddev = math.sqrt(self.scale / max(1.0, count))
        if self.distribution == "uniform":
            limit = math.sqrt(3.0) * stddev
            return random.uniform(shape, -limit, limit, dtype=dtype, seed=self.seed)
        if self.distribution == "untruncated_normal":
            return random.normal(shape, 0.0, stddev, dtype=dtype, seed=self.seed)
        stddev /= _TRUNCATED
        return random.truncated_normal(shape, 0.0, stddev, dtype=dtype, seed=self.seed)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal initializer."""
        return {
            **super().get_config(),
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class _Named(VarianceScaling):
    """VarianceScaling with three of its arguments fixed by the class."""

    fixed: tuple[float, str, str]

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None) -> None:
        scale, mode, distribution = self.fixed
        super().__init__(scale, mode, distribution, seed, input_axes, output_axes)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal initializer."""
        config = super().get_config()
        return {name: config[name] for name in ("seed", "input_axes", "output_axes")}


class GlorotUniform(_Named):
    """Evenly distributed, variance 2 / (inputs + outputs) (Glorot and Bengio, 2010)."""

    fixed = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Named):
    """Normally distributed, variance 2 / (inputs + outputs) (Glorot and Bengio, 2010)."""

    fixed = (1.0, "fan_avg", "truncated_normal")


class LecunUniform(_Named):
    """Evenly distributed, variance 1 / inputs (LeCun et al., 1998)."""

    fixed = (1.0, "fan_in", "uniform")


class LecunNormal(_Named):
    """Normally distributed, variance 1 / inputs (LeCun et al., 1998)."""

    fixed = (1.0, "fan_in", "truncated_normal")


class HeUniform(_Named):
    """Evenly distributed, variance 2 / inputs (He et al., 2015)."""

    fixed = (2.0, "fan_in", "uniform")


class HeNormal(_Named):
    """Normally distributed, variance 2 / inputs (He et al., 2015)."""

    fixed = (2.0, "fan_in", "truncated_normal")


def compute_fans(shape: Any, input_axes: Any = None, output_axes: Any = None) -> tuple[int, int]:
    """Return how many inputs an output has, and how many outputs an input has.

    Example:
        >>> compute_fans((20, 30)), compute_fans((3, 3, 8, 16))
        ((20, 30), (72, 144))
    """
    sizes = tuple(int(size) for size in shape)
    if input_axes is not None and output_axes is not None:
        return math.prod(sizes[a] for a in input_axes), math.prod(sizes[a] for a in output_axes)
    if len(sizes) < 2:
        return math.prod(sizes), math.prod(sizes)
    field = math.prod(sizes[:-2])
    return sizes[-2] * field, sizes[-1] * field


def _one_of(known: tuple[str, ...], **argument: Any) -> None:
    ((name, value),) = argument.items()
    if value not in known:
        raise ValueError(explain(f"Unknown `{name}`", expected=f"one of {known}", **argument))
