"""The law of slopes at edges: zeros, corners, tails and infinities."""

import inspect
import math

import numpy as np
import pytest

from kerasish import activations, ops
from kerasish.backend.tensor import Tensor
from kerasish.testing.edges import EDGES, check_edges, value_and_slopes
from tests.engines import ENGINES, check_same_bits
from tests.ops.test_edges_of_rows import SEVERAL

erf = np.vectorize(math.erf)
A, S = 1.6732632423543772, 1.0507009873554805


def softplus(x):
    return np.logaddexp(x, 0)


def sigmoid(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), 1 - 1 / (1 + np.exp(-np.abs(x))))


def times(x, share):
    """x times a share of it, and 0 where that is 0: at minus infinity, too."""
    return np.where(share == 0, 0, x * np.where(share == 0, 1, share))


def elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def hard_sigmoid(x):
    return np.clip((x + 3) / 6, 0, 1)


FORMULAS = {
    "relu": lambda x: np.maximum(x, 0), "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x), "sigmoid": sigmoid,
    "log_sigmoid": lambda x: -softplus(-x), "hard_sigmoid": hard_sigmoid, "softplus": softplus,
    "softsign": lambda x: np.where(np.isinf(x), np.sign(x), x / (1 + np.abs(x))),
    "silu": lambda x: times(x, sigmoid(x)),
    "swish": lambda x: times(x, sigmoid(x)), "elu": elu, "selu": lambda x: S * elu(x, A),
    "celu": elu, "hard_tanh": lambda x: np.clip(x, -1, 1),
    "hard_silu": lambda x: times(x, hard_sigmoid(x)),
    "hard_swish": lambda x: times(x, hard_sigmoid(x)),
    "soft_shrink": lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0),
    "tanh_shrink": lambda x: x - np.tanh(x),
    "squareplus": lambda x: np.maximum(x, 0) + 2 / (np.sqrt(x * x + 4) + np.abs(x)),
    "sparse_plus": lambda x: np.where(x <= -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x)),
    "sparse_sigmoid": lambda x: np.clip((x + 1) / 2, 0, 1), "tanh": np.tanh, "exp": np.exp,
    "expm1": np.expm1, "exp2": np.exp2, "sinh": np.sinh, "cosh": np.cosh, "sin": np.sin,
    "cos": np.cos, "arctan": np.arctan, "abs": np.abs, "absolute": np.abs, "square": np.square,
    "negative": np.negative, "erf": lambda x: np.where(np.isnan(x), x, erf(x)),
    "mish": lambda x: times(x, np.tanh(softplus(x))), "linear": lambda x: x, "exponential": np.exp,
    "gelu": lambda x: np.where(np.isnan(x), x, times(x, (1 + erf(x / math.sqrt(2))) / 2)),
    # At the ends of their domains slopes are infinite; so values and NaN are all that is checked.
    "sqrt": np.sqrt, "log": np.log, "log1p": np.log1p, "log2": np.log2, "log10": np.log10,
    "reciprocal": lambda x: 1 / x, "rsqrt": lambda x: 1 / np.sqrt(x), "arcsin": np.arcsin,
    "arccos": np.arccos, "tan": np.tan,
}  # fmt: skip
STEEP = {
    "sqrt", "log", "log1p", "log2", "log10", "reciprocal", "rsqrt", "arcsin", "arccos", "tan",
}  # fmt: skip
LARGE_ANGLES = {"sin", "cos", "tan"}  # the difference quotient of float64 is too coarse


def of_name(name):
    if name == "gelu":
        return lambda x: ops.gelu(x, approximate=False)
    return getattr(activations if name in ("mish", "linear", "exponential") else ops, name)


@pytest.mark.parametrize("name", [n for n in FORMULAS if n not in STEEP | LARGE_ANGLES])
def test_a_function_of_one_number_has_true_slopes_at_edges(name):
    check_edges(of_name(name), FORMULAS[name])


@pytest.mark.parametrize("engine", ENGINES[1:])
@pytest.mark.parametrize("name", FORMULAS)
def test_edges_have_the_same_bits_in_every_engine(name, engine):
    check_same_bits(engine, value_and_slopes(of_name(name)), EDGES)


@pytest.mark.parametrize("name", sorted(STEEP))
def test_a_finite_value_has_no_slope_that_is_not_a_number(name):
    with np.errstate(all="ignore"):
        value, first, _ = value_and_slopes(of_name(name))(Tensor(EDGES.copy()))
        finite = np.isfinite(value.numpy())
        np.testing.assert_allclose(
            value.numpy()[finite], FORMULAS[name](EDGES[finite].astype("float64")), 1e-5
        )
    assert not np.isnan(first.numpy()[finite]).any()


