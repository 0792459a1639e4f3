"""Small real data sets that travel with the package, so that no example needs a network."""

from kerasish.datasets import digits

__all__ = ["digits"]
