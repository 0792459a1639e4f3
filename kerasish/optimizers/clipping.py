"""Gradients kept from growing too large: by value, by each one's norm, by the norm of all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kerasish import ops
from kerasish.arrays.dtype import numpy_dtype
from kerasish.backend import discovery

# From which size on gradients are scaled before they are squared, and by how much. Beside such
# large ones, what that makes too small to be seen would not have changed the sum.
SCALES = {"float32": (2.0**50, 2.0**-96), "float64": (2.0**480, 2.0**-540)}
KINDS = ("clipnorm", "clipvalue", "global_clipnorm")


class Clipping:
    """The clipping part of an optimizer: at most one of three limits, which can be set later."""

    _rules: dict[Any, Any]

    def set_clipping(self, clipnorm: Any, clipvalue: Any, global_clipnorm: Any) -> None:
        """Choose at most one way of clipping.

        Raises:
            ValueError: when several are given, or one is not positive.
        """
        self._limits: dict[str, Any] = dict.fromkeys(KINDS)
        self._set_limits(clipnorm=clipnorm, clipvalue=clipvalue, global_clipnorm=global_clipnorm)

    @property
    def clipnorm(self) -> float | None:
        """Largest norm of a single variable's gradient, or None."""
        return self._limits["clipnorm"]

    @clipnorm.setter
    def clipnorm(self, value: float | None) -> None:
        self._set_limits(clipnorm=value)

    @property
    def clipvalue(self) -> float | None:
        """Largest size of a gradient's element, or None."""
        return self._limits["clipvalue"]

    @clipvalue.setter
    def clipvalue(self, value: float | None) -> None:
        self._set_limits(clipvalue=value)

    @property
    def global_clipnorm(self) -> float | None:
        """Largest norm of all gradients together, or None."""
        return self._limits["global_clipnorm"]

    @global_clipnorm.setter
    def global_clipnorm(self, value: float | None) -> None:
        self._set_limits(global_clipnorm=value)

    def _set_limits(self, **given: Any) -> None:
        limits = {**self._limits, **given}
        chosen = {name: value for name, value in limits.items() if value is not None}
        if len(chosen) > 1:
            raise ValueError(
                "Only one of clipnorm, clipvalue and global_clipnorm may be given; set the others "
                f"to None first. Received: {chosen}"
            )
        for name, value in chosen.items():
            if not value > 0:
                raise ValueError(f"`{name}` must be positive. Received: {name}={value}")
        self._limits = limits

    def clip(self, grads: list[Any]) -> list[Any]:
        """Return the gradients, none of them too large."""
        for kind, limit in self._limits.items():
            if limit is not None:
                return list(self._clip(kind, limit)(*map(ops.convert_to_tensor, grads)))
        return grads

    def _clip(self, kind: str, limit: float) -> Any:
        found = self._rules.get((kind, limit))
        if found is None:
            found = discovery.current().planned(lambda *grads: CLIPS[kind](grads, limit))
            self._rules[kind, limit] = found
        return found


def clip_by_norm(grads: Sequence[Any], limit: float) -> tuple[Any, ...]:
    """Return gradients, each scaled down to a norm if its own is larger."""
    return tuple([clip_by_global_norm([g], limit)[0] for g in grads])


def clip_by_global_norm(grads: Sequence[Any], limit: float) -> tuple[Any, ...]:
    """Return gradients scaled down together to a norm, if theirs is larger.

    Squares may be too large for the dtype where the result is not. So gradients that are so large
    are scaled first, by a power of two, which changes no other bit.
    """
    wide = [_wide(g) for g in grads]
    largest = _largest(wide)
    threshold, small = SCALES[largest.dtype]
    scale = ops.where(largest > threshold, small, ops.ones_like(largest))
    total = ops.sum(ops.square(wide[0] * scale))
    for gradient in wide[1:]:
        total = total + ops.sum(ops.square(gradient * scale))
    factor = ops.minimum(scale * limit / ops.maximum(ops.sqrt(total), 1e-30), 1.0)
    return tuple(
        [ops.cast(w * ops.cast(factor, w.dtype), g.dtype) for w, g in zip(wide, grads, strict=True)]
    )


def clip_by_value(grads: Sequence[Any], limit: float) -> tuple[Any, ...]:
    """Return gradients whose elements are no larger than a limit."""
    return tuple([ops.clip(g, -limit, limit) for g in grads])


CLIPS = {
    "clipnorm": clip_by_norm,
    "clipvalue": clip_by_value,
    "global_clipnorm": clip_by_global_norm,
}


def _largest(grads: Sequence[Any]) -> Any:
    """The largest size of an element; 0 where there is none."""
    extremes = [ops.max(ops.abs(g)) for g in grads if g.size]
    found = extremes[0] if extremes else ops.zeros((), dtype=grads[0].dtype)
    for one in extremes[1:]:
        found = ops.maximum(found, one)
    return found


def _wide(gradient: Any) -> Any:
    """The gradient in a dtype that holds its norm: a half float's is easily too large."""
    narrow = numpy_dtype(gradient.dtype).itemsize < 4
    return ops.cast(gradient, "float32") if narrow else gradient
