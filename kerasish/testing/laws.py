"""The laws that every primitive keeps, as one check."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish.arrays.dtype import dtype_name, is_float, numpy_dtype
from kerasish.arrays.spec import Spec
from kerasish.backend.compute import apply
from kerasish.backend.discovery import get
from kerasish.backend.tensor import Tensor
from kerasish.primitives.primitive import Elementwise
from kerasish.testing.bits import assert_same_bits
from kerasish.testing.gradients import check_gradients
from kerasish.testing.strict_arrays import StrictArray, strict


def check_primitive(primitive: Any, *arrays: Any, order: int = 2, **params: Any) -> None:
    """Check a primitive's laws on some inputs.

    - `infer` tells the shape and dtype that `forward` gives, in float64 and float32;
    - `forward` into `out` gives the same bits, also in place where the plan would do that;
    - the strict array module gives the same bits: nothing leaks to the host;
    - the graph engine gives the same bits as computing at once;
    - gradients agree with float64 finite differences, to second order.

    Args:
        primitive: the instance.
        *arrays: inputs; floats are taken as float64 and as float32.
        order: of the gradients that are checked; 0 for none.
        **params: the static parameters.
    """
    wide = [np.asarray(a) for a in arrays]
    narrow = [a.astype(np.float32) if a.dtype == np.float64 else a for a in wide]
    for inputs in (wide, narrow):
        _check_forward(primitive, inputs, params)
        _check_graph(primitive, inputs, params)
    out = primitive.infer(*(Spec(a.shape, dtype_name(a.dtype)) for a in wide), **params)
    smooth = is_float(out.dtype) and any(a.dtype == np.float64 for a in wide)
    if order and smooth and _has_gradient(primitive):
        check_gradients(lambda *t: primitive(*t, **params), *wide, order=order)


def _has_gradient(primitive: Any) -> bool:
    return primitive.variadic or any(rule is not None for rule in primitive.needs.rules)


def _check_forward(primitive: Any, inputs: list[Any], params: Any) -> None:
    result = np.asarray(primitive.forward(np, *inputs, **params))
    spec = primitive.infer(*(Spec(a.shape, dtype_name(a.dtype)) for a in inputs), **params)
    found = Spec(result.shape, dtype_name(result.dtype))
    if spec != found:
        raise AssertionError(f"{primitive}: infer says {spec}, forward gives {found}")
    if not primitive.is_view:
        out = np.full(spec.shape, 99, dtype=numpy_dtype(spec.dtype))
        primitive.forward(np, *inputs, out=out, **params)
        assert_same_bits(out, result, f"{primitive} into out")
    if isinstance(primitive, Elementwise):
        for place, array in enumerate(inputs):
            if array.shape == result.shape and array.dtype == result.dtype:
                copies = [np.array(a) for a in inputs]
                primitive.forward(np, *copies, out=copies[place], **params)
                assert_same_bits(copies[place], result, f"{primitive} in place of input {place}")
    on_device = primitive.forward(strict, *(StrictArray(a) for a in inputs), **params)
    if not isinstance(on_device, StrictArray):
        raise AssertionError(f"{primitive}: the result left the device: {type(on_device)}")
    assert_same_bits(on_device.get(), result, f"{primitive} on the strict module")


def _check_graph(primitive: Any, inputs: list[Any], params: Any) -> None:
    function = get("graph").function(lambda *tensors: primitive(*tensors, **params))
    planned = function(*inputs)
    function.verify()
    at_once = apply(primitive, tuple(Tensor(np.asarray(a, order="C")) for a in inputs), params)
    assert_same_bits(planned, at_once, f"{primitive} in the graph engine")
