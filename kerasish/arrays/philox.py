"""Random bits as a function of a seed and a counter: Philox4x64 with 10 rounds.

The same (seed, counter) gives the same bits on every device and in every engine. On the CPU
NumPy's own Philox makes them; elsewhere the rounds are written with the array module.
Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_MULTIPLIERS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
_WEYL = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
_MASK = 0xFFFFFFFFFFFFFFFF


def random_bits(xp: Any, seed: int, counter: int, count: int) -> Any:
    """Return `count` random 32-bit words as a `uint32` array of `xp`.

    Args:
        xp: the array module.
        seed, counter: whole numbers; each pair has its own sequence of 2**66 words.
        count: how many words.
    """
    quads = -(-count // 8)
    if xp is np:
        generator = np.random.Philox(key=[seed & _MASK, counter & _MASK], counter=[0, 0, 0, 0])
        return generator.random_raw(4 * quads).view(np.uint32)[:count]
    return _rounds(xp, seed, counter, quads).view(xp.uint32)[:count]


def _rounds(xp: Any, seed: int, counter: int, quads: int) -> Any:
    """The ten rounds, over counters 1, 2, …, as NumPy's generator counts them."""
    zeros = xp.zeros(quads, dtype=xp.uint64)
    words = [xp.arange(1, quads + 1, dtype=xp.uint64), zeros, zeros, zeros]
    key = [seed & _MASK, counter & _MASK]
    for _ in range(10):
        high0, low0 = _multiply(xp, words[0], _MULTIPLIERS[0])
        high1, low1 = _multiply(xp, words[2], _MULTIPLIERS[1])
        first, second = (xp.asarray(k, dtype=xp.uint64) for k in key)
        words = [high1 ^ words[1] ^ first, low1, high0 ^ words[3] ^ second, low0]
        key = [(k + w) & _MASK for k, w in zip(key, _WEYL, strict=True)]
    return xp.stack(words, axis=1).reshape(-1)


def _multiply(xp: Any, a: Any, b: int) -> tuple[Any, Any]:
    """High and low halves of a 128-bit product, by 32-bit digits."""
    half, ones = xp.asarray(32, dtype=xp.uint64), xp.asarray(0xFFFFFFFF, dtype=xp.uint64)
    b_low, b_high = (xp.asarray(v, dtype=xp.uint64) for v in (b & 0xFFFFFFFF, b >> 32))
    a_low, a_high = a & ones, a >> half
    low = a_low * b_low
    middle = a_high * b_low + (low >> half)
    other = a_low * b_high + (middle & ones)
    high = a_high * b_high + (middle >> half) + (other >> half)
    return high, (other << half) | (low & ones)
