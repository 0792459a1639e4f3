"""Anything → Tensor, and how operands of different dtypes meet before a primitive sees them."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from kerasish.arrays.device import array_module, module_of
from kerasish.arrays.dtype import (
    REAL,
    dtype_name,
    floatx,
    is_float,
    is_integer,
    limits,
    numpy_dtype,
    result_type,
    standardize_dtype,
)
from kerasish.backend.tensor import Tensor
from kerasish.errors import explain
from kerasish.primitives.casting import cast

_PYTHON_NUMBERS = (bool, int, float, complex)


def as_tensor(value: Any, dtype: str | None = None) -> Tensor:
    """Return a Tensor of a value: a tensor, variable, array, number, or nested list of those.

    Python floats become `floatx()`, Python whole numbers `int32`; arrays keep their dtype.

    Args:
        value: what to convert. A NumPy array is not copied if it is C-contiguous.
        dtype: the wanted dtype; None leaves it.

    Raises:
        ValueError: for None, ragged lists, and objects that are no numbers.
        OverflowError: for a Python number that a dtype of whole numbers cannot hold. What is an
            array or a tensor already is cast as NumPy casts.
    """
    if type(value) is not Tensor:
        value = _new_tensor(value, dtype)
    if dtype is not None and value.dtype != dtype:
        return cast(value, dtype=dtype)  # type: ignore[no-any-return]
    return value  # type: ignore[no-any-return]


def _new_tensor(value: Any, dtype: str | None) -> Tensor:
    if hasattr(value, "__tensor__"):
        return value.__tensor__()  # type: ignore[no-any-return]
    if isinstance(value, Tensor):
        return value
    if value is None:
        raise ValueError(
            "A tensor was expected, not None. If an argument is optional, leave it out."
        )
    if isinstance(value, (list, tuple)) and any(
        isinstance(v, Tensor) or hasattr(v, "__tensor__") for v in _leaves(value)
    ):
        return _stacked(value, dtype)
    xp = array_module()
    return Tensor(to_array(value, dtype, xp))


def to_array(value: Any, dtype: str | None, xp: Any) -> Any:
    """Return a C-contiguous array of `xp` for a host value, with kerasish's default dtypes."""
    if module_of(value) is xp and hasattr(value, "dtype"):
        array = value
    elif dtype is not None and not hasattr(value, "dtype") and is_integer(dtype):
        array = _whole_numbers(value, dtype)
    else:
        array = np.asarray(value)
        if array.dtype.kind == "O" and not hasattr(value, "dtype"):
            array = _large_numbers(value, dtype, array)
        if not hasattr(value, "dtype") and dtype is None:
            array = _python_default(value, array)
    if isinstance(array, np.ndarray) and array.dtype.kind in "OUS" and dtype != "string":
        if array.dtype.kind in "US":
            return np.asarray(array, dtype=object) if dtype is None else array.astype(dtype)
        raise ValueError(explain("Numbers of one regular shape were expected", value=value))
    if array.dtype.kind == "c" and dtype in REAL and not hasattr(value, "dtype"):
        raise TypeError(explain(f"{dtype} holds real numbers only", value=value))
    if dtype is not None and dtype_name(array.dtype) != dtype:
        array = array.astype(numpy_dtype(dtype))
    if xp is not np and isinstance(array, (np.ndarray, np.generic)):
        array = xp.asarray(array)
    if not isinstance(array, np.ndarray) and xp is np:
        array = np.asarray(array)
    if xp is np and not (array.dtype.isnative and array.flags.aligned):
        # Compiled code is told addresses: whatever lies there is plain and in the machine's order.
        return np.array(array, dtype=array.dtype.newbyteorder("="), order="C")
    return array if array.flags.c_contiguous else xp.ascontiguousarray(array)


def _whole_numbers(value: Any, dtype: str) -> Any:
    """Python's numbers in a dtype of whole numbers, which must hold them."""
    try:
        return np.asarray(value, dtype=numpy_dtype(dtype))
    except TypeError:
        return np.asarray(value)  # whatever that is, it is refused as for any dtype
    except OverflowError:
        smallest, largest = limits(dtype)
        raise OverflowError(
            explain(
                f"{dtype} cannot hold this",
                expected=f"numbers from {smallest} to {largest}",
                value=value,
            )
        ) from None


