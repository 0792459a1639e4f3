"""Result dtypes and values for booleans, small whole numbers, halves and Python's numbers.

What is expected was read off Keras 3.15 on JAX; where it is a choice of ours, the name says so.
"""

import numpy as np
import pytest

import kerasish as keras
from kerasish import ops
from kerasish.arrays.spec import Spec
from kerasish.backend.discovery import get
from kerasish.primitives import arithmetic, comparison
from kerasish.testing.bits import assert_same_bits

TRUTHS = np.array([True, False, True])
BYTES = np.array([1, 200, 255], "uint8")
SMALL = np.array([-100, 1, 127], "int8")
WHOLE = np.array([-4, 0, 7], "int32")
HALF = np.array([1.5, -2.0, 0.25], "float16")


def is_value(found, wanted, dtype):
    assert found.dtype == dtype
    np.testing.assert_array_equal(found.numpy().astype("float64"), np.asarray(wanted, "float64"))


CASES = [
    ("a running count of truths", lambda x: ops.cumsum(x), TRUTHS, [1, 1, 2], "int32"),
    ("cumsum keeps int8", lambda x: ops.cumsum(x), SMALL, [-100, -99, 28], "int8"),
    ("cumsum as bool counts", lambda x: ops.cumsum(x, dtype="bool"), TRUTHS, [1, 1, 2], "int32"),
    ("sum of bytes", lambda x: ops.sum(x), BYTES, 456, "uint32"),
    ("sum method of bytes", lambda x: x.sum(), BYTES, 456, "uint32"),
    ("sum method of truths", lambda x: x.sum(), TRUTHS, 2, "int32"),
    ("mean method of truths", lambda x: x.mean(), TRUTHS, np.float32(2 / 3), "float32"),
    ("mean method of halves", lambda x: x.mean(), np.full(3000, 40, "float16"), 40, "float16"),
    ("matmul of int8", lambda x: ops.matmul(x, x), SMALL, 26130, "int32"),
    ("@ of int8", lambda x: x @ x, SMALL, 26130, "int32"),
    ("dot of int8 wraps", lambda x: ops.dot(x, x), SMALL, 18, "int8"),
    ("max keeps x's dtype", lambda x: ops.max(x, initial=9.5), WHOLE, 9, "int32"),
    ("min keeps x's dtype", lambda x: ops.min(x, initial=True), TRUTHS, 0, "bool"),
    ("a limit beyond the dtype", lambda x: ops.max(x, initial=-300), SMALL, 127, "int8"),
    ("round tens", lambda x: ops.round(x, -1), np.array([149, 150, -4, 15, 25]),
     [150, 150, 0, 20, 20], "int64"),
    ("round hundreds, ties to even", lambda x: ops.round(x, -2), np.array([149, 150, 250, -150]),
     [100, 200, 200, -200], "int64"),
    ("round to what the dtype holds", lambda x: ops.round(x, -1),
     np.array([-127, 126, 124, -128], "int8"), [-128, 127, 120, -128], "int8"),
    ("round bytes to what they hold", lambda x: ops.round(x, -1), BYTES, [0, 200, 255], "uint8"),
    ("round to what int64 holds", lambda x: ops.round(x, -2),
     np.array([2**63 - 1, -(2**63), 149]), [2**63 - 1, -(2**63), 100], "int64"),
    ("round beyond the dtype", lambda x: ops.round(x, -3), BYTES, [0, 0, 0], "uint8"),
    ("round beyond every dtype", lambda x: ops.round(x, -30), SMALL, [0, 0, 0], "int8"),
    ("full_like keeps", lambda x: ops.full_like(x, 1.5), WHOLE, [1, 1, 1], "int32"),
    ("threshold keeps", lambda x: ops.threshold(x, 1, 0), WHOLE, [0, 0, 7], "int32"),
    ("hard_tanh keeps", lambda x: ops.hard_tanh(x), WHOLE, [-1, 0, 1], "int32"),
    ("hard_tanh of bytes", lambda x: ops.hard_tanh(x), BYTES, [1, 1, 1], "uint8"),
    ("multi_hot", lambda x: ops.multi_hot(x, 4), np.array([0, 2]), [1, 0, 1, 0], "float32"),
    ("divide_no_nan by a number", lambda x: ops.divide_no_nan(x, 0.5), HALF, [3, -4, 0.5],
     "float16"),
    ("divide_no_nan by 0", lambda x: ops.divide_no_nan(x, 0), HALF, [0, 0, 0], "float16"),
    ("linspace of halves", lambda x: ops.linspace(x, x, 2)[1], HALF, HALF, "float16"),
    ("an infinity is near itself alone", lambda x: ops.isclose(x, np.inf),
     np.array([1, np.inf, -np.inf], "float32"), [0, 1, 0], "bool"),
    ("a difference that int8 cannot hold", lambda x: ops.isclose(x, SMALL[::-1].copy()),
     np.array([-1, 1, -1], "int8"), [0, 1, 0], "bool"),
    ("relu6 makes floats", lambda x: ops.relu6(x), WHOLE, [0, 0, 6], "float32"),
    ("relu6 of truths", lambda x: ops.relu6(x), TRUTHS, [1, 0, 1], "float32"),
    ("relu of truths", lambda x: ops.relu(x), TRUTHS, [1, 0, 1], "int32"),
    ("a box of truths", lambda x: ops.slice_update(x, [1], x[:1]), TRUTHS, [1, 1, 1], "bool"),
    ("a box of its own", lambda x: ops.slice_update(x, [1], x[:1]),
     np.array([1, 1e8, np.nan, np.inf], "float32"), [1, 1, np.nan, np.inf], "float32"),
    ("a box beside infinities", lambda x: ops.slice_update(x, [1], x[:2]),
     np.array([1, 2, np.nan, np.inf], "float32"), [1, 1, 2, np.inf], "float32"),
    ("relu keeps", lambda x: ops.relu(x), WHOLE, [0, 0, 7], "int32"),
    ("isclose of truths", lambda x: ops.isclose(x, True), TRUTHS, [1, 0, 1], "bool"),
]  # fmt: skip


