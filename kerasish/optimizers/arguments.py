"""The arguments that all optimizers share: taken by place or by name, and seen in signatures.

An optimizer's constructor lists its own arguments and hands `*shared` on to the class below, so
what they are, and their order, stands in one place.
"""

from __future__ import annotations

import inspect
from typing import Any

_VARIADIC = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD


def show_shared(cls: type) -> None:
    """Let the signature of a constructor that takes `*shared` list what that stands for."""
    init = vars(cls).get("__init__")
    if init is None or "shared" not in inspect.signature(init).parameters:
        return
    own = [p for p in inspect.signature(init).parameters.values() if p.kind not in _VARIADIC]
    names = {parameter.name for parameter in own}
    below: Any = super(cls, cls).__init__  # type: ignore[misc]
    inherited = [p for p in inspect.signature(below).parameters.values() if p.name not in names]
    init.__signature__ = inspect.Signature([*own, *inherited])
