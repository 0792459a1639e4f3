"""Random numbers that a seed decides: the same on every device and in every engine."""

from kerasish._absent import public
from kerasish.random.continuous import beta, dropout, gamma, normal, truncated_normal, uniform
from kerasish.random.discrete import binomial, categorical, randint, shuffle
from kerasish.random.seed_generator import SeedGenerator

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]

__getattr__, __dir__ = public(__name__, __all__)
