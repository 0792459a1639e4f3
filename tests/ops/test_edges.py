"""The law of slopes at edges: zeros, corners, tails and infinities."""

import inspect
import math
from importlib.util import find_spec

import numpy as np
import pytest

from kerasish import activations, layers, losses, ops
from kerasish.backend.discovery import get
from kerasish.backend.tensor import Tensor
from kerasish.testing.bits import assert_same_bits
from kerasish.testing.edges import EDGES, check_edges, value_and_slopes

erf = np.vectorize(math.erf)
A, S = 1.6732632423543772, 1.0507009873554805


def softplus(x):
    return np.logaddexp(x, 0)


def sigmoid(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), 1 - 1 / (1 + np.exp(-np.abs(x))))


def elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def hard_sigmoid(x):
    return np.clip((x + 3) / 6, 0, 1)


FORMULAS = {
    "relu": lambda x: np.maximum(x, 0), "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x), "sigmoid": sigmoid,
    "log_sigmoid": lambda x: -softplus(-x), "hard_sigmoid": hard_sigmoid, "softplus": softplus,
    "softsign": lambda x: x / (1 + np.abs(x)), "silu": lambda x: x * sigmoid(x),
    "swish": lambda x: x * sigmoid(x), "elu": elu, "selu": lambda x: S * elu(x, A),
    "celu": elu, "hard_tanh": lambda x: np.clip(x, -1, 1),
    "hard_silu": lambda x: x * hard_sigmoid(x), "hard_swish": lambda x: x * hard_sigmoid(x),
    "soft_shrink": lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0),
    "tanh_shrink": lambda x: x - np.tanh(x), "squareplus": lambda x: (x + np.sqrt(x * x + 4)) / 2,
    "sparse_plus": lambda x: np.where(x <= -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x)),
    "sparse_sigmoid": lambda x: np.clip((x + 1) / 2, 0, 1), "tanh": np.tanh, "exp": np.exp,
    "expm1": np.expm1, "exp2": np.exp2, "sinh": np.sinh, "cosh": np.cosh, "sin": np.sin,
    "cos": np.cos, "arctan": np.arctan, "abs": np.abs, "absolute": np.abs, "square": np.square,
    "negative": np.negative, "erf": lambda x: np.where(np.isnan(x), x, erf(x)),
    "mish": lambda x: x * np.tanh(softplus(x)), "linear": lambda x: x, "exponential": np.exp,
    "gelu": lambda x: np.where(np.isnan(x), x, x * (1 + erf(x / math.sqrt(2))) / 2),
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


def in_engines(function, *arrays):
    """Compute in both engines; the bits must be the same."""
    eager = [t.numpy() for t in function(*(Tensor(a.copy()) for a in arrays))]
    planned = get("graph").function(function)(*(a.copy() for a in arrays))
    compiled = get("graph").function(function)
    if find_spec("llvmlite") is not None:
        compiled.jit_compile = "auto"
    compiled = compiled(*(a.copy() for a in arrays))
    for a, b, c in zip(eager, planned, compiled, strict=True):
        assert_same_bits(a, b)
        assert_same_bits(a, c)
    return eager


@pytest.mark.parametrize("name", [n for n in FORMULAS if n not in STEEP | LARGE_ANGLES])
def test_a_function_of_one_number_has_true_slopes_at_edges(name):
    check_edges(of_name(name), FORMULAS[name])


@pytest.mark.parametrize("name", FORMULAS)
def test_edges_have_the_same_bits_in_both_engines(name):
    with np.errstate(all="ignore"):
        in_engines(value_and_slopes(of_name(name)), EDGES)


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


ZERO, ONES = np.zeros((2, 3), "float32"), np.ones((2, 3), "float32")
HUGE, ENDLESS = np.full((2, 3), 1e19, "float32"), np.array([[np.inf, -np.inf, 0]] * 2, "float32")
OTHER = np.array([[0, 1, 0.5], [1, 0, 0]], "float32")


def pair(function):
    return lambda x: function(x, Tensor(OTHER))


SEVERAL = {
    "power_base": pair(ops.power), "power_exponent": lambda x: ops.power(Tensor(OTHER), x),
    "arctan2": pair(ops.arctan2), "logaddexp": pair(ops.logaddexp), "maximum": pair(ops.maximum),
    "minimum": pair(ops.minimum), "logsumexp": lambda x: ops.logsumexp(x, -1),
    "softmax": ops.softmax, "log_softmax": ops.log_softmax, "sparsemax": ops.sparsemax,
    "std": lambda x: ops.std(x, -1), "var": lambda x: ops.var(x, -1),
    "prod": lambda x: ops.prod(x, -1), "max": lambda x: ops.max(x, -1),
    "min": lambda x: ops.min(x, -1), "glu": lambda x: ops.glu(x, 0),
    "norm": lambda x: ops.sqrt(ops.mean(ops.square(x), -1)), "clip": lambda x: ops.clip(x, 0, 1),
    **{f"normalize_{o}": (lambda x, o=o: ops.normalize(x, -1, o)) for o in (1, 2, 3, math.inf)},
    **{
        f"bce_{t}": (lambda x, t=t: ops.binary_crossentropy(Tensor(ONES * t), x, from_logits=True))
        for t in (0.0, 0.3, 1.0)
    },
    "layer_normalization": ops.layer_normalization, "rms_normalization": ops.rms_normalization,
}  # fmt: skip
LOSSES = [
    n for n, c in vars(losses).items()
    if inspect.isclass(c) and issubclass(c, losses.Loss)
    and n not in ("Loss", "LossFunctionWrapper", "FormulaLoss", "CTC")  # CTC takes sequences
]  # fmt: skip


@pytest.mark.parametrize("at", [ZERO, ONES, HUGE, ENDLESS], ids=["zero", "ties", "huge", "endless"])
@pytest.mark.parametrize("name", SEVERAL)
def test_functions_of_several_numbers_have_slopes_where_they_are_finite(name, at):
    with np.errstate(all="ignore"):
        value, first, _ = in_engines(value_and_slopes(SEVERAL[name]), at)
    if np.isfinite(value).all():
        assert not np.isnan(first).any()


@pytest.mark.parametrize("at", [ZERO, ONES], ids=["zero", "one"])
@pytest.mark.parametrize("name", LOSSES)
def test_losses_have_slopes_where_they_are_finite(name, at):
    classes = name.startswith("Sparse") or name in ("Circle", "CategoricalGeneralizedCrossEntropy")
    target = np.array([0, 2], "int32") if classes else np.eye(3, dtype="float32")[[0, 2]]
    loss = getattr(losses, name)()
    with np.errstate(all="ignore"):
        value, first, _ = in_engines(value_and_slopes(lambda x: loss(target, x)), at)
    if np.isfinite(value).all():
        assert not np.isnan(first).any()


@pytest.mark.parametrize(
    "layer", ["ReLU", "LeakyReLU", "ELU", "Softmax", "PReLU", "UnitNormalization"]
)
def test_layers_have_slopes_where_they_are_finite(layer):
    made = getattr(layers, layer)()
    for at in (ZERO, ONES, HUGE):
        value, first, _ = value_and_slopes(made)(Tensor(at.copy()))
        assert np.isfinite(value.numpy()).all()
        assert np.isfinite(first.numpy()).all()


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
    with pytest.raises(ValueError, match="`order` must be a whole number from 1 on"):
        ops.normalize(ONES, order=0)


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
