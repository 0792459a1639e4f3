"""Merge: base of the layers that combine several inputs element by element."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.errors import explain
from kerasish.layers.layer import Layer


class Merge(Layer):
    """Combine a list of inputs that broadcast; subclasses define `merge(a, b)`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Check that the inputs are several and broadcast."""
        _several(self, input_shape)
        batches = {shape[0] for shape in input_shape if shape and shape[0] is not None}
        if len(batches) > 1:
            raise ValueError(
                explain(
                    f"Layer {self.name!r} cannot merge other batch sizes", shapes=list(input_shape)
                )
            )
        shape = input_shape[0]
        for other in input_shape[1:]:
            shape = _together(self, shape, other)

    def call(self, inputs: Any) -> Any:
        """Combine the inputs, the first with the second, and so on."""
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 1:
            raise ValueError(explain(f"Layer {self.name!r} needs a list of inputs", inputs=inputs))
        ndim = max(len(x.shape) for x in inputs)
        aligned = [_with_axes(x, ndim) for x in inputs]
        output = aligned[0]
        for x in aligned[1:]:
            output = self.merge(output, x)
        return output

    def merge(self, a: Any, b: Any) -> Any:
        """Combine two tensors."""
        raise NotImplementedError(f"{type(self).__name__} must define `merge`.")

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape that the inputs broadcast to."""
        _several(self, input_shape)
        shape = input_shape[0]
        for other in input_shape[1:]:
            shape = _together(self, shape, other)
        return tuple(shape)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return a mask that is true where one of the inputs' masks is; None if one has none."""
        if mask is None:
            return None
        check_masks(inputs, mask)
        if any(m is None for m in mask):
            return None
        found = mask[0]
        for other in mask[1:]:
            found = ops.logical_or(found, other)
        return found


def check_masks(inputs: Any, masks: Any) -> None:
    """Check that inputs and masks are lists of one length.

    Raises:
        ValueError: when they are not.
    """
    for name, value in (("mask", masks), ("inputs", inputs)):
        if not isinstance(value, (list, tuple)):
            raise ValueError(explain(f"`{name}` should be a list", **{name: value}))
    if len(inputs) != len(masks):
        raise ValueError(
            explain(
                "`inputs` and `mask` should have one length", inputs=len(inputs), mask=len(masks)
            )
        )


def _several(layer: Layer, shapes: Any) -> None:
    is_list = isinstance(shapes, (list, tuple)) and all(
        isinstance(s, (list, tuple)) for s in shapes
    )
    if not is_list or len(shapes) < 1:
        raise ValueError(
            explain(f"Layer {layer.name!r} must be called on a list of inputs", input_shape=shapes)
        )


def _with_axes(x: Any, ndim: int) -> Any:
    """Give a tensor new axes after its batch, until it has `ndim`."""
    while len(x.shape) < ndim:
        x = ops.expand_dims(x, 1)
    return x


def _together(layer: Layer, a: Any, b: Any) -> tuple[Any, ...]:
    if None in (a, b):
        return None  # type: ignore[return-value]
    if len(a) < len(b):
        a, b = b, a
    if not b:
        return tuple(a)
    wide = (*b[:1], *([1] * (len(a) - len(b))), *b[1:])
    sizes: list[Any] = []
    for i, j in zip(a, wide, strict=True):
        if i is None or j is None:
            sizes.append(None if i in (None, 1) and j in (None, 1) else i or j)
        elif 1 in (i, j) or i == j:
            sizes.append(max(i, j) if 0 not in (i, j) else 0)
        else:
            raise ValueError(
                explain(
                    f"Layer {layer.name!r}: these inputs do not broadcast",
                    shapes=[tuple(a), tuple(b)],
                )
            )
    return tuple(sizes)


def functional(cls: Any) -> Any:
    """Return a function `f(inputs)` that makes a layer of the class and calls it."""

    def merge(inputs: Any, **kwargs: Any) -> Any:
        return cls(**kwargs)(inputs)

    merge.__name__ = merge.__qualname__ = cls.__name__.lower()
    merge.__doc__ = f"{cls.__doc__.splitlines()[0]} The function of the layer `{cls.__name__}`."
    return merge
