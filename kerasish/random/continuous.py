"""Random numbers of continuous distributions, and dropout."""

from __future__ import annotations

import math
from typing import Any

from kerasish import ops
from kerasish.errors import explain
from kerasish.primitives.distributions import random_gamma, random_mask, random_normal
from kerasish.primitives.random import random_uniform
from kerasish.random.arguments import float_dtype, plain_shape
from kerasish.random.seed_generator import draw_seed

WITHIN_TWO = math.erf(math.sqrt(2.0))  # share of normal numbers not farther than 2 from the mean


def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Draw from the normal distribution.

    Args:
        shape: of the result.
        mean, stddev: numbers, or tensors that broadcast to the shape.
        dtype: a float dtype; `floatx()` by default.
        seed: a whole number for the same numbers at each call, a SeedGenerator for new ones, or
            None for the global SeedGenerator.
    """
    return _normal(shape, mean, stddev, float_dtype(dtype, "normal"), seed, 1.0)


def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Draw from the normal distribution without what is over two standard deviations away.

    Args:
        shape, mean, stddev, dtype, seed: as for `normal`.
    """
    name = float_dtype(dtype, "truncated_normal")
    return _normal(shape, mean, stddev, name, seed, WITHIN_TWO)


def _normal(shape: Any, mean: Any, stddev: Any, dtype: str, seed: Any, width: float) -> Any:
    numbers = random_normal(draw_seed(seed), shape=plain_shape(shape), dtype=dtype, width=width)
    return _moved(numbers, mean, stddev, dtype)


def uniform(
    shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Draw evenly from `minval` (included) to `maxval` (excluded).

    Args:
        shape: of the result.
        minval, maxval: numbers, or tensors that broadcast to the shape.
        dtype: a float dtype; `floatx()` by default.
        seed: as for `normal`.

    Raises:
        ValueError: when `dtype` is no float dtype.
    """
    name = float_dtype(dtype, "uniform")
    numbers = random_uniform(draw_seed(seed), shape=plain_shape(shape), dtype=name)
    return _moved(numbers, minval, maxval - minval, name)


def _moved(numbers: Any, start: Any, scale: Any, dtype: str) -> Any:
    """`numbers * scale + start`, without the passes that change nothing."""
    if not (isinstance(scale, (int, float)) and scale == 1):
        numbers = ops.multiply(numbers, scale)
    if not (isinstance(start, (int, float)) and start == 0):
        numbers = ops.add(numbers, start)
    return ops.cast(numbers, dtype)


def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """Set random elements to 0 and scale up the others, so that the expected sum stays.

    Args:
        inputs: a tensor.
        rate: the share of elements to drop, from 0 to 1.
        noise_shape: the shape of the mask, which broadcasts; None in it means the input's size.
        seed: as for `normal`.

    Raises:
        ValueError: when `rate` is not between 0 and 1.
    """
    if not 0 <= rate <= 1:
        raise ValueError(explain("`rate` must be a number from 0 to 1", rate=rate))
    inputs = ops.convert_to_tensor(inputs)
    if rate == 0:
        return inputs
    if rate == 1:
        return ops.zeros_like(inputs)
    if "float" not in inputs.dtype:
        inputs = ops.cast(inputs, float_dtype(None, "dropout"))
    sizes = inputs.shape if noise_shape is None else _concrete(noise_shape, inputs.shape)
    mask = random_mask(draw_seed(seed), shape=sizes, dtype=inputs.dtype, rate=float(rate))
    return ops.multiply(inputs, mask)


def _concrete(noise_shape: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    sizes = tuple(noise_shape)
    if len(sizes) > len(shape):
        raise ValueError(
            explain("`noise_shape` must broadcast to the inputs", noise_shape=sizes, inputs=shape)
        )
    rest = shape[len(shape) - len(sizes) :]
    return tuple(
        size if wanted is None else int(wanted) for wanted, size in zip(sizes, rest, strict=True)
    )


def gamma(shape: Any, alpha: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Draw from the gamma distribution with scale 1.

    Args:
        shape: of the result.
        alpha: the shape parameter, positive; a number or a tensor that broadcasts.
        dtype, seed: as for `normal`.
    """
    name = float_dtype(dtype, "gamma")
    return _gamma(draw_seed(seed), alpha, plain_shape(shape), name, 0)


def beta(shape: Any, alpha: Any, beta: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Draw from the beta distribution, as a quotient of gamma-distributed numbers.

    Args:
        shape: of the result.
        alpha, beta: the parameters, positive; numbers or tensors that broadcast.
        dtype, seed: as for `normal`.
    """
    name, sizes = float_dtype(dtype, "beta"), plain_shape(shape)
    wide = "float64" if name == "float64" else "float32"
    state = draw_seed(seed)
    first = _gamma(state, alpha, sizes, wide, 0)
    second = _gamma(state, beta, sizes, wide, 1)
    return ops.cast(ops.divide(first, ops.add(first, second)), name)


def _gamma(state: Any, alpha: Any, shape: tuple[int, ...], dtype: str, stream: int) -> Any:
    alpha = ops.cast(alpha, "float64" if dtype == "float64" else "float32")
    return random_gamma(state, alpha, shape=shape, dtype=dtype, stream=stream)
