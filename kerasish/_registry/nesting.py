"""How deep configs may nest, so that no config exhausts Python's stack."""

from __future__ import annotations

from typing import Any

MAX_DEPTH = 200  # a model within a model costs four; Python's own limit is near 1,000 calls


def check_depth(config: Any) -> None:
    """Raise if containers nest more than `MAX_DEPTH` deep. Does not recurse itself.

    Raises:
        ValueError: when the config is too deep, or contains itself.
    """
    level = [config]
    for _ in range(MAX_DEPTH + 1):
        inner: dict[int, Any] = {}  # by identity, so that shared parts are not looked at twice
        for container in level:
            for child in container.values() if isinstance(container, dict) else container:
                if isinstance(child, (dict, list, tuple)):
                    inner[id(child)] = child
        if not inner:
            return
        level = list(inner.values())
    raise too_deep("config")


def too_deep(what: str) -> ValueError:
    """The error for what nests too deep."""
    return ValueError(
        f"The {what} nests more than {MAX_DEPTH} levels deep, or contains itself. "
        "Flatten it; no model needs that many levels."
    )