TAILS = np.array([-80, -30, -20, -12, -5, 5, 12, 20, 30, 80], "float32")
_E = np.exp(-np.abs(TAILS.astype("float64")))
_LEFT = np.exp(np.minimum(TAILS.astype("float64"), 0))
SLOPES = {
    "sigmoid": _E / (1 + _E) ** 2,
    "tanh": 4 * _E**2 / (1 + _E**2) ** 2,
    "softplus": np.where(TAILS > 0, 1, _E) / (1 + _E),
    "log_sigmoid": np.where(TAILS > 0, _E, 1) / (1 + _E),
    "elu": _LEFT, "celu": _LEFT, "expm1": np.exp(TAILS.astype("float64")),
    "softsign": 1 / (1 + np.abs(TAILS.astype("float64"))) ** 2,
}  # fmt: skip


@pytest.mark.parametrize("name", SLOPES)
def test_slopes_keep_their_digits_in_the_tails(name):
    _, first, _ = value_and_slopes(of_name(name))(Tensor(TAILS.copy()))
    np.testing.assert_allclose(first.numpy(), SLOPES[name], 1e-5, 1e-44)


def slopes(function, x, dtype="float32"):
    return value_and_slopes(function)(Tensor(np.array(x, dtype)))[1].tolist()


#: Where a function bends: the slope that is taken.
BENDS = {
    "relu": ([0], [0]), "relu6": ([0, 6], [0, 0]), "leaky_relu": ([0], [0.2]), "abs": ([0], [0]),
    "hard_tanh": ([-1, 1], [0.5, 0.5]), "hard_sigmoid": ([-3, 3], [0, 0]),
    "sparse_sigmoid": ([-1, 1], [0.25, 0.25]), "hard_shrink": ([-0.5, 0, 0.5], [0, 0, 0]),
    "soft_shrink": ([-0.5, 0.5], [0, 0]), "sign": ([0], [0]), "floor": ([1], [0]),
    "round": ([0.5], [0]), "hard_silu": ([-3, 3], [0, 1]),
}  # fmt: skip


@pytest.mark.parametrize("name", BENDS)
def test_where_a_function_bends_its_slope_is_the_documented_one(name):
    at, wanted = BENDS[name]
    np.testing.assert_allclose(slopes(of_name(name), at), wanted, 1e-6)


def test_ties_of_clip_and_threshold_have_the_documented_slopes():
    assert slopes(lambda x: ops.clip(x, 0, 1), [0, 1]) == [0.5, 0.5]
    assert slopes(lambda x: ops.threshold(x, 0.5, 3.0), [0.5]) == [0]
    assert slopes(lambda x: ops.max(x, -1), [[1, 1, 0]]) == [[0.5, 0.5, 0]]
    assert slopes(lambda x: ops.maximum(x, 1.0), [1]) == [0.5]


def test_threshold_and_clip_at_what_is_not_a_number():
    x = np.array([np.nan], "float32")
    assert ops.threshold(x, 0.5, 3.0).tolist() == [3]  # NaN is not over the threshold
    assert np.isnan(ops.clip(x, 0, 1).numpy()).all()
    assert np.isnan(ops.relu(x).numpy()).all()
    assert np.isnan(ops.leaky_relu(x).numpy()).all()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_branch_that_is_not_taken_brings_nan_unless_its_argument_is_chosen_too():
    def careless(x):
        return ops.where(x > 0, ops.log(x) * ops.sqrt(x), 0.0)

    def careful(x):
        inside = ops.where(x > 0, x, 1.0)
        return ops.where(x > 0, ops.log(inside) * ops.sqrt(inside), 0.0)

    assert careful(np.array([0.0], "float32")).tolist() == [0]
    assert np.isnan(slopes(careless, [0])).all()
    assert slopes(careful, [0]) == [0]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_limits_at_infinity_hold_in_every_precision(dtype):
    limits = {"silu": 0, "mish": 0, "gelu": 0, "hard_silu": 0, "softsign": -1}
    for name, wanted in limits.items():
        x = np.array([-np.inf], dtype)
        assert float(of_name(name)(x)[0]) == wanted
        assert slopes(of_name(name), x, dtype) == [0]
    assert ops.softsign(np.array([np.inf], dtype)).tolist() == [1]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_gelu_by_tanh_has_slopes_at_any_size(dtype):
    large = {"float16": 6e4, "float32": 1e38, "float64": 1e300}[dtype]
    assert slopes(lambda x: ops.gelu(x, approximate=True), [-large, large], dtype) == [0, 1]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_squareplus_keeps_its_digits_far_to_the_left():
    found = ops.squareplus(np.array([-1e4, -1e8, 1e25], "float32"))
    np.testing.assert_allclose(found.numpy(), [1e-4, 1e-8, 1e25], 1e-6)
    half = ops.squareplus(np.array([-300, 300], "float16"))
    np.testing.assert_allclose(half.numpy(), [1 / 300, 300], 1e-3)


