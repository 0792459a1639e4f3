"""SeedGenerator: where random numbers begin, as a variable that moves on with each draw."""

from __future__ import annotations

import random as python_random
from typing import Any

import numpy as np

from kerasish._names import auto_name, named
from kerasish.backend.convert import as_tensor
from kerasish.backend.scopes import concrete
from kerasish.backend.tensor import Tensor
from kerasish.backend.variable import Variable
from kerasish.errors import explain

LARGEST_SEED = 2**32  # larger and negative seeds are taken modulo this
_NEXT = np.array([0, 1], dtype="uint32")


class SeedGenerator:
    """A source of seeds, a new one for each draw.

    With a plain number as `seed`, a random function returns the same numbers at every call; with
    a SeedGenerator, new ones. Its state is a variable, so a traced function moves it on as well,
    in the order of the program.

    Args:
        seed: a whole number; None takes one from Python's `random`.
        name: the name of the state's scope.

    Raises:
        ValueError: when `seed` is no whole number.

    Example:
        >>> import kerasish as keras
        >>> generator = keras.random.SeedGenerator(42)
        >>> generator.next().tolist(), generator.next().tolist()
        ([42, 0], [42, 1])
    """

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any) -> None:
        if kwargs:
            raise ValueError(
                explain("Unknown arguments of SeedGenerator", arguments=sorted(kwargs))
            )
        self.name = auto_name(type(self).__name__) if name is None else name
        self._initial_seed = seed
        if seed is None:
            seed = make_default_seed()
        if not isinstance(seed, int):
            raise ValueError(explain("`seed` must be a whole number or None", seed=seed))
        with named(self.name):
            self.state = Variable(
                np.array([seed % LARGEST_SEED, 0], dtype="uint32"),
                trainable=False, autocast=False, name="seed_generator_state",
            )  # fmt: skip

    def next(self, ordered: bool = True) -> Tensor:
        """Return the state as it is, and move on.

        Args:
            ordered: count upwards. Otherwise both numbers jump, as in Keras.

        Returns:
            `[seed, counter]`, of dtype `uint32`.
        """
        state = self.state.value
        if ordered:
            self.state.assign(state + _NEXT)
        else:
            self.state.assign((state + 1) * 5387 % 933199)
        return state

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make a generator that starts where this one did."""
        return {"seed": self._initial_seed, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SeedGenerator:
        """Make a generator from a config."""
        return cls(**config)


_global: list[SeedGenerator] = []


def global_seed_generator() -> SeedGenerator:
    """Return the generator that draws without a seed use; there is one for the whole process."""
    if not _global:
        _global.append(SeedGenerator(name="global_seed_generator"))
    return _global[0]


def seed_globally(seed: int) -> None:
    """Set the global generator back to a seed.

    The variable stays the same one, so functions that were traced with it start anew too. A
    first generator is made with the seed itself: a default one would use up a number of Python's
    `random`, which has just been seeded.
    """
    if not _global:
        _global.append(SeedGenerator(seed, name="global_seed_generator"))
    with concrete():
        global_seed_generator().state.assign(np.array([seed % LARGEST_SEED, 0], dtype="uint32"))


def make_default_seed() -> int:
    """Take a seed from Python's `random`, which `set_random_seed` has in hand."""
    return python_random.randint(1, 10**9)


def draw_seed(seed: Any) -> Tensor:
    """Return the seed state `[seed, counter]` for one draw.

    Args:
        seed: a whole number, None for the global generator, a SeedGenerator, or such a state.

    Raises:
        ValueError: for anything else.
    """
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if seed is None:
        return global_seed_generator().next()
    if isinstance(seed, int):
        return as_tensor(np.array([seed % LARGEST_SEED, 0], dtype="uint32"))
    if isinstance(seed, Tensor) and seed.shape == (2,):
        return as_tensor(seed, "uint32")
    raise ValueError(
        explain(
            "`seed` must be a whole number, a SeedGenerator or None",
            seed=seed,
            type=type(seed),
        )
    )
