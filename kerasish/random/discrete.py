"""Random whole numbers, random choices and random order."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.arrays.dtype import is_integer, standardize_dtype
from kerasish.arrays.spec import normalize_axis
from kerasish.errors import explain
from kerasish.primitives.casting import cast
from kerasish.primitives.distributions import random_binomial, random_permutation
from kerasish.primitives.random import random_bits_of, random_uniform
from kerasish.random.arguments import float_dtype, plain_shape
from kerasish.random.seed_generator import draw_seed


def randint(shape: Any, minval: Any, maxval: Any, dtype: Any = "int32", seed: Any = None) -> Any:
    """Draw whole numbers from `minval` (included) to `maxval` (excluded), each equally likely.

    Args:
        shape: of the result.
        minval, maxval: whole numbers, or tensors that broadcast to the shape; not more than
            2**32 apart.
        dtype: an integer dtype.
        seed: a whole number for the same numbers at each call, a SeedGenerator for new ones, or
            None for the global SeedGenerator.

    Raises:
        ValueError: when `dtype` is no integer dtype.
    """
    name = standardize_dtype(dtype or "int32")
    if not is_integer(name):
        raise ValueError(
            explain(
                "`random.randint` draws whole numbers", expected="an integer dtype", dtype=dtype
            )
        )
    lowest, highest = ops.cast(minval, "int64"), ops.cast(maxval, "int64")
    words = random_bits_of(draw_seed(seed), shape=plain_shape(shape), dtype="uint64")
    distance = cast(ops.subtract(highest, lowest), dtype="uint64")
    steps = ops.right_shift(ops.multiply(words, distance), 32)  # the high half of the product
    return ops.cast(ops.add(cast(steps, dtype="int64"), lowest), name)


def categorical(logits: Any, num_samples: int, dtype: Any = "int32", seed: Any = None) -> Any:
    """Draw class numbers with the probabilities `softmax(logits)`.

    Args:
        logits: of shape `(batch, classes)`.
        num_samples: how many to draw for each row.
        dtype: an integer dtype.
        seed: as for `randint`.

    Returns:
        Class numbers of shape `(batch, num_samples)`.

    Raises:
        ValueError: when `logits` has not two axes.
    """
    logits = ops.convert_to_tensor(logits)
    if logits.ndim != 2:
        raise ValueError(
            explain("`logits` must have two axes", expected="(batch, classes)", logits=logits.spec)
        )
    rows, classes = logits.shape
    shares = ops.cumsum(ops.softmax(ops.cast(logits, "float64")), axis=-1)
    level = random_uniform(draw_seed(seed), shape=(rows, int(num_samples)), dtype="float64")
    level = ops.multiply(level, shares[:, classes - 1 :])
    below = ops.less_equal(ops.expand_dims(shares, 1), ops.expand_dims(level, 2))
    return ops.cast(ops.sum(below, axis=-1), standardize_dtype(dtype))


def shuffle(x: Any, axis: int = 0, seed: Any = None) -> Any:
    """Put the slices along an axis in random order; each stays whole.

    Args:
        x: a tensor.
        axis: the axis along which to shuffle.
        seed: as for `randint`.
    """
    x = ops.convert_to_tensor(x)
    place = normalize_axis(axis, x.ndim)
    order = random_permutation(draw_seed(seed), shape=(x.shape[place],), dtype="int32")
    return ops.take(x, order, axis=place)


def binomial(
    shape: Any, counts: Any, probabilities: Any, dtype: Any = None, seed: Any = None
) -> Any:
    """Draw how many of `counts` trials succeed.

    Args:
        shape: of the result.
        counts: numbers of trials; time grows with the largest.
        probabilities: of success, from 0 to 1; like `counts` a number or a tensor that broadcasts.
        dtype: a float dtype; `floatx()` by default.
        seed: as for `randint`.
    """
    return random_binomial(
        draw_seed(seed), ops.cast(counts, "float64"), ops.cast(probabilities, "float64"),
        shape=plain_shape(shape), dtype=float_dtype(dtype, "binomial"),
    )  # fmt: skip
