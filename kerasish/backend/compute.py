"""Computing a primitive at once. Outside a traced function, every backend works this way."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish.arrays.device import array_module, module_of
from kerasish.arrays.dtype import numpy_dtype
from kerasish.backend import pool
from kerasish.backend.convert import coerce
from kerasish.backend.record import mode, remember
from kerasish.backend.tensor import Tensor

_functions: dict[Any, Any] = {}  # primitive → what computes it on NumPy arrays


def apply(primitive: Any, inputs: tuple[Any, ...], params: dict[str, Any]) -> Tensor:
    """Compute one primitive, and record it if a gradient can flow through it.

    Raises:
        ShapeError, DTypeError: what the primitive's `infer` says of inputs that do not fit.
    """
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
                spec = primitive.infer(*[t.spec for t in tensors], **params)
                out = pool.take(spec.shape, numpy_dtype(spec.dtype))
                array = function(*arrays, out=out, **params)
        else:
            xp = module_of(first) if arrays else array_module()
            array = primitive.forward(xp, *arrays, **params)
    except Exception:
        primitive.infer(*[t.spec for t in tensors], **params)  # it names what does not fit
        raise
    if not array.flags.c_contiguous and not primitive.is_view:
        array = module_of(array).ascontiguousarray(array)  # all engines share one layout
    output = Tensor(array)
    if mode.recording:
        for tensor in tensors:
            if tensor.record is not None:
                remember(primitive, tensors, params, output)
                break
    return output


def _function(primitive: Any) -> Any:
    if primitive.function is not None and not primitive.variadic and primitive.operand is None:
        return getattr(np, primitive.function)

    def forward(*arrays: Any, **params: Any) -> Any:
        return primitive.forward(np, *arrays, **params)

    return forward
