"""Random numbers of other shapes than the uniform one, each a function of a seed state."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kerasish.arrays.device import to_host
from kerasish.arrays.dtype import numpy_dtype
from kerasish.arrays.philox import random_bits
from kerasish.arrays.spec import Shape, Spec
from kerasish.primitives.primitive import Primitive
from kerasish.primitives.random import Draw, drawn_spec, drawn_words
from kerasish.primitives.special import in_blocks, normal_quantile

LARGEST_BATCH = 1 << 20  # words drawn at a time by what needs several for one number


def _hand_over(result: Any, out: Any) -> Any:
    if out is None:
        return result
    out[...] = result
    return out


class RandomMask(Primitive):
    """`1 / (1 - rate)` with probability `1 - rate`, else 0: what dropout multiplies with.

    A word of 32 bits is compared once; no uniform number is made.
    """

    def infer(self, state: Spec, *, shape: Shape, dtype: str, rate: float) -> Spec:
        return drawn_spec(state, shape, dtype)

    def forward(
        self, xp: Any, state: Any, out: Any = None, *, shape: Shape, dtype: str, rate: float
    ) -> Any:
        words = drawn_words(xp, state, math.prod(shape)).reshape(shape)
        kept = words >= xp.uint32(min(round(rate * 2.0**32), 2**32 - 1))
        scale = xp.asarray(1.0 / (1.0 - rate), dtype=numpy_dtype(dtype))
        return xp.multiply(kept, scale, out=out)


class RandomNormal(Primitive):
    """Standard normal numbers whose share around the median is `width`: 1.0 means all of them.

    The inverse of the distribution function is computed in float64 and rounded once, so that a
    CPU and a GPU give the same float32 numbers. A word of 32 bits makes a number (up to 6.2 in
    size); two make one of float64.
    """

    def infer(self, state: Spec, *, shape: Shape, dtype: str, width: float) -> Spec:
        return drawn_spec(state, shape, dtype)

    def forward(
        self, xp: Any, state: Any, out: Any = None, *, shape: Shape, dtype: str, width: float
    ) -> Any:
        wide, count = dtype == "float64", math.prod(shape)
        words = drawn_words(xp, state, 2 * count if wide else count)
        # Signed words: numbers from -1/2 to 1/2, whose ends are not reached.
        digits = words.view(xp.int64) >> xp.int64(12) if wide else words.view(xp.int32)
        scale = width * 2.0 ** (-52 if wide else -32)

        def formula(xp: Any, numbers: Any) -> Any:
            return normal_quantile(xp, (numbers + 0.5) * scale, shallow=not wide)

        result = xp.empty(shape, dtype=numpy_dtype(dtype)) if out is None else out
        return in_blocks(xp, formula, digits, result, "float64")


class RandomPermutation(Draw):
    """The whole numbers below `shape[0]`, each once, in random order."""

    def forward(self, xp: Any, state: Any, out: Any = None, *, shape: Shape, dtype: str) -> Any:
        words = drawn_words(xp, state, 2 * math.prod(shape)).view(xp.uint64)
        order = xp.argsort(words) if xp is not np else np.argsort(words, kind="stable")
        return _hand_over(order.astype(numpy_dtype(dtype)), out)


class RandomGamma(Primitive):
    """Numbers of the gamma distribution with scale 1 (Marsaglia and Tsang, 2000).

    Where a proposal is rejected another is drawn, from a further sequence of the same state;
    `stream` keeps several calls with one state apart.
    """

    def infer(self, state: Spec, alpha: Spec, *, shape: Shape, dtype: str, stream: int) -> Spec:
        return drawn_spec(state, shape, dtype)

    def forward(
        self, xp: Any, state: Any, alpha: Any, out: Any = None, *, shape: Shape, dtype: str,
        stream: int,
    ) -> Any:  # fmt: skip
        seed, counter = to_host(state).tolist()
        wanted = xp.broadcast_to(alpha.astype(xp.float64), shape).reshape(-1)
        raised = xp.where(wanted < 1, wanted + 1, wanted)
        result = xp.zeros(wanted.shape, dtype=xp.float64)
        left = xp.arange(wanted.size)
        attempt = first = stream << 16
        while left.size:
            attempt += 1
            found = _proposals(xp, seed + (attempt << 32), counter, raised[left])
            result[left] = found
            left = left[found < 0]
        boost = _open_uniform(xp, seed + (first << 32), counter, wanted.size)
        result *= xp.where(wanted < 1, boost ** (1 / wanted), 1.0)
        smallest = 2.0**-14 if dtype == "float16" else 2.0**-126
        return _hand_over(xp.maximum(result, smallest).reshape(shape).astype(dtype), out)


def _proposals(xp: Any, seed: int, counter: int, alpha: Any) -> Any:
    """One try for each shape parameter of at least 1; -1 where it is rejected."""
    uniform = _open_uniform(xp, seed, counter, 2 * alpha.size)
    normal = normal_quantile(xp, uniform[: alpha.size] - 0.5)
    d = alpha - 1 / 3
    v = (1 + normal / xp.sqrt(9 * d)) ** 3
    positive = xp.where(v > 0, v, 1.0)
    bound = 0.5 * normal * normal + d * (1 - positive + xp.log(positive))
    taken = (v > 0) & (xp.log(uniform[alpha.size :]) < bound)
    return xp.where(taken, d * positive, -1.0)


def _open_uniform(xp: Any, seed: int, counter: int, count: int) -> Any:
    """float64 numbers between 0 and 1, both excluded."""
    words = random_bits(xp, seed, counter, 2 * count).view(xp.uint64) >> xp.uint64(12)
    return (words.astype(xp.float64) + 0.5) * 2.0**-52


class RandomBinomial(Primitive):
    """How many of `counts` trials succeed; every trial is drawn, so large counts take time."""

    def infer(
        self, state: Spec, counts: Spec, probabilities: Spec, *, shape: Shape, dtype: str
    ) -> Spec:
        return drawn_spec(state, shape, dtype)

    def forward(
        self, xp: Any, state: Any, counts: Any, probabilities: Any, out: Any = None, *,
        shape: Shape, dtype: str,
    ) -> Any:  # fmt: skip
        seed, counter = to_host(state).tolist()
        counts = xp.broadcast_to(counts, shape).reshape(-1)
        limits = xp.broadcast_to(probabilities, shape).reshape(-1).astype(xp.float64) * 2.0**32
        result = xp.zeros(counts.shape, dtype=xp.float64)
        most = int(counts.max()) if counts.size else 0
        rows = max(LARGEST_BATCH // max(counts.size, 1), 1)
        for attempt, first in enumerate(range(0, most, rows)):
            trials = xp.arange(first, min(first + rows, most))
            count = trials.size * counts.size
            words = random_bits(xp, seed + (attempt << 32), counter, count)
            success = words.reshape(trials.size, counts.size) < limits
            result += (success & (trials[:, None] < counts)).sum(axis=0)
        return _hand_over(result.reshape(shape).astype(numpy_dtype(dtype)), out)


random_mask = RandomMask()
random_normal = RandomNormal()
random_permutation = RandomPermutation()
random_gamma = RandomGamma()
random_binomial = RandomBinomial()
