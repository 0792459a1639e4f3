"""Spec: the shape and dtype of a value that need not exist yet, and how shapes broadcast."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from kerasish.errors import ShapeError

Shape = tuple[int, ...]

_SHORT = {"float": "f", "bfloat": "bf", "int": "i", "uint": "u", "complex": "c", "bool": "bool"}


@dataclass(frozen=True, slots=True)
class Spec:
    """Shape and dtype of one value. Its text is short: `f32[2,3]`.

    Attributes:
        shape: sizes, all known.
        dtype: name of the dtype.
    """

    shape: Shape
    dtype: str

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    def __str__(self) -> str:
        letters = self.dtype.rstrip("0123456789")
        short = _SHORT.get(letters, letters) + self.dtype[len(letters) :]
        return f"{short}[{','.join(map(str, self.shape))}]"


def broadcast(*shapes: Shape) -> Shape:
    """Return the shape that these shapes broadcast to, by NumPy's rule.

    Raises:
        ShapeError: when two sizes differ and neither is 1.

    Example:
        >>> broadcast((2, 1, 4), (3, 1))
        (2, 3, 4)
    """
    if len(shapes) == 2 and shapes[0] == shapes[1]:
        return shapes[0]
    sizes: list[int] = []
    for axis in range(-max(map(len, shapes), default=0), 0):
        size = 1
        for shape in shapes:
            here = shape[axis] if -axis <= len(shape) else 1
            if here == 1 or here == size:
                continue
            if size != 1:
                raise ShapeError(
                    "Shapes do not broadcast", expected="equal sizes or 1", shapes=shapes
                )
            size = here
        sizes.append(size)
    return tuple(sizes)


def normalize_axis(axis: int, ndim: int) -> int:
    """Return `axis` counted from the front.

    Raises:
        ShapeError: when there is no such axis.
    """
    if not -ndim <= axis < ndim:
        raise ShapeError("No such axis", expected=f"an axis from {-ndim} to {ndim - 1}", axis=axis)
    return axis % ndim


def normalize_axes(axis: Any, ndim: int) -> tuple[int, ...]:
    """Return the axes that an `axis` argument names, sorted; None means all of them.

    Raises:
        ShapeError: when an axis does not exist or is named twice.
    """
    if axis is None:
        return tuple(range(ndim))
    axes = (axis,) if isinstance(axis, int) or hasattr(axis, "__index__") else tuple(axis)
    found = sorted(normalize_axis(int(a), ndim) for a in axes)
    if len(set(found)) != len(found):
        raise ShapeError("An axis is named twice", axis=axis)
    return tuple(found)
