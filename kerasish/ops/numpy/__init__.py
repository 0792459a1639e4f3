"""NumPy's functions on tensors, by family."""

from kerasish._absent import public

__all__: list[str] = []  # they are public as `kerasish.ops.…`

__getattr__, __dir__ = public(__name__, __all__)
