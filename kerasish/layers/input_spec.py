"""InputSpec: what a layer demands of its inputs."""

from __future__ import annotations

from typing import Any

from kerasish import tree
from kerasish.errors import explain


class InputSpec:
    """The rank, shape and dtype that an input must have.

    Args:
        dtype: name of the dtype; None allows any.
        shape: sizes, None where any fits.
        ndim: number of axes.
        max_ndim, min_ndim: limits of it.
        axes: `{axis: size}` that must hold.
        allow_last_axis_squeeze: allow a missing or an extra last axis of size 1.
        name: the input's name, for models whose inputs are a dict.
        optional: whether None may be given instead.
    """

    def __init__(
        self, dtype: Any = None, shape: Any = None, ndim: int | None = None,
        max_ndim: int | None = None, min_ndim: int | None = None, axes: Any = None,
        allow_last_axis_squeeze: bool = False, name: str | None = None, optional: bool = False,
    ) -> None:  # fmt: skip
        self.dtype = dtype
        self.shape = None if shape is None else tuple(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        self.axes = {int(k): axes[k] for k in axes or {}}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name = name
        self.optional = optional

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Whether a shape surely fits: a quick answer for the usual kinds of spec."""
        ndim = len(shape)
        if self.dtype is not None or self.max_ndim is not None or ndim < (self.min_ndim or 0):
            return False
        if self.ndim is not None and self.ndim != ndim:
            return False
        if self.shape is not None:
            for wanted, size in zip(self.shape, shape, strict=True):
                if wanted is not None and wanted != size:
                    return False
        for axis, size in self.axes.items():
            if not -ndim <= axis < ndim or shape[axis] != size:
                return False
        return True

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            "dtype": self.dtype, "shape": self.shape, "ndim": self.ndim,
            "max_ndim": self.max_ndim, "min_ndim": self.min_ndim, "axes": self.axes,
            "optional": self.optional,
        }  # fmt: skip

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputSpec:
        """Return a spec made from a config."""
        return cls(**config)

    def __repr__(self) -> str:
        parts = [f"{k}={v}" for k, v in self.get_config().items() if v not in (None, {}, False)]
        return f"InputSpec({', '.join(parts)})"


def assert_input_compatibility(input_spec: Any, inputs: Any, layer_name: str) -> None:
    """Raise ValueError when inputs are not what the spec demands; the message names the layer."""
    if not input_spec:
        return
    specs = tree.flatten(input_spec)
    if isinstance(inputs, dict):
        names = [spec.name for spec in specs]
        missing = [n for n in names if n is not None and n not in inputs]
        if missing:
            raise ValueError(
                explain(
                    f"Inputs are missing for layer {layer_name!r}",
                    missing=missing,
                    got=list(inputs),
                )
            )
        values = (
            [inputs[n] for n in names]
            if all(n is not None for n in names)
            else tree.flatten(inputs)
        )
    else:
        values = tree.flatten(inputs)
    if len(values) != len(specs):
        raise ValueError(
            explain(
                f"Layer {layer_name!r} expects {len(specs)} input(s) and was given {len(values)}",
                inputs=inputs,
            )
        )
    for index, (spec, x) in enumerate(zip(specs, values, strict=True)):
        if spec is not None and not (x is None and spec.optional):
            _check(spec, x, index, layer_name)


def _check(spec: InputSpec, x: Any, index: int, layer_name: str) -> None:
    where = f"Input {index} of layer {layer_name!r}"
    if x is None:
        raise ValueError(f"{where} is None, but it is not optional.")
    shape = tuple(x.shape)
    may_squeeze = spec.shape is not None and spec.allow_last_axis_squeeze
    if may_squeeze and shape and shape[-1] == 1 and len(shape) > len(spec.shape or ()):
        shape = shape[:-1]
    ndim = len(shape)

    def fail(expected: str) -> None:
        raise ValueError(
            explain(f"{where} does not fit the layer", expected=expected, shape=tuple(x.shape))
        )

    if spec.ndim is not None and ndim != spec.ndim and not spec.allow_last_axis_squeeze:
        fail(f"{spec.ndim} axes")
    if spec.max_ndim is not None and ndim > spec.max_ndim:
        fail(f"{spec.max_ndim} axes at most")
    if spec.min_ndim is not None and ndim < spec.min_ndim:
        fail(f"{spec.min_ndim} axes at least")
    if spec.dtype is not None and str(x.dtype) != spec.dtype:
        raise ValueError(explain(f"{where} has another dtype", expected=spec.dtype, dtype=x.dtype))
    for axis, size in spec.axes.items():
        if size is not None and -ndim <= axis < ndim and shape[axis] not in (size, None):
            fail(f"size {size} along axis {axis}")
    if spec.shape is not None:
        for wanted, size in zip(spec.shape, shape, strict=False):
            if wanted is not None and size is not None and wanted != size:
                fail(f"shape {spec.shape}")