def _large_numbers(value: Any, dtype: str | None, array: Any) -> Any:
    """Python's numbers among which one is beyond 64 bits: floats can hold it."""
    if not all(isinstance(number, (bool, int, float)) for number in array.flat):
        return array
    whole = dtype is None and not any(isinstance(number, float) for number in array.flat)
    return _whole_numbers(value, "int64") if whole else array.astype("float64")


def _python_default(value: Any, array: Any) -> Any:
    """Python's own numbers are weak: they take the default dtypes."""
    if any(hasattr(leaf, "dtype") for leaf in _leaves(value)):
        names: list[Any] = [
            dtype_name(v.dtype) if hasattr(v, "dtype") else type(v) for v in _leaves(value)
        ]
        return array.astype(numpy_dtype(result_type(*names)))
    if array.dtype.kind == "f":
        return array.astype(numpy_dtype(floatx()))
    if array.dtype.kind == "i" and (array.size == 0 or abs(array).max() < 2**31):
        return array.astype(np.int32)
    if array.dtype.kind == "c":
        return array.astype(numpy_dtype(result_type(complex)))
    return array


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


def _stacked(values: Any, dtype: str | None) -> Tensor:
    from kerasish.primitives.movement import concatenate, reshape

    parts = [as_tensor(v, dtype) for v in values]
    common = dtype or result_type(*(p.dtype for p in parts))
    rows = [reshape(as_tensor(p, common), shape=(1, *p.shape)) for p in parts]
    return concatenate(*rows, axis=0)  # type: ignore[no-any-return]


def coerce(primitive: Any, inputs: tuple[Any, ...]) -> tuple[Tensor, ...]:
    """Return a primitive's inputs as Tensors whose dtypes it can work on.

    Quick for what eager steps are made of: tensors of one float dtype, and a tensor beside a
    Python number. There only types and the identity of dtypes are looked at.
    """
    promotion = primitive.promotion
    if len(inputs) == 2 and promotion != "none":
        a, b = inputs
        if type(a) not in PLAIN or type(b) not in PLAIN:
            a, b = inputs = valued(a), valued(b)
        if type(a) is Tensor:
            kind = a.value.dtype
            if kind in QUICK:
                if type(b) is Tensor:
                    if b.value.dtype is kind:
                        return inputs
                elif type(b) in _REAL:
                    return a, _number(b, kind, module_of(a.value))
            elif kind in _WHOLE and promotion == "common" and type(b) is int and abs(b) < 2**31:
                return a, _number(b, kind, module_of(a.value))
        elif type(b) is Tensor and type(a) in _REAL:
            kind = b.value.dtype
            if kind in QUICK:
                return _number(a, kind, module_of(b.value)), b
    elif promotion == "none":
        if all(type(x) is Tensor for x in inputs):
            return inputs
    elif len(inputs) == 1:
        x = inputs[0]
        if type(x) is Tensor and (promotion in ("common", "none") or x.value.dtype in QUICK):
            return inputs
    return _coerce(promotion, inputs, primitive.beyond)