@pytest.mark.parametrize("size", [1e-30, 1e-3, 1.0, 1e12, 1e30])
def test_a_deviation_neither_overflows_nor_underflows(size):
    found = ops.std(np.array([[0, 1, 2]], "float32") * np.float32(size), -1)
    np.testing.assert_allclose(found.numpy(), [math.sqrt(2 / 3) * size], 1e-6)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_an_infinite_element_leaves_the_others_of_its_row_without_size(order):
    with np.errstate(invalid="ignore"):
        found = ops.normalize(np.array([[1.0, np.inf]], "float32"), -1, order).numpy()
    assert found[0, 0] == 0
    assert np.isnan(found[0, 1])


def test_every_activation_is_in_the_law():
    module = inspect.getmodule(activations.relu)
    names = {n for n, f in vars(module).items() if inspect.isfunction(f)}
    by_other_means = {"softmax", "log_softmax", "sparsemax", "glu", "threshold", "hard_shrink"}
    assert {n for n in names if not n.startswith("_")} <= set(FORMULAS) | by_other_means


def test_infinite_logits_cost_nothing_or_everything():
    logits = np.array([[np.inf, -np.inf, np.inf, -np.inf]], "float32")
    target = np.array([[1, 0, 0, 1]], "float32")
    costs = ops.binary_crossentropy(target, logits, from_logits=True)
    assert costs.tolist() == [[0, 0, math.inf, math.inf]]
    masked = np.array([[1.0, -np.inf, 1.0]], "float32")
    for loss, target in (("sparse_", [0]), ("", [[1.0, 0.0, 0.0]])):
        cost = getattr(ops, f"{loss}categorical_crossentropy")(target, masked, from_logits=True)
        np.testing.assert_allclose(cost.numpy(), [math.log(2)], 1e-6)


def test_large_vectors_have_a_direction():
    found = ops.normalize(np.array([[3e30, 4e30]], "float32"))
    np.testing.assert_allclose(found.numpy(), [[0.6, 0.8]], 1e-6)
    tiny = ops.normalize(np.array([[1e-9, 0]], "float32"))  # less than `epsilon()`
    np.testing.assert_allclose(tiny.numpy(), [[0.01, 0]], 1e-6)
    with pytest.raises(ValueError, match="`order` must be a whole number from 1 on"):
        ops.normalize(np.ones((2, 3)), order=0)


#: Operations whose gradient is exact by construction: linear, a choice, or a move of elements.
LINEAR = {
    "add", "amax", "amin", "array", "batch_normalization", "broadcast_to", "cast",
    "concatenate", "convert_to_tensor", "cumsum", "custom_gradient", "divide", "divide_no_nan",
    "dot", "expand_dims", "flip", "get_item", "hard_shrink", "matmul", "mean", "mod", "moments",
    "moveaxis", "multiply", "nan_to_num", "outer", "pad", "ravel", "real", "repeat", "reshape",
    "saturate_cast", "slice", "slice_update", "sort", "split", "squeeze", "stack",
    "stop_gradient", "subtract", "sum", "swapaxes", "take", "take_along_axis", "tensordot",
    "threshold", "tile", "top_k", "transpose", "true_divide", "unstack", "where",
}  # fmt: skip
#: What gives whole numbers, truths, shapes or steps, or calls a function that it is given.
WITHOUT_SLOPE = {
    "all", "any", "arange", "argmax", "argmin", "argsort", "bitwise_and", "bitwise_invert",
    "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift", "bitwise_xor",
    "broadcast_shapes", "ceil", "cond", "convert_to_numpy", "count_nonzero", "dtype", "empty",
    "equal", "eye", "floor", "floor_divide", "foldl", "fori_loop", "full", "full_like",
    "greater", "greater_equal", "identity", "in_top_k", "is_tensor", "isclose", "isfinite",
    "isinf", "isnan", "left_shift", "less", "less_equal", "linspace", "logical_and",
    "logical_not", "logical_or", "logical_xor", "map", "multi_hot", "ndim", "not_equal",
    "one_hot", "ones", "ones_like", "right_shift", "round", "scan", "shape", "sign", "size",
    "switch", "trunc", "while_loop", "zeros", "zeros_like",
}  # fmt: skip
#: Functions tested by name in tests of their own, or under another name here.
ELSEWHERE = {"power", "normalize", "erfinv", "ctc_loss"} | {
    n for n in vars(ops) if n.endswith("crossentropy")
}


def test_every_operation_is_in_the_law():
    public = {n for n in ops.__all__ if inspect.isroutine(getattr(ops, n))}
    known = set(FORMULAS) | set(SEVERAL) | LINEAR | WITHOUT_SLOPE | ELSEWHERE
    assert public - known == set(), "give these a formula here, or say why they need none"
