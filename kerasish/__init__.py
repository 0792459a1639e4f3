"""kerasish: the Keras API and the Keras files, with engines of our own on NumPy and CuPy."""

__version__ = "0.1.0"

from kerasish import backend
from kerasish.backend import discovery

discovery.current()
