"""The law of slopes at edges, for layers: activations, normalization, merging."""

import inspect
import itertools

import numpy as np
import pytest

import kerasish as keras
from kerasish import layers, ops
from kerasish.backend.tensor import Tensor
from kerasish.testing.edges import check_rows, value_and_row_slopes
from tests.engines import ENGINES, check_same_bits

ORDINARY = [0.0, -0.0, 0.5, 1.0, -1.0, 20.0, -90.0]
ENDS = [1e4, -1e4, np.inf, -np.inf, np.nan]
ROWS = np.array(
    [*itertools.product(ORDINARY, ORDINARY, [0.0, 1.0, -20.0]),
     *itertools.product(ENDS, [0.0, 1.0, *ENDS], [0.0, 1.0, -20.0])], "float32",
)  # fmt: skip
WEIGHTS = np.array([1.0, 0.5, -2.0], "float32")
OTHER = np.array([0.0, 1.0, -20.0], "float32")
MASK = np.array([True, False, True])


def softmax(x):
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def masked_softmax(x):
    return np.where(MASK, softmax(np.where(MASK, x, -1e9)), 0)


def unit(x):
    largest = np.abs(x).max(-1, keepdims=True)
    largest = np.where((largest == 0) | np.isinf(largest), 1, largest)
    length = largest * np.sqrt(((x / largest) ** 2).sum(-1, keepdims=True))
    return x / np.maximum(length, 1e-12)


def standard(x):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-3)


def root_mean_square(x):
    return x / np.sqrt(x.var(-1, keepdims=True) + 1e-3)


def over_the_batch(**arguments):
    """BatchNormalization whose samples are the columns, so that rows do not mix."""

    def call(x):
        layer = layers.BatchNormalization(**arguments)
        return ops.transpose(layer(ops.transpose(x), training=True))

    return call


def merged(name):
    def call(x):
        return getattr(layers, name)()([x, ops.broadcast_to(Tensor(OTHER), x.shape)])

    return call


def rectified(x):
    return np.where(x >= 6, 6, np.where(x > 0.7, x, 0.1 * (x - 0.7)))


#: what is checked → a function that makes the layer's call, and its formula.
LAWS = {
    "ReLU": (layers.ReLU, lambda x: np.maximum(x, 0)),
    "ReLU with all": (lambda: layers.ReLU(6.0, 0.1, 0.7), rectified),
    "LeakyReLU": (layers.LeakyReLU, lambda x: np.where(x > 0, x, 0.3 * x)),
    "PReLU": (
        lambda: layers.PReLU(keras.initializers.Constant(0.25)),
        lambda x: np.where(x > 0, x, 0.25 * x),
    ),
    "ELU": (layers.ELU, lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0)))),
    "Softmax": (layers.Softmax, softmax),
    "Softmax of a mask": (
        lambda: lambda x: layers.Softmax()(x, mask=ops.broadcast_to(Tensor(MASK), x.shape)),
        masked_softmax,
    ),
    "Activation": (lambda: layers.Activation("softplus"), lambda x: np.logaddexp(x, 0)),
    "UnitNormalization": (layers.UnitNormalization, unit),
    "LayerNormalization": (layers.LayerNormalization, standard),
    "BatchNormalization": (over_the_batch, standard),
    "BatchNormalization of moving means": (layers.BatchNormalization, lambda x: x / np.sqrt(1.001)),
    "BatchNormalization renormalized": (
        # With moving means of 0 and 1 that no gradient passes, these are x's own: r is the
        # deviation, d the mean.
        lambda: over_the_batch(renorm=True),
        None,
    ),
    "Add": (lambda: merged("Add"), lambda x: x + OTHER),
    "Subtract": (lambda: merged("Subtract"), lambda x: x - OTHER),
    "Multiply": (lambda: merged("Multiply"), lambda x: x * OTHER),
    "Average": (lambda: merged("Average"), lambda x: (x + OTHER) / 2),
    "Maximum": (lambda: merged("Maximum"), lambda x: np.maximum(x, OTHER)),
    "Minimum": (lambda: merged("Minimum"), lambda x: np.minimum(x, OTHER)),
    "Concatenate": (
        lambda: lambda x: layers.Concatenate()([x, x]), lambda x: np.concatenate([x, x], -1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", [n for n, (_, formula) in LAWS.items() if formula])
def test_a_layer_has_true_slopes_at_edges(name):
    make, formula = LAWS[name]
    weights = np.tile(WEIGHTS, 2) if name == "Concatenate" else WEIGHTS
    check_rows(make(), formula, ROWS, weights)


@pytest.mark.parametrize("engine", ENGINES[1:])
@pytest.mark.parametrize("name", LAWS)
def test_a_layer_has_the_same_bits_at_edges_in_every_engine(name, engine):
    layer = LAWS[name][0]()
    if isinstance(layer, layers.Layer):
        layer.build(ROWS.shape)
    all_three = value_and_row_slopes(layer, 1.0)
    check_same_bits(engine, all_three, ROWS[::3].copy())


def test_a_masked_row_without_anything_left_is_nothing():
    nothing = ops.zeros((1, 3), "bool")
    assert layers.Softmax()(ops.ones((1, 3)), mask=nothing).tolist() == [[0, 0, 0]]


def test_a_softmax_of_nothing_but_minus_infinity_is_not_a_number():
    with np.errstate(invalid="ignore"):
        assert np.isnan(layers.Softmax()(ops.full((1, 3), -np.inf)).numpy()).all()


def test_every_layer_of_these_kinds_is_in_the_law():
    folders = ("activations", "normalization", "merging")
    made = {
        n for n, c in vars(layers).items()
        if inspect.isclass(c) and any(f".{folder}." in c.__module__ for folder in folders)
    }  # fmt: skip
    assert made == {name.split()[0] for name in LAWS}
