"""First values that keep lengths: orthogonal matrices."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kerasish import ops, random
from kerasish.arrays.dtype import standardize_dtype
from kerasish.backend.scopes import concrete
from kerasish.errors import explain
from kerasish.initializers.random import RandomInitializer


class Orthogonal(RandomInitializer):
    """A matrix with orthonormal rows or columns, whichever are fewer (Saxe et al., 2014).

    More than two axes are read as a matrix whose rows are all but the last. The decomposition is
    computed on the host in float64.

    Args:
        gain: what the matrix is multiplied by.
        seed: as for every random initializer.
    """

    def __init__(self, gain: float = 1.0, seed: Any = None) -> None:
        self.gain = gain
        super().__init__(seed=seed)

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        if len(shape) < 2:
            raise ValueError(explain("Orthogonal needs at least two axes", shape=tuple(shape)))
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        with concrete():
            start = random.normal(tall, dtype="float64", seed=self.seed).numpy()
        q, r = np.linalg.qr(start)
        q = q * np.sign(np.diag(r))  # makes the decomposition, and so the draw, the only one
        matrix = q if rows >= columns else q.T
        values = self.gain * matrix.reshape(tuple(shape))
        return ops.convert_to_tensor(values, dtype=standardize_dtype(dtype))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal initializer."""
        return {**super().get_config(), "gain": self.gain}
