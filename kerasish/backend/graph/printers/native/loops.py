"""The addresses of NumPy's own inner loops: what is called through them has NumPy's bits.

`PyUFuncObject` is a public C structure; a loop's signature is
`void(char **args, intp *dimensions, intp *strides, void *data)`.
"""

from __future__ import annotations

import ctypes
import functools
from typing import Any

import numpy as np

from kerasish.arrays.dtype import numpy_dtype


class _UFunc(ctypes.Structure):
    _fields_ = (
        ("reference_count", ctypes.c_ssize_t),
        ("type", ctypes.c_void_p),
        ("nin", ctypes.c_int),
        ("nout", ctypes.c_int),
        ("nargs", ctypes.c_int),
        ("identity", ctypes.c_int),
        ("functions", ctypes.POINTER(ctypes.c_void_p)),
        ("data", ctypes.POINTER(ctypes.c_void_p)),
        ("ntypes", ctypes.c_int),
    )


@functools.cache
def address_of_loop(name: str, inputs: tuple[str, ...], output: str) -> tuple[int, int] | None:
    """Return the address of a ufunc's loop and of its data, or None if it has none such.

    Args:
        name: of the ufunc in NumPy.
        inputs, output: names of dtypes.
    """
    ufunc: Any = getattr(np, name, None)
    if not isinstance(ufunc, np.ufunc):
        return None
    kinds = [numpy_dtype(name) for name in (*inputs, output)]
    if not all(kind.isbuiltin == 1 for kind in kinds):
        return None  # another package's dtype, such as bfloat16: its letter is no name of NumPy's
    codes = "".join(kind.char for kind in kinds[:-1]) + "->" + kinds[-1].char
    same = [_equal(codes, known) for known in ufunc.types]
    if True not in same:
        return None
    place = same.index(True)
    structure = _UFunc.from_address(id(ufunc))
    is_as_expected = (structure.nin, structure.nout, structure.ntypes) == (
        ufunc.nin, ufunc.nout, ufunc.ntypes,
    )  # fmt: skip
    if not is_as_expected:
        return None  # another layout of the structure: a NumPy that is not known here
    data = structure.data[place] if structure.data else None
    return structure.functions[place] or 0, data or 0


def _equal(wanted: str, known: str) -> bool:
    """Whether two signatures mean the same dtypes: `l` and `q` are both 64 bits on Linux."""
    return len(wanted) == len(known) and all(
        a == b or (a not in "->" and b not in "->O" and np.dtype(a) == np.dtype(b))
        for a, b in zip(wanted, known, strict=True)
    )
