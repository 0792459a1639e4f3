"""Random numbers as a function of a seed state: the same state gives the same numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish.arrays.device import to_host
from kerasish.arrays.dtype import numpy_dtype
from kerasish.arrays.philox import random_bits
from kerasish.arrays.spec import Shape, Spec
from kerasish.errors import ShapeError
from kerasish.primitives.primitive import Primitive


def drawn_spec(state: Spec, shape: Shape, dtype: str) -> Spec:
    """Return the Spec of numbers drawn for a seed state `[seed, counter]` of dtype `uint32`."""
    if state.shape != (2,):
        raise ShapeError("A seed state holds two numbers", expected="shape (2,)", state=state)
    return Spec(tuple(shape), dtype)


def drawn_words(xp: Any, state: Any, count: int) -> Any:
    """Return the first `count` random words of a seed state."""
    seed, counter = to_host(state).tolist()
    return random_bits(xp, int(seed), int(counter), count)


class Draw(Primitive):
    """Numbers drawn for a seed state alone."""

    def infer(self, state: Spec, *, shape: Shape, dtype: str) -> Spec:
        return drawn_spec(state, shape, dtype)


# Bits of a uniform number: as many as the dtype holds, since rounding could otherwise give 1.
_DIGITS = {"float16": 11, "bfloat16": 8}


class RandomUniform(Draw):
    """Floats from 0 (included) to 1 (excluded): 24 bits, 53 for float64, fewer for halves."""

    def forward(self, xp: Any, state: Any, out: Any = None, *, shape: Shape, dtype: str) -> Any:
        count = int(np.prod(shape, dtype=np.int64))
        if dtype == "float64":
            words = drawn_words(xp, state, 2 * count).view(xp.uint64) >> xp.uint64(11)
            numbers = words.astype(xp.float64) * 2.0**-53
        else:
            digits = _DIGITS.get(dtype, 24)
            words = drawn_words(xp, state, count) >> xp.uint32(32 - digits)
            numbers = words.astype(xp.float32)
            numbers *= xp.float32(2.0**-digits)
        if out is None:
            return numbers.reshape(shape).astype(numpy_dtype(dtype), copy=False)
        out[...] = numbers.reshape(shape)
        return out


class RandomBits(Draw):
    """Whole numbers over the full range of `uint32`."""

    def forward(self, xp: Any, state: Any, out: Any = None, *, shape: Shape, dtype: str) -> Any:
        count = int(np.prod(shape, dtype=np.int64))
        words = drawn_words(xp, state, count).reshape(shape)
        if out is None:
            return words.astype(numpy_dtype(dtype), copy=False)
        out[...] = words
        return out


random_uniform = RandomUniform()
random_bits_of = RandomBits()
