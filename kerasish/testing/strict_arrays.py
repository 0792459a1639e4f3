"""An array module as strict as CuPy: no implicit way to the host, no mixing with NumPy arrays.

Code that passes with it cannot leak values to the host; code for a GPU must not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish.arrays.device import register_array_module


class StrictArray:
    """A wrapped NumPy array that refuses what CuPy's arrays refuse."""

    __array_ufunc__ = None
    __slots__ = ("inner",)

    def __init__(self, inner: Any) -> None:
        self.inner = np.asarray(inner)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise TypeError("Implicit conversion to a NumPy array is not allowed. Use .get().")

    def get(self) -> np.ndarray[Any, Any]:
        """Copy to the host."""
        return self.inner.copy()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _wrapped(getattr(self.inner, name))

    def __len__(self) -> int:
        return len(self.inner)

    def __getitem__(self, key: Any) -> Any:
        return _wrap(self.inner[_unwrap(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        self.inner[_unwrap(key)] = _unwrap(value)

    def __bool__(self) -> bool:
        return bool(self.inner)

    def __float__(self) -> float:
        return float(self.inner)

    def __int__(self) -> int:
        return int(self.inner)


def _operator(name: str) -> Any:
    def operator(self: StrictArray, *others: Any) -> Any:
        return _wrap(getattr(self.inner, name)(*(_unwrap(o) for o in others)))

    return operator


def _in_place(name: str) -> Any:
    def operator(self: StrictArray, other: Any) -> StrictArray:
        self.inner = getattr(self.inner, name)(_unwrap(other))
        return self

    return operator


_BINARY = "add sub mul truediv floordiv mod pow and or xor lshift rshift matmul"
_SWAPPED = "radd rsub rmul rtruediv rfloordiv rmod rpow rand ror rxor rlshift rrshift rmatmul"
_IN_PLACE = "iadd isub imul itruediv ifloordiv imod ipow iand ior ixor ilshift irshift"
_OTHERS = "lt le gt ge eq ne neg abs invert"
for _name in f"{_BINARY} {_SWAPPED} {_OTHERS}".split():
    setattr(StrictArray, f"__{_name}__", _operator(f"__{_name}__"))
for _name in _IN_PLACE.split():
    setattr(StrictArray, f"__{_name}__", _in_place(f"__{_name}__"))
StrictArray.__hash__ = object.__hash__  # type: ignore[method-assign]


def _unwrap(value: Any) -> Any:
    if isinstance(value, StrictArray):
        return value.inner
    if isinstance(value, np.ndarray):
        raise TypeError("Unsupported type <class 'numpy.ndarray'>: copy it to the device first.")
    if isinstance(value, (list, tuple)):
        return type(value)(_unwrap(v) for v in value)
    return value


def _wrap(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        return StrictArray(value)
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], np.ndarray):
        return type(value)(_wrap(v) for v in value)
    return value


def _wrapped(value: Any) -> Any:
    if not callable(value) or isinstance(value, (type, np.dtype)):
        return _wrap(value)
    return lambda *a, **k: _wrap(value(*_unwrap(a), **{n: _unwrap(v) for n, v in k.items()}))


class _StrictModule:
    """NumPy's functions over StrictArray."""

    ndarray = StrictArray

    def __getattr__(self, name: str) -> Any:
        value = getattr(np, name)
        if isinstance(value, np.ufunc):
            return _Ufunc(value)
        if isinstance(value, type) or not callable(value):
            return value
        return _wrapped(value)

    @staticmethod
    def asarray(value: Any, dtype: Any = None, order: Any = None) -> StrictArray:
        """Copy a host value to the device, as CuPy's asarray does."""
        inner = value.inner if isinstance(value, StrictArray) else value
        return StrictArray(np.asarray(inner, dtype=dtype, order=order))

    array = asarray


class _Ufunc:
    """A ufunc with its methods."""

    def __init__(self, ufunc: Any) -> None:
        self.ufunc = ufunc

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _call(self.ufunc, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.ufunc, name)
        return lambda *args, **kwargs: _call(method, args, kwargs)


def _call(function: Any, args: Any, kwargs: Any) -> Any:
    result = function(*_unwrap(args), **{k: _unwrap(v) for k, v in kwargs.items()})
    out = kwargs.get("out")
    return out if isinstance(out, StrictArray) else _wrap(result)


strict = _StrictModule()


def install() -> None:
    """Make the device `"strict"` known: `kerasish.device("strict")` then computes with it."""
    register_array_module("strict", strict, StrictArray)
