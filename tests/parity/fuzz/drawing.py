"""Draw: what a seed decides, and arrays as the source text that makes them."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")

FLOATS = ("float32", "float16", "bfloat16", "float64")
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32")
DTYPES = (*FLOATS, *INTEGERS, "bool")

# Where formulas have kinks, ties, overflows and nothing.
FINITE_EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 3.0, 6.0, -6.0, 20.0, -20.0, 88.0, -100.0)
SMALL_EDGES = (1e-8, -1e-8, 1e-4, 1e-40, -1e-40)
EDGES = (*FINITE_EDGES, *SMALL_EDGES, 1e4, -3e4, float("nan"), float("inf"), float("-inf"))


class Text(str):
    """Source text of an argument, where a value's `repr` would not do."""

    def __repr__(self) -> str:
        return str(self)


class Draw:
    """A stream of decisions that an area and a seed determine.

    Args:
        area: the name of what is drawn, so that areas do not share their streams.
        seed: any integer from 0 on.
        bfloat16: whether NumPy knows the dtype (the package ml_dtypes adds it).
        keras: whether Keras on JAX will be asked. It has 32 bits, and flushes denormals to 0.
    """

    def __init__(self, area: str, seed: int, bfloat16: bool = True, keras: bool = False) -> None:
        self.area, self.seed = area, seed
        self.rng = np.random.default_rng([zlib.crc32(area.encode()), seed])
        self.keras = keras
        self.edges = tuple(e for e in EDGES if not keras or e == 0 or not abs(e) < 1e-37)
        refused = set() if bfloat16 else {"bfloat16"}
        refused |= {"int64", "float64"} if keras else set()
        self.dtypes = tuple(dtype for dtype in DTYPES if dtype not in refused)
        self.floats = tuple(dtype for dtype in FLOATS if dtype not in refused)
        self.integers = tuple(dtype for dtype in INTEGERS if dtype not in refused)

    # Decisions.

    def yes(self, chance: float = 0.5) -> bool:
        """Return True with a chance."""
        return bool(self.rng.random() < chance)

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices."""
        return choices[int(self.rng.integers(len(choices)))]

    def some(self, choices: Sequence[T], least: int = 0, most: int | None = None) -> list[T]:
        """Return different choices in their order: between `least` and `most` of them."""
        most = len(choices) if most is None else min(most, len(choices))
        count = self.integer(least, most)
        chosen = sorted(self.rng.permutation(len(choices))[:count])
        return [choices[i] for i in chosen]

    def integer(self, low: int, high: int) -> int:
        """Return an integer from `low` to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def number(self, low: float, high: float, digits: int = 3) -> float:
        """Return a number of few digits between two others."""
        return round(float(self.rng.uniform(low, high)), digits)

    def log_number(self, low: float, high: float) -> float:
        """Return a number whose logarithm is evenly spread."""
        return float(f"{np.exp(self.rng.uniform(np.log(low), np.log(high))):.3g}")

    # Shapes.

    def shape(self, least: int = 0, most: int = 3, empty: bool = True) -> tuple[int, ...]:
        """Return a shape of `least` to `most` axes, now and then with an empty one."""
        sizes = [1, 2, 3, 3, 5] if self.yes(0.2) else [1, 2, 3]  # JAX compiles for each shape
        found = [self.pick(sizes) for _ in range(self.integer(least, most))]
        if empty and found and self.yes(0.07):
            found[self.integer(0, len(found) - 1)] = 0
        return tuple(found)

    def broadcastable(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return a shape that broadcasts to, or with, another."""
        if self.yes(0.5):
            return shape
        cut = shape[self.integer(0, len(shape)) :]
        return tuple(1 if self.yes(0.3) else size for size in cut)

    def axis(self, rank: int) -> int:
        """Return one axis of so many, counted from either end."""
        return self.integer(-rank, rank - 1) if rank else 0

    def axes(self, rank: int) -> int | tuple[int, ...] | None:
        """Return one axis, several, or None for all."""
        if rank == 0 or self.yes(0.25):
            return None
        if self.yes(0.6):
            return self.axis(rank)
        return tuple(self.some(range(rank), 1))

    # Arrays, as text.

    def dtype(self, kinds: str = "fib") -> str:
        """Return a dtype: of floats, of integers, or bool, float32 most often."""
        if "f" in kinds and self.yes(0.35):
            return "float32"
        pool: tuple[str, ...] = ()
        pool += self.floats if "f" in kinds else ()
        pool += self.integers if "i" in kinds else ()
        pool += ("bool",) if "b" in kinds else ()
        return self.pick(pool)

    def array(self, shape: tuple[int, ...], dtype: str, values: str = "ordinary") -> str:
        """Return the text of an array.

        Args:
            shape: its shape.
            dtype: its dtype.
            values: `"ordinary"` (few digits, no two alike), `"edges"` (also infinities, NaN,
                denormals, the ends of the integers), `"finite"` (edges without these),
                `"ties"` (few different numbers), `"positive"`, `"unit"` (from 0 to 1).
        """
        return array_text(self.values(shape, dtype, values), dtype)

    def values(self, shape: tuple[int, ...], dtype: str, values: str = "ordinary") -> Any:
        """Return what `array` writes down, as a nested array of float64 or of Python integers."""
        size = int(np.prod(shape))
        if dtype == "bool":
            return (self.rng.random(size) < 0.5).reshape(shape)
        if dtype.startswith(("int", "uint")):
            return self._whole(size, np.iinfo(dtype), values).reshape(shape)
        if values == "unit":
            return self.rng.uniform(0, 1, size).round(3).reshape(shape)
        numbers = self.rng.normal(size=size).round(3) * (3 if self.yes(0.3) else 1)
        numbers = numbers.round(3)
        if values == "positive":
            numbers = np.abs(numbers) + 0.01
        if values == "ties":
            numbers = np.round(numbers)
        if values in ("edges", "finite"):
            special = self.edges if values == "edges" else FINITE_EDGES
            where = self.rng.random(size) < 0.5
            numbers[where] = self.rng.choice(special, int(where.sum()))
        return numbers.reshape(shape)

    def _whole(self, size: int, limits: Any, values: str) -> Any:
        lowest = 0 if limits.min == 0 or values in ("positive", "unit") else -5
        numbers = self.rng.integers(lowest, 8, size).astype(object)
        if values == "positive":
            numbers = numbers + 1
        if values == "edges":
            ends = [limits.min, limits.max, limits.max - 1, limits.min + 1]
            where = self.rng.random(size) < 0.25
            numbers[where] = [ends[i] for i in self.rng.integers(4, size=int(where.sum()))]
        return numbers


def arguments_text(arguments: dict[str, Any]) -> str:
    """Return `rate=0.5, seed=3`; what is a `Text` stands as it is."""
    return ", ".join(f"{name}={value!r}" for name, value in arguments.items())


def array_text(values: Any, dtype: str) -> str:
    """Return the source text of an array: `np.array([1.0, nan], "float32")`."""
    values = np.asarray(values)
    made = f"array({values.tolist()!r}" if values.size else f"zeros({values.shape}"
    return f"np.{made}, " + ("bfloat16)" if dtype == "bfloat16" else f'"{dtype}")')


def normal_text(seed: int, shape: tuple[int, ...], dtype: str = "float32") -> str:
    """Return the source text of an array too large to write down, drawn from a normal."""
    return f'np.random.default_rng({seed}).normal(size={shape}).astype("{dtype}")'
