"""The engine that tests run in."""

from contextlib import contextmanager
from importlib.util import find_spec

import numpy as np
import pytest

import kerasish as keras
from kerasish.backend.discovery import get
from kerasish.testing.bits import assert_same_bits

#: What computes a function; compiled code needs the extra `jit`.
ENGINES = ["eager", "graph", pytest.param("compiled", marks=pytest.mark.native)]

COMPILED = [
    pytest.mark.native,
    pytest.mark.skipif(find_spec("llvmlite") is None, reason="compiled code needs the extra `jit`"),
]
#: An engine and `jit_compile`.
WAYS = [("eager", False), ("graph", False), pytest.param("graph", True, marks=COMPILED)]


@contextmanager
def current_engine(name):
    """Let an engine be the current one within a `with` block."""
    before = keras.config.backend()
    keras.config.set_backend(name)
    try:
        yield
    finally:
        keras.config.set_backend(before)


def compute(engine, function, *arrays):
    """Compute a function of arrays in one of `ENGINES`; return what it returns, of tensors."""
    if engine == "eager":
        return function(*[keras.ops.convert_to_tensor(a) for a in arrays])
    if engine == "compiled":
        pytest.importorskip("llvmlite", reason="compiled code needs the extra `jit`")
    planned = get("graph").function(function)
    planned.jit_compile = engine == "compiled"
    return planned(*arrays)


def check_same_bits(engine, function, *arrays):
    """Check that a function which returns a list of tensors has the bits of eager code.

    All NaN count as one: their signs and payloads are the processor's.
    """
    with np.errstate(all="ignore"):
        expected = [t.numpy() for t in compute("eager", function, *(a.copy() for a in arrays))]
        found = [t.numpy() for t in compute(engine, function, *arrays)]
    for a, b in zip(expected, found, strict=True):
        assert_same_bits(_one_nan(a), _one_nan(b))


def _one_nan(array):
    if array.dtype.kind != "f":
        return array
    return np.where(np.isnan(array), np.array(np.nan, array.dtype), array)
