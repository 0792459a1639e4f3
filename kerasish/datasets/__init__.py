"""Small real data sets that travel with the package, so that no example needs a network."""

from kerasish._absent import public
from kerasish.datasets import digits

__all__ = ["digits"]

__getattr__, __dir__ = public(__name__, __all__)
