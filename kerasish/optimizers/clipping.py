"""Gradients kept from growing too large: by value, by each one's norm, by the norm of all."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.arrays.dtype import numpy_dtype

SCALES = {"float32": 2.0**-96, "float64": 2.0**-768}
KINDS = ("clipnorm", "clipvalue", "global_clipnorm")


class Clipping:
    """The clipping part of an optimizer: at most one of three limits, which can be set later."""

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
        if self.clipnorm is not None:
            return clip_by_norm(grads, self.clipnorm)
        if self.global_clipnorm is not None:
            return clip_by_global_norm(grads, self.global_clipnorm)
        if self.clipvalue is not None:
            return [ops.clip(g, -self.clipvalue, self.clipvalue) for g in grads]
        return grads


def clip_by_norm(grads: list[Any], limit: float) -> list[Any]:
    """Return gradients, each scaled down to a norm if its own is larger."""
    factors = _factors([[g] for g in grads], limit)
    return [_times(g, factor) for g, factor in zip(grads, factors, strict=True)]


def clip_by_global_norm(grads: list[Any], limit: float) -> list[Any]:
    """Return gradients scaled down together to a norm, if theirs is larger."""
    (factor,) = _factors([grads], limit)
    return [_times(g, factor) for g in grads]


def _factors(groups: list[list[Any]], limit: float) -> list[Any]:
    """Return what each group of gradients is multiplied by.

    Squares may be too large for the dtype where the result is not. Only then all is scaled first,
    by a power of two, which changes no other bit: looking for the largest element at every step
    would take as long as the norm itself.
    """
    groups = [[_wide(g) for g in grads] for grads in groups]
    totals = [_sum_of_squares(grads) for grads in groups]

    def plain() -> list[Any]:
        return [_factor(total, limit, 1.0) for total in totals]

    def careful() -> list[Any]:
        found = []
        for grads, total in zip(groups, totals, strict=True):
            scale = ops.where(ops.isinf(total), SCALES[total.dtype], 1.0)
            found.append(_factor(_sum_of_squares([g * scale for g in grads]), limit, scale))
        return found

    everything = totals[0]
    for total in totals[1:]:
        everything = everything + total
    return ops.cond(ops.isinf(everything), careful, plain)  # type: ignore[no-any-return]


def _factor(total: Any, limit: float, scale: Any) -> Any:
    return ops.minimum(limit * scale / ops.maximum(ops.sqrt(total), 1e-30), 1.0)


def _sum_of_squares(grads: list[Any]) -> Any:
    total = ops.sum(ops.square(grads[0]))
    for gradient in grads[1:]:
        total = total + ops.sum(ops.square(gradient))
    return total


def _wide(gradient: Any) -> Any:
    """The gradient in a dtype that holds its norm: a half float's is easily too large."""
    gradient = ops.convert_to_tensor(gradient)
    narrow = numpy_dtype(gradient.dtype).itemsize < 4
    return ops.cast(gradient, "float32") if narrow else gradient


def _times(gradient: Any, factor: Any) -> Any:
    wide = _wide(gradient)
    return ops.cast(wide * ops.cast(factor, wide.dtype), gradient.dtype)
