"""Gradients kept from growing too large: by value, by each one's norm, by the norm of all."""

from __future__ import annotations

from typing import Any

from kerasish import ops


class Clipping:
    """The clipping part of an optimizer."""

    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None

    def set_clipping(self, clipnorm: Any, clipvalue: Any, global_clipnorm: Any) -> None:
        """Choose at most one way of clipping.

        Raises:
            ValueError: when several are given, or one is not positive.
        """
        given = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
        chosen = {name: value for name, value in given.items() if value is not None}
        if len(chosen) > 1:
            raise ValueError(
                "Only one of clipnorm, clipvalue and global_clipnorm may be given. "
                f"Received: {chosen}"
            )
        for name, value in chosen.items():
            if not value > 0:
                raise ValueError(f"`{name}` must be positive. Received: {name}={value}")
        self.clipnorm, self.clipvalue, self.global_clipnorm = clipnorm, clipvalue, global_clipnorm

    def clip(self, grads: list[Any]) -> list[Any]:
        """Return the gradients, none of them too large."""
        if self.clipnorm is not None:
            return [clip_by_norm(g, self.clipnorm) for g in grads]
        if self.global_clipnorm is not None:
            return clip_by_global_norm(grads, self.global_clipnorm)
        if self.clipvalue is not None:
            return [ops.clip(g, -self.clipvalue, self.clipvalue) for g in grads]
        return grads


def clip_by_norm(gradient: Any, limit: float) -> Any:
    """Return a gradient scaled down to a norm, if its own is larger."""
    norm = ops.sqrt(ops.sum(ops.square(gradient)))
    return gradient * ops.minimum(limit / ops.maximum(norm, 1e-30), 1.0)


def clip_by_global_norm(grads: list[Any], limit: float) -> list[Any]:
    """Return gradients scaled down together to a norm, if theirs is larger."""
    total = ops.sum(ops.square(grads[0]))
    for gradient in grads[1:]:
        total = total + ops.sum(ops.square(gradient))
    scale = ops.minimum(limit / ops.maximum(ops.sqrt(total), 1e-30), 1.0)
    return [g * scale for g in grads]
