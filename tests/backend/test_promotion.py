"""How dtypes meet, compared with a table of Keras's answers."""

import numpy as np
import pytest

from kerasish import ops
from kerasish.arrays.dtype import numpy_dtype
from kerasish.backend import floatx, result_type, set_floatx
from kerasish.backend.convert import as_tensor
from kerasish.errors import DTypeError
from kerasish.primitives import arithmetic, comparison

# keras.backend.result_type of Keras 3.15, the wide dtypes left in force (see the test at the end).
# `int` and `float` are Python's own numbers.
KERAS = """
bool       | bool int8 int16 int32 int64 uint8 uint16 uint32 uint64
int8       | int8 int8 int16 int32 int64 int16 int32 int64 float32
int16      | int16 int16 int16 int32 int64 int16 int32 int64 float32
int32      | int32 int32 int32 int32 int64 int32 int32 int64 float32
int64      | int64 int64 int64 int64 int64 int64 int64 int64 float32
uint8      | uint8 int16 int16 int32 int64 uint8 uint16 uint32 uint64
uint16     | uint16 int32 int32 int32 int64 uint16 uint16 uint32 uint64
uint32     | uint32 int64 int64 int64 int64 uint32 uint32 uint32 uint64
uint64     | uint64 float32 float32 float32 float32 uint64 uint64 uint64 uint64
"""
WHOLE = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
FACTS = {
    (row, column): answer
    for line in KERAS.strip().splitlines()
    for row, answers in [[part.strip() for part in line.split("|")]]
    for column, answer in zip(WHOLE, answers.split(), strict=True)
}
for name in WHOLE:  # a whole number never widens a float, nor a Python number an array
    for wide in ("float16", "bfloat16", "float32", "float64", "complex64", "complex128"):
        FACTS[name, wide] = wide
    FACTS[name, int] = "int32" if name == "bool" else name
    FACTS[name, float] = "float32"
FACTS |= {
    ("float16", "bfloat16"): "float32",
    ("float16", "float32"): "float32",
    ("bfloat16", "float32"): "float32",
    ("float16", "float64"): "float64",
    ("bfloat16", "float64"): "float64",
    ("float32", "float64"): "float64",
    ("float16", "complex64"): "complex64",
    ("float32", "complex64"): "complex64",
    ("float64", "complex64"): "complex128",
    ("float64", "complex128"): "complex128",
    ("complex64", "complex128"): "complex128",
    ("float32", complex): "complex64",
    ("float64", complex): "complex128",
    ("int32", complex): "complex64",
    (int, int): "int32",
    (int, float): "float32",
    (float, float): "float32",
    (bool, int): "int32",
    (complex, int): "complex64",
}
for wide in ("float16", "bfloat16", "float32", "float64", "complex64", "complex128"):
    FACTS[wide, wide] = FACTS[wide, int] = FACTS[wide, float] = wide


@pytest.mark.parametrize("pair", FACTS, ids=str)
def test_dtypes_meet_as_in_keras(pair):
    assert result_type(*pair) == FACTS[pair]
    assert result_type(*reversed(pair)) == FACTS[pair]


def test_the_order_of_three_does_not_matter_to_floats():
    assert result_type("bool", "int32", "float16") == "float16"
    assert result_type("float16", int, float) == "float16"
    assert result_type() == "float32"
    assert result_type(None, "int32") == "float32"


@pytest.mark.keras
def test_the_table_is_what_keras_says(monkeypatch):
    from keras.src.backend.common import dtypes

    monkeypatch.setattr(dtypes, "BIT64_TO_BIT32_DTYPE", {})
    for pair, answer in FACTS.items():
        if bool not in pair and complex not in pair:
            assert dtypes.result_type(*pair) == answer, pair


def test_strings_do_not_meet_numbers():
    with pytest.raises(DTypeError, match=r"does not promote with others. Received: dtype='string'"):
        result_type("string", "float32")


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("number", [2, 2.5, True, np.pi, 10**12])
def test_a_float_stays_what_it_is_beside_python_numbers(dtype, number):
    x = as_tensor(np.ones(3, dtype=dtype))
    if dtype == "float16" and number == 10**12:
        number = 1000
    for found in (x + number, number - x, x * number, x / number, number / x, x**2, 2**x):
        assert found.dtype == dtype
    assert (x > number).dtype == "bool"


@pytest.mark.parametrize("a, b, wanted", [
    ("int32", "float32", "float32"),
    ("int64", "float16", "float16"),
    ("bool", "float32", "float32"),
    ("float32", "float64", "float64"),
    ("uint8", "int8", "int16"),
    ("bool", "bool", "bool"),
])  # fmt: skip
def test_operands_meet_before_they_are_added(a, b, wanted):
    x, y = (as_tensor(np.ones(2, dtype=d)) for d in (a, b))
    assert (x + y).dtype == (y + x).dtype == wanted
    assert (x + y).numpy().dtype == numpy_dtype(wanted)


def test_whole_numbers_become_floats_where_they_must():
    x = as_tensor(np.array([1, 2]))
    assert x.dtype == "int64"
    assert (x / x).dtype == "float32"
    assert (x / 2).dtype == "float32"
    assert (x + 2.5).dtype == "float32"
    assert (x + 2).dtype == "int64"
    assert (x // 2).dtype == "int64"
    assert ops.exp(x).dtype == "float32"


TRUE = np.ones(2, dtype=bool)


@pytest.mark.parametrize("primitive, arrays, wanted", [
    (arithmetic.add, 2, "bool"),
    (arithmetic.multiply, 2, "bool"),
    (arithmetic.maximum, 2, "bool"),
    (arithmetic.power, 2, "int32"),
    (arithmetic.floor_divide, 2, "int32"),
    (arithmetic.remainder, 2, "int32"),
    (arithmetic.divide, 2, "float32"),
    (arithmetic.square, 1, "int32"),
    (arithmetic.absolute, 1, "bool"),
    (comparison.left_shift, 2, "int32"),
    (comparison.right_shift, 2, "int32"),
    (comparison.bitwise_and, 2, "bool"),
])  # fmt: skip
def test_truths_are_numbers_where_keras_takes_them_so(primitive, arrays, wanted, engine):
    found = engine.function(lambda *x: primitive(*x))(*[TRUE] * arrays)
    assert found.dtype == wanted
    assert found.numpy().astype(int).tolist() == primitive(*[TRUE] * arrays).numpy().tolist()


@pytest.mark.parametrize("primitive", [arithmetic.negative, arithmetic.sign])
def test_truths_have_no_sign(primitive, engine):
    with pytest.raises(DTypeError, match=f"{primitive} needs numbers"):
        engine.function(lambda x: primitive(x))(TRUE)


def test_the_default_float_is_floatx():
    before = floatx()
    try:
        set_floatx("float64")
        assert as_tensor(1.5).dtype == "float64"
        assert (as_tensor(np.array([1])) / 2).dtype == "float64"
        assert result_type("int32", float) == "float64"
    finally:
        set_floatx(before)
    assert (as_tensor(np.array([1])) / 2).dtype == "float32"
