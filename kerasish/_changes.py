"""When a setting last changed: one number tells whether what was traced may be out of date."""

from __future__ import annotations

import itertools


class Changes:
    """Counts changes of settings of layers, models and optimizers.

    Attributes:
        version: another number whenever a setting of anything has changed.
    """

    version = 0
    _versions = itertools.count(1)

    @classmethod
    def note(cls) -> None:
        """Say that a setting has changed."""
        cls.version = next(cls._versions)


_PLAIN = (bool, int, float, str, tuple, type(None))


def is_same(old: object, new: object) -> bool:
    """Whether a setting has the value that it had."""
    return old is new or (type(old) is type(new) and isinstance(new, _PLAIN) and old == new)