@pytest.mark.parametrize("f, x, wanted, dtype", [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_whole_numbers_and_halves_have_keras_dtypes_and_values(f, x, wanted, dtype, run):
    is_value(run(f, x), wanted, dtype)


@pytest.mark.parametrize("x", [HALF, HALF.astype("float32")])
def test_arctan2_takes_a_python_float_as_floatx(x, run):
    found = run(lambda x: ops.arctan2(x, 2.5), x)
    assert found.dtype == "float32"
    np.testing.assert_allclose(found.numpy(), np.arctan2(x.astype("f8"), 2.5), rtol=1e-6)
    assert run(lambda x: ops.arctan2(x, 2), x).dtype == str(x.dtype)


@pytest.mark.parametrize("x, other, dtype", [
    (WHOLE, HALF, "float16"), (TRUTHS, HALF, "float16"), (HALF, BYTES, "float16"),
    (WHOLE, WHOLE, "float32"), (BYTES, TRUTHS, "float32"), (HALF, WHOLE.astype("f8"), "float64"),
])  # fmt: skip
def test_logaddexp_makes_floats_of_the_dtype_that_both_meet_in(x, other, dtype, run):
    for pair in ((x, other), (other, x)):
        found = run(lambda a, b: ops.logaddexp(a, b), *pair)
        assert found.dtype == dtype
        wanted = np.logaddexp(*(p.astype("float64") for p in pair))
        np.testing.assert_allclose(found.numpy(), wanted, rtol=2e-3)
    assert run(lambda x: ops.logaddexp(x, 2), HALF).dtype == "float16"
    assert run(lambda x: ops.logaddexp(x, 2.0), HALF).dtype == "float32"


@pytest.mark.parametrize("number", [-1, 256, 300, -300, 2**31, -(2**40), 2**70])
@pytest.mark.parametrize("x", [BYTES, SMALL, WHOLE, np.array([2**62, -(2**63)])], ids=str)
def test_a_comparison_is_right_with_a_number_that_the_dtype_cannot_hold(x, number, run):
    for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"):
        wanted = getattr(np, name)(x.astype(object), number)
        is_value(run(lambda x, n=name: getattr(ops, n)(x, number), x), wanted, "bool")
        turned = getattr(np, name)(number, x.astype(object))
        is_value(run(lambda x, n=name: getattr(ops, n)(number, x), x), turned, "bool")
    is_value(run(lambda x: ops.isclose(x, number), x[:1]), [0 if number != x[0] else 1], "bool")


def test_two_python_numbers_are_compared_as_what_they_are():
    assert not bool(ops.equal(2**40, 2**41))
    assert bool(ops.less(3, 2**41))


@pytest.mark.parametrize("low, high", [(-300, 100), (0, 300), (-300, 300), (70000, 90000)])
@pytest.mark.parametrize("x", [BYTES, SMALL])
def test_clip_limits_as_the_nearest_numbers_that_the_dtype_holds(x, low, high, run):
    ends = np.iinfo(x.dtype)
    wanted = np.clip(np.clip(x.astype(int), low, high), ends.min, ends.max)
    is_value(run(lambda x: ops.clip(x, low, high), x), wanted, str(x.dtype))


@pytest.mark.parametrize("number", [-1, 300, -300, 70000])
def test_sums_products_and_digits_wrap_as_every_overflow_does(number, run):
    for name in ("add", "subtract", "multiply", "bitwise_and", "bitwise_or", "bitwise_xor"):
        plain = getattr(np, name)(BYTES.astype("int64"), number).astype("uint8")
        is_value(run(lambda x, n=name: getattr(ops, n)(x, number), BYTES), plain, "uint8")


@pytest.mark.parametrize(
    "f",
    [
        lambda x: ops.floor_divide(x, 300),
        lambda x: ops.mod(x, 300),
        lambda x: ops.power(x, 300),
        lambda x: ops.where(x > 1, x, 300),
        lambda x: ops.pad(x, 1, constant_values=300),
        lambda x: ops.full_like(x, 300),
    ],
)
def test_a_number_that_cannot_be_held_is_an_error_where_it_would_be_another(f, run):
    with pytest.raises(OverflowError, match=r"cannot hold.*from 0 to 255"):
        run(f, BYTES)


@pytest.mark.parametrize("value", [300, -1, [1, 300], 300.7])
def test_a_tensor_of_python_numbers_holds_them_or_is_an_error(value):
    for make in (ops.convert_to_tensor, ops.array, ops.cast):
        with pytest.raises(OverflowError, match=r"uint8 cannot hold.*from 0 to 255.*value="):
            make(value, "uint8")
    with pytest.raises(OverflowError, match="uint8 cannot hold"):
        ops.full((2,), 300, "uint8")
    with pytest.raises(ValueError, match="NaN"):
        ops.convert_to_tensor(float("nan"), "int32")
    for dtype in ("int32", "float32"):
        with pytest.raises(TypeError, match=rf"{dtype} holds real numbers only.*value=\[2j\]"):
            ops.convert_to_tensor([2j], dtype)
        with pytest.raises(ValueError, match="Numbers of one regular shape"):
            ops.convert_to_tensor([None, 1], dtype)
    is_value(ops.cast(np.array([300]), "uint8"), [44], "uint8")  # an array is cast as NumPy casts
    is_value(ops.convert_to_tensor([1.7, True], "int32"), [1, 1], "int32")


@pytest.mark.parametrize("value", [2**70, [1, -(2**70)], [[2**64], [True]]])
def test_a_whole_number_beyond_64_bits_is_an_error_and_a_float_where_one_is_wanted(value):
    for make in (ops.convert_to_tensor, ops.array):
        with pytest.raises(OverflowError, match=r"int64 cannot hold.*from -9223372036854775808"):
            make(value)
    wanted = np.asarray(value, "float64").astype("float32")
    is_value(ops.convert_to_tensor(value, "float32"), wanted, "float32")
    is_value(ops.convert_to_tensor([1.5, 2**70]), [1.5, 2**70], "float32")


@pytest.mark.parametrize("target", [np.eye(2, dtype=d) for d in ("bool", "uint8", "int32")])
@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("loss", [ops.binary_crossentropy, ops.categorical_crossentropy])
def test_a_target_of_whole_numbers_takes_the_dtype_of_the_output(loss, from_logits, target, run):
    output = np.array([[0.75, 0.25], [0.5, 0.5]], "float16")
    found = run(lambda t, o: loss(t, o, from_logits=from_logits), target, output)
    wanted = run(lambda t, o: loss(t, o, from_logits=from_logits), target.astype("f2"), output)
    assert found.dtype == "float16"
    assert_same_bits(found, wanted)


@pytest.mark.parametrize("from_logits", [False, True])
def test_the_crossentropy_of_class_numbers_is_float32_at_least(from_logits, run):
    classes, output = np.array([0, 1]), np.array([[0.75, 0.25], [0.5, 0.5]])
    for dtype, wanted in (("float16", "float32"), ("float32", "float32"), ("float64", "float64")):
        found = run(
            lambda t, o: ops.sparse_categorical_crossentropy(t, o, from_logits),
            classes,
            output.astype(dtype),
        )
        assert found.dtype == wanted


@pytest.mark.parametrize("value", [3, True, 2.5, np.int8(3), np.float64(1)])
def test_full_is_of_floatx_unless_told(value):
    is_value(ops.full((2,), value), [value, value], "float32")
    is_value(ops.full((2,), value, "int32"), [int(value)] * 2, "int32")


SATURATED = [
    (np.array([3e9, -3e9, np.inf, -np.inf, np.nan, 1.9, -1.9], "float32"), "int32",
     [2**31 - 1, -(2**31), 2**31 - 1, -(2**31), 0, 1, -1]),
    (np.array([3e9, -3e9, np.inf, np.nan, 5e9], "float32"), "uint32",
     [3e9, 0, 2**32 - 1, 0, 2**32 - 1]),
    (np.array([1e20, -1e20], "float32"), "int64", [2**63 - 1, -(2**63)]),
    (np.array([np.inf, 70.0, -np.inf], "float16"), "int8", [127, 70, -128]),
    (np.array([np.inf, 0.5, -0.5, np.nan], "float16"), "bool", [1, 1, 0, 0]),
    (np.array([1e6, -1e6, np.inf, 2.0], "float32"), "float16", [65504, -65504, 65504, 2]),
    (np.array([np.inf, 3.0], "float16"), "float16", [65504, 3]),
    (np.array([np.inf, np.nan], "float64"), "float64", [np.finfo("f8").max, np.nan]),
    (np.array([-4, 0, 2**31 - 1], "int32"), "float64", [-4, 0, 2**31 - 1]),
    (SMALL, "uint8", [0, 1, 127]),
    (SMALL, "int16", [-100, 1, 127]),
    (SMALL, "uint64", [0, 1, 127]),
    (SMALL, "bool", [0, 1, 1]),
    (BYTES, "int8", [1, 127, 127]),
    (TRUTHS, "int64", [1, 0, 1]),
    (np.array([2**40, -(2**40), 70000, 3]), "float16", [65504, -65504, 65504, 3]),
    (np.array([2**40, -(2**40)]), "int8", [127, -128]),
    (np.array([2**63 + 5], "uint64"), "int64", [2**63 - 1]),
]  # fmt: skip


@pytest.mark.parametrize("x, dtype, wanted", SATURATED, ids=lambda v: str(getattr(v, "dtype", "")))
def test_saturate_cast_takes_the_nearest_that_the_dtype_holds(x, dtype, wanted, run):
    found = run(lambda x: ops.saturate_cast(x, dtype), x)
    assert found.dtype == dtype
    got, wanted = found.numpy().astype(object), np.asarray(wanted, object)
    assert [str(a) if a != a else a for a in got] == [str(a) if a != a else a for a in wanted]


PAIRS = [
    p for module in (arithmetic, comparison) for p in vars(module).values()
    if getattr(p, "function", None) and len(p.inputs) <= 2 and not isinstance(p, type)
]  # fmt: skip


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int32", "float16", "float64"])
@pytest.mark.parametrize("primitive", PAIRS, ids=str)
def test_no_function_answers_in_another_dtype_than_infer_says(primitive, dtype, run):
    keeps_the_dtype(primitive, np.array([1, 1, 0]).astype(dtype), run)


def keeps_the_dtype(primitive, x, run):
    if x.dtype == bool and primitive.promotion == "number":
        x = x.astype("int32")
    inputs = (x,) * len(primitive.inputs)
    try:
        wanted = primitive.infer(*[Spec(v.shape, v.dtype.name) for v in inputs])
    except TypeError:  # a DTypeError: it has no meaning for this dtype
        return
    with np.errstate(all="ignore"):
        assert run(lambda *v: primitive(*v), *inputs).dtype == wanted.dtype


class TestBfloat16:
    """Halves of the other kind, which NumPy itself does not know."""

    @pytest.fixture(autouse=True)
    def kind(self):
        ml_dtypes = pytest.importorskip("ml_dtypes", reason="bfloat16 needs the extra `bfloat16`")
        self.kind = ml_dtypes.bfloat16

    @pytest.fixture(params=["eager", "graph"])
    def engine(self, request):
        if request.param == "eager":
            return lambda f, *arrays: f(*[ops.convert_to_tensor(a) for a in arrays])
        return lambda f, *arrays: get("graph").function(f)(*arrays)

    @pytest.mark.parametrize(
        "f",
        [
            lambda a, b: ops.matmul(a, b),
            lambda a, b: a @ b,
            lambda a, b: ops.dot(a, b),
            lambda a, b: ops.tensordot(a, b, 1),
            lambda a, b: ops.matmul(ops.transpose(b), ops.transpose(a)),
            lambda a, b: ops.matmul(a, b[:, 0]),
            lambda a, b: ops.matmul(ops.stack([a, a]), b),
        ],
    )
    def test_products_are_bfloat16_with_the_same_bits_in_every_engine(self, f, engine):
        rng = np.random.default_rng(0)
        a, b = (rng.normal(size=s).astype(self.kind) for s in ((7, 33), (33, 5)))
        found = engine(f, a, b)
        assert found.dtype == "bfloat16"
        wide = f(*[ops.convert_to_tensor(v.astype("float32")) for v in (a, b)])
        assert_same_bits(found, ops.cast(wide, "bfloat16"))

    @pytest.mark.parametrize("primitive", PAIRS, ids=str)
    def test_no_function_widens_it(self, primitive, engine):
        keeps_the_dtype(primitive, np.array([1, 1, 0]).astype(self.kind), engine)

    def test_gradients_of_products_are_bfloat16(self):
        rng = np.random.default_rng(0)
        a, b = (rng.normal(size=s).astype(self.kind) for s in ((4, 3), (3, 2)))
        a = ops.convert_to_tensor(a).requires_grad_()
        ops.sum(a @ ops.convert_to_tensor(b)).backward()
        assert a.grad.dtype == "bfloat16"

    def test_limits_are_its_own(self, engine):
        x = np.array([np.nan, np.inf, -np.inf, 2]).astype(self.kind)
        largest = 3.3895313892515355e38
        is_value(engine(lambda x: ops.nan_to_num(x), x), [0, largest, -largest, 2], "bfloat16")
        wide = np.array([np.inf, -np.inf, 1e39, 2])
        found = engine(lambda x: ops.saturate_cast(x, "bfloat16"), wide)
        is_value(found, [largest, -largest, largest, 2], "bfloat16")
        found = engine(lambda x: ops.saturate_cast(x, "float16"), x[1:])
        is_value(found, [65504, -65504, 2], "float16")

    def test_a_model_predicts_the_same_in_every_engine(self):
        x = np.random.default_rng(0).normal(size=(8, 5)).astype("float32")
        layer = keras.layers.Dense(3, dtype="mixed_bfloat16")
        model = keras.Sequential([keras.Input((5,)), layer])
        found = [get("graph").function(model)(x), model(x)]
        assert [f.dtype for f in found] == ["bfloat16", "bfloat16"]
        assert_same_bits(*found)
