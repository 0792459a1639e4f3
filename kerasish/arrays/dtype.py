"""Names of dtypes, the promotion between them, `floatx` and `epsilon`.

A dtype is its name, a string such as `"float32"`; NumPy's dtype objects appear only where an
array is made.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from kerasish.errors import DTypeError, explain

BOOLEAN = ("bool",)
SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
INTEGERS = SIGNED + UNSIGNED
FLOATS = ("float16", "bfloat16", "float32", "float64")
COMPLEX = ("complex64", "complex128")
REAL = INTEGERS + FLOATS
DIFFERENTIABLE = frozenset(FLOATS + COMPLEX)
OTHER = ("string", "float8_e4m3fn", "float8_e5m2", "int4")
ALLOWED = BOOLEAN + INTEGERS + FLOATS + COMPLEX + OTHER

_PYTHON_TYPES = {bool: "bool", int: "int", float: "float", complex: "complex"}
_NAMES: dict[Any, str] = {np.dtype(name): name for name in ALLOWED if name in np.sctypeDict}

_floatx = "float32"
_epsilon = 1e-7


def floatx() -> str:
    """Return the default float dtype, `"float32"` unless `set_floatx` changed it."""
    return _floatx


def set_floatx(value: str) -> None:
    """Set the default float dtype.

    Args:
        value: `"float16"`, `"bfloat16"`, `"float32"` or `"float64"`.

    Raises:
        ValueError: for any other name.
    """
    global _floatx
    if value not in FLOATS:
        raise ValueError(
            explain("Unknown `floatx` value", expected=f"one of {FLOATS}", value=value)
        )
    _floatx = str(value)
    result_type.cache_clear()


def epsilon() -> float:
    """Return the small number that keeps logarithms and divisions finite, 1e-7 by default."""
    return _epsilon


def set_epsilon(value: float) -> None:
    """Set the number that `epsilon()` returns."""
    global _epsilon
    _epsilon = float(value)


def dtype_name(dtype: Any) -> str:
    """Return the name of a NumPy dtype, quickly, without checking it.

    Example:
        >>> dtype_name(np.dtype("float32"))
        'float32'
    """
    name = _NAMES.get(dtype)
    if name is None:
        name = str(dtype)
        if isinstance(dtype, np.dtype):
            name = "string" if dtype.kind in "USOT" else dtype.name
            _NAMES[dtype] = name
    return name


def standardize_dtype(dtype: Any) -> str:
    """Return the name of a dtype given in any usual form; None means `floatx()`.

    Args:
        dtype: a name, a NumPy dtype or scalar type, a Python type, or an object of another
            library whose text ends in a dtype's name (`torch.float32`).

    Raises:
        ValueError: when it is no dtype that kerasish has.

    Example:
        >>> standardize_dtype(np.float64), standardize_dtype(None), standardize_dtype(int)
        ('float64', 'float32', 'int32')
    """
    if dtype is None:
        return _floatx
    if isinstance(dtype, str):
        name = _WEAK_NAMES.get(dtype) or dtype
    elif isinstance(dtype, type) and dtype in _PYTHON_TYPES:
        name = _concrete(_PYTHON_TYPES[dtype])
    elif dtype is str:
        name = "string"
    elif isinstance(dtype, (np.dtype, type)):
        try:
            name = dtype_name(np.dtype(dtype))
        except TypeError:
            name = getattr(dtype, "__name__", str(dtype))
    else:
        name = str(getattr(dtype, "name", dtype)).rsplit(".", 1)[-1]
    if name not in ALLOWED:
        raise ValueError(explain("Invalid dtype", expected=f"one of {ALLOWED}", dtype=dtype))
    return name


_WEAK_NAMES = {"int": "int32", "float": "float32", "complex": "complex64"}


@functools.cache
def numpy_dtype(name: str) -> np.dtype[Any]:
    """Return NumPy's dtype object for a name.

    Raises:
        DTypeError: for `bfloat16` and the `float8` family without the package `ml_dtypes`.
    """
    if name == "string":
        return np.dtype(object)
    try:
        return np.dtype(name)
    except TypeError:
        pass
    try:
        import ml_dtypes
    except ImportError:
        raise DTypeError(
            f"The dtype {name} needs the package ml_dtypes: pip install 'kerasish[bfloat16]'."
        ) from None
    dtype: np.dtype[Any] = np.dtype(getattr(ml_dtypes, name))
    _NAMES[dtype] = name
    return dtype


@functools.cache
def limits(name: str) -> tuple[Any, Any]:
    """Return the smallest and the largest finite number that a dtype holds, as Python numbers.

    Example:
        >>> limits("uint8")
        (0, 255)
    """
    if name == "bool":
        return 0, 1
    kind = numpy_dtype(name)
    if is_integer(name):
        found: Any = np.iinfo(kind)
        return int(found.min), int(found.max)
    if kind.kind == "f":
        found = np.finfo(kind)
    else:
        import ml_dtypes

        look_up: Any = ml_dtypes.finfo  # untyped
        found = look_up(kind)
    return float(found.min), float(found.max)


def is_float(name: str) -> bool:
    """Whether values of this dtype are real floating-point numbers."""
    return name in FLOATS or name.startswith("float8")


def is_integer(name: str) -> bool:
    """Whether values of this dtype are whole numbers (`bool` is not counted)."""
    return name in INTEGERS


def is_differentiable(name: str) -> bool:
    """Whether a value of this dtype can carry a gradient."""
    return name in DIFFERENTIABLE


def _concrete(name: str) -> str:
    """Turn the weak kinds `int`, `float`, `complex` of Python numbers into dtypes."""
    if name == "int":
        return "int32"
    if name == "float":
        return _floatx
    if name == "complex":
        return "complex128" if _floatx == "float64" else "complex64"
    return name


@functools.cache
def result_type(*dtypes: Any) -> str:
    """Return the dtype that values of these dtypes promote to, as in Keras 3.

    Python's own `int`, `float` and `complex` are weak: they never widen a float, so `float32`
    stays `float32` beside `2.0`.

    Args:
        *dtypes: names, NumPy dtypes, or the Python types `bool`, `int`, `float`, `complex`.

    Example:
        >>> result_type("int32", "float32"), result_type("float16", float), result_type("bool", int)
        ('float32', 'float16', 'int32')
    """
    if not dtypes:
        return _floatx
    names = [_PYTHON_TYPES.get(d) or (d if d in ALLOWED else standardize_dtype(d)) for d in dtypes]
    return _concrete(functools.reduce(_join, names))


def _join(a: str, b: str) -> str:
    if a == b:
        return a
    rank_a, rank_b = _kind(a), _kind(b)
    if rank_a > rank_b:
        a, b, rank_a, rank_b = b, a, rank_b, rank_a
    if rank_a == rank_b:
        return {1: _join_integers, 2: _join_floats, 3: lambda *_: "complex128"}[rank_a](a, b)
    if rank_b == 2 and b == "float" and rank_a < 2:
        return "float" if a in ("bool", "int") else _floatx
    if rank_b == 3:
        if b == "complex":
            return "complex128" if a == "float64" else "complex64" if rank_a == 2 else b
        return "complex128" if a == "float64" else b
    return b


def _kind(name: str) -> int:
    if name == "bool":
        return 0
    if name in INTEGERS or name in ("int", "int4"):
        return 1
    if name in ("complex64", "complex128", "complex"):
        return 3
    if name in FLOATS or name == "float" or name.startswith("float8"):
        return 2
    raise DTypeError(explain("This dtype does not promote with others", dtype=name))


def _join_integers(a: str, b: str) -> str:
    if "int" in (a, b):
        return a if b == "int" else b
    width_a, width_b = _width(a), _width(b)
    if a.startswith("u") == b.startswith("u"):
        return a if width_a > width_b else b
    signed, unsigned = (b, a) if a.startswith("u") else (a, b)
    if _width(signed) > _width(unsigned):
        return signed
    wide = 2 * _width(unsigned)
    return f"int{wide}" if wide <= 64 else "float"


def _join_floats(a: str, b: str) -> str:
    if "float" in (a, b):
        return a if b == "float" else b
    width_a, width_b = _width(a), _width(b)
    if width_a == width_b:
        return "float32"  # float16 and bfloat16: neither holds the other
    return a if width_a > width_b else b


def _width(name: str) -> int:
    digits = "".join(c for c in name.split("_")[0] if c.isdigit())
    return int(digits)


@functools.cache
def smallest(name: str) -> float:
    """Return the smallest positive number of a floating-point dtype, below the normal ones."""
    if name == "bfloat16":
        return 2.0**-133
    return float(np.finfo(name).smallest_subnormal)
