"""Where the value of a node lies: in whose memory, from which byte on, with which strides."""

from __future__ import annotations

from dataclasses import dataclass

from kerasish.arrays.dtype import numpy_dtype
from kerasish.backend.graph.graph import Node
from kerasish.primitives.casting import stop_gradient
from kerasish.primitives.movement import broadcast_to, reshape, slice_, transpose


class Unprintable(Exception):
    """What the native printer has no words for; the message says what."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A value's place in memory.

    Attributes:
        root: the node whose memory it is.
        offset: bytes from its beginning.
        shape, strides: sizes, and bytes between elements, of each axis.
        item: bytes of an element.
    """

    root: Node
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    item: int

    @property
    def is_contiguous(self) -> bool:
        """Whether the elements follow one another in rows."""
        rows = rows_of(self.shape, self.item)
        return all(
            size == 1 or a == b for size, a, b in zip(self.shape, self.strides, rows, strict=True)
        )


def rows_of(shape: tuple[int, ...], item: int) -> tuple[int, ...]:
    """Return the strides of an array in rows; axes of size 1 count as any other."""
    strides, step = [], item
    for size in reversed(shape):
        strides.append(step)
        step *= size
    return tuple(reversed(strides))


def layout(node: Node) -> Layout:
    """Return where a node's value lies.

    Raises:
        Unprintable: for a view that is not known here.
    """
    item = numpy_dtype(node.dtype).itemsize
    if not node.primitive.is_view:
        return Layout(node, 0, node.shape, rows_of(node.shape, item), item)
    inner = layout(node.inputs[0])
    primitive, params = node.primitive, node.params
    offset, strides = inner.offset, inner.strides
    if primitive is stop_gradient:
        return inner
    if primitive is reshape and inner.is_contiguous:
        strides = rows_of(node.shape, item)
    elif primitive is transpose:
        strides = tuple(inner.strides[a] for a in params["axes"])
    elif primitive is broadcast_to:
        extra = len(node.shape) - len(inner.shape)
        kept = zip(inner.shape, inner.strides, node.shape[extra:], strict=True)
        strides = (0,) * extra + tuple(0 if s != size else t for s, t, size in kept)
    elif primitive is slice_:
        window = params["window"]
        offset += sum(start * t for (start, _, _), t in zip(window, strides, strict=True))
        strides = tuple(step * t for (_, _, step), t in zip(window, strides, strict=True))
    else:
        raise Unprintable(f"the view {primitive.name}")
    return Layout(inner.root, offset, node.shape, strides, item)
