"""Computing a primitive at once. Outside a traced function, every backend works this way."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from kerasish.arrays.device import array_module, module_of
from kerasish.arrays.dtype import numpy_dtype
from kerasish.backend import pool
from kerasish.backend.convert import PLAIN, QUICK, coerce, valued, with_numbers
from kerasish.backend.record import NOTHING, Record, mode, remember
from kerasish.backend.tensor import Tensor
from kerasish.primitives.primitive import Elementwise, Primitive

_functions: dict[Any, Any] = {}  # primitive → what computes it on NumPy arrays


def apply(primitive: Any, inputs: tuple[Any, ...], params: dict[str, Any]) -> Tensor:
    """Compute one primitive, and record it if a gradient can flow through it.

    Raises:
        ShapeError, DTypeError: what the primitive's `infer` says of inputs that do not fit.
    """
    if len(inputs) == 2 and not params:
        a, b = inputs
        if not (type(a) is Tensor and type(b) is Tensor):
            if type(a) not in PLAIN or type(b) not in PLAIN:
                a, b = valued(a), valued(b)
            a, b = inputs = with_numbers(primitive, a, b)
        output = _apply_to_pair(primitive, a, b)
        if output is not None:
            return output
    tensors = coerce(primitive, inputs)
    arrays = [t.value for t in tensors]
    try:
        first = arrays[0]
        if type(first) is np.ndarray:
            function = _functions.get(primitive)
            if function is None:
                function = _functions[primitive] = _function(primitive)
            if first.nbytes < pool.SMALLEST or primitive.is_view:
                array = function(*arrays, **params)
                if type(array) is not np.ndarray:
                    array = np.asarray(array)
            else:
                shape, dtype = _output(primitive, tensors, arrays, params)
                out = pool.take(shape, dtype)
                array = function(*arrays, out=out, **params)
        else:
            xp = module_of(first) if arrays else array_module()
            array = primitive.forward(xp, *arrays, **params)
    except Exception:
        primitive.infer(*[t.spec for t in tensors], **params)  # it names what does not fit
        raise
    if not array.flags.c_contiguous and not primitive.is_view:
        array = _in_rows(
            functools.partial(primitive.forward, module_of(array)), array, arrays, params
        )
    output = Tensor(array)
    if mode.recording:
        for tensor in tensors:
            if tensor.record is not None:
                remember(primitive, tensors, params, output)
                break
    return output


def _output(primitive: Any, tensors: Any, arrays: list[Any], params: Any) -> tuple[Any, Any]:
    """The shape and dtype of the output: quickly for floats of one shape, else as inferred."""
    first = arrays[0]
    if isinstance(primitive, Elementwise) and primitive.result is None and first.dtype in QUICK:
        for array in arrays:
            if array.dtype is not first.dtype or (array.shape and array.shape != first.shape):
                break
        else:
            return first.shape, first.dtype
    spec = primitive.infer(*[t.spec for t in tensors], **params)
    return spec.shape, numpy_dtype(spec.dtype)


def _apply_to_pair(primitive: Any, a: Any, b: Any) -> Tensor | None:
    """Compute a function of two small float tensors: most of what eager steps consist of.

    None when it is something else, or when an error must be worked out. A chain of such steps
    takes 1.3 µs each, of which NumPy's call is 0.4; so everything is looked up once and by
    identity here, and nothing is called that can be written down.
    """
    if type(a) is not Tensor or type(b) is not Tensor:
        return None
    x, y = a.value, b.value
    if type(x) is not _ARRAY or type(y) is not _ARRAY:
        return None
    kind = x.dtype
    if kind is not y.dtype or not (kind is _FLOAT32 or kind is _FLOAT64):
        return None
    if x.nbytes + y.nbytes > _SMALL:
        return None
    function = _pair_functions.get(primitive, _UNKNOWN)
    if function is _UNKNOWN:
        plain = primitive.function is not None and primitive.operand is None
        function = _pair_functions[primitive] = _function(primitive) if plain else None
    if function is None:
        return None
    try:
        array = function(x, y)
    except ValueError:
        return None
    if type(array) is not _ARRAY:
        array = np.asarray(array)
    elif array.ndim > 1 and not array.flags.c_contiguous:
        array = _in_rows(function, array, (x, y), NO_PARAMS)
    first, second = a.record, b.record
    if (first is None and second is None) or not mode.recording:
        return Tensor(array)
    needed = primitive.needs.of_pair[(first is not None) + 2 * (second is not None)]
    if needed is None:
        return Tensor(array)
    values, specs, keeps_value, keeps_nothing, _ = needed
    saved = NOTHING
    if not keeps_nothing:
        saved = (
            a if values[0] else a.spec if specs[0] else None,
            b if values[1] else b.spec if specs[1] else None,
        )
    record = Record(
        primitive, (first, second), NO_PARAMS, array.shape, array.dtype, saved,
        array if keeps_value else None, needed,
    )  # fmt: skip
    return Tensor(array, record)


def _in_rows(function: Any, array: Any, arrays: Any, params: dict[str, Any]) -> Any:
    """Compute again, into rows, what NumPy laid out as its inputs are.

    All engines share one layout, and one order of going through it: `power` has other bits where
    a stride of 0 meets its inner loop.
    """
    out = module_of(array).empty(array.shape, array.dtype)
    return function(*arrays, out=out, **params)


_UNKNOWN = object()
NO_PARAMS: dict[str, Any] = {}
_ARRAY, _SMALL = np.ndarray, pool.SMALLEST  # a global is found quicker than an attribute
_FLOAT32, _FLOAT64 = np.dtype("float32"), np.dtype("float64")
_pair_functions: dict[Any, Any] = {}


def _function(primitive: Any) -> Any:
    plain = primitive.function is not None and type(primitive).forward is Primitive.forward
    if plain and not primitive.variadic and primitive.operand is None:
        return getattr(np, primitive.function)

    return functools.partial(primitive.forward, np)