def with_numbers(primitive: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """Turn a Python number beside a float tensor into a tensor of its dtype."""
    if primitive.promotion != "none":
        if type(a) is Tensor:
            if type(b) in _REAL and a.value.dtype in QUICK:
                return a, _number(b, a.value.dtype, module_of(a.value))
        elif type(b) is Tensor and type(a) in _REAL and b.value.dtype in QUICK:
            return _number(a, b.value.dtype, module_of(b.value)), b
    return a, b


def valued(x: Any) -> Any:
    """A variable's value; anything else as it is."""
    return x.__tensor__() if hasattr(x, "__tensor__") else x


_REAL = frozenset((int, float))
PLAIN = frozenset((Tensor, int, float))
QUICK = frozenset((np.dtype("float32"), np.dtype("float64")))
_WHOLE = frozenset((np.dtype("int32"), np.dtype("int64")))
_numbers: dict[Any, Tensor] = {}


def _number(value: Any, dtype: Any, xp: Any) -> Tensor:
    """A Python number as a tensor of a NumPy dtype, made once: 0.0 and -0.0 are different ones."""
    key = (value, dtype, xp, str(value) if value == 0 else None)
    found = _numbers.get(key)
    if found is None:
        if len(_numbers) > 4096:
            _numbers.clear()
        found = _numbers[key] = Tensor(xp.asarray(value, dtype=dtype))
    return found


def _coerce(
    promotion: str, inputs: tuple[Any, ...], beyond: str | None = None
) -> tuple[Tensor, ...]:
    if promotion == "select":
        condition, *branches = inputs
        return (as_tensor(condition, "bool"), *_coerce("common", tuple(branches)))
    found: list[Any] = []
    numbers = 0
    for x in inputs:
        kind = type(x)
        if kind in _PYTHON_NUMBERS and promotion != "none":
            numbers += 1
        elif kind is not Tensor:
            x = as_tensor(x)
        found.append(x)
    if promotion == "none":
        return tuple(found)
    tensors = [x for x in found if type(x) is Tensor] if numbers else found
    wanted = _common(found, tensors)
    if promotion == "float" and not is_float(wanted) and not wanted.startswith("complex"):
        wanted = result_type(wanted, float)
    if promotion == "number" and wanted == "bool":
        wanted = "int32"
    if numbers and is_integer(wanted):
        found, wanted = _held(found, wanted, beyond)
    if not numbers:
        return tuple([x if x.dtype == wanted else cast(x, dtype=wanted) for x in found])
    xp = next((module_of(t.value) for t in tensors if not t.is_symbolic), None) or array_module()
    return tuple([_as(x, wanted, xp) for x in found])


def _held(found: list[Any], dtype: str, beyond: str | None) -> tuple[list[Any], str]:
    """Operands among which no Python number is beyond what the dtype holds, and their dtype.

    Raises:
        OverflowError: when there is one, and the primitive gives it no meaning.
    """
    smallest, largest = limits(dtype)
    outside = [type(x) in _PYTHON_NUMBERS and not smallest <= x <= largest for x in found]
    if not any(outside):
        return found, dtype
    if not any(type(x) is Tensor for x in found):
        return found, "int64"
    if beyond is None:
        raise OverflowError(
            explain(
                f"{dtype} cannot hold a number beside a tensor of it",
                expected=f"a number from {smallest} to {largest}",
                number=found[outside.index(True)],
                advice="Cast the tensor to a wider dtype first.",
            )
        )
    if beyond == "compare":
        dtype = "float32"  # where an infinity is on the same side of all that the dtype holds

    def held(x: Any, is_outside: bool) -> Any:
        if not is_outside:
            return x
        if beyond == "compare":
            return float("inf" if x > 0 else "-inf")
        if beyond == "limit":
            return smallest if x < smallest else largest
        return (x - smallest) % (largest - smallest + 1) + smallest

    return [held(x, out) for x, out in zip(found, outside, strict=True)], dtype


def _common(found: list[Any], tensors: list[Tensor]) -> str:
    """The dtype that all operands meet in."""
    if tensors:
        first = tensors[0].dtype
        alike = len(tensors) == 1 or all(t.dtype == first for t in tensors)
        if alike and (len(tensors) == len(found) or (is_float(first) and not _has_complex(found))):
            return first  # a float stays what it is beside Python's numbers
    kinds: list[Any] = [x.dtype if type(x) is Tensor else type(x) for x in found]
    return result_type(*kinds)


def _has_complex(found: list[Any]) -> bool:
    return any(type(x) is complex for x in found)


def _as(x: Any, dtype: str, xp: Any) -> Tensor:
    if type(x) is not Tensor:
        return Tensor(_scalar(x, dtype, xp))
    return x if x.dtype == dtype else cast(x, dtype=dtype)


def _scalar(value: Any, dtype: str, xp: Any) -> Any:
    if (type(value) is int and abs(value) >= 2**31) or value != value or value == 0.0:
        return xp.asarray(value, dtype=numpy_dtype(dtype))  # 0.0 and -0.0 are equal as keys
    return _cached_scalar(value, dtype, xp)


@functools.lru_cache(maxsize=512)
def _cached_scalar(value: Any, dtype: str, xp: Any) -> Any:
    return xp.asarray(value, dtype=numpy_dtype(dtype))


def wanted_dtype(dtype: Any) -> str | None:
    """Standardize a dtype argument, leaving None alone."""
    return None if dtype is None else standardize_dtype(dtype)
