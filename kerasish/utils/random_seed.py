"""One seed for everything that draws random numbers."""

from __future__ import annotations

import random

import numpy as np

from kerasish.errors import explain
from kerasish.random.seed_generator import seed_globally


def set_random_seed(seed: int) -> None:
    """Seed Python's `random`, NumPy's global generator, and kerasish.

    Layers and initializers made afterwards without a seed get the same ones in each run, and
    draws without a seed begin anew.

    Args:
        seed: a whole number from 0 to 2**32 - 1.

    Raises:
        ValueError: for anything else.
    """
    if not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ValueError(
            explain(
                "`seed` must be a whole number from 0 to 2**32 - 1",
                seed=seed,
                type=type(seed),
            )
        )
    random.seed(seed)
    np.random.seed(seed)
    seed_globally(seed)
