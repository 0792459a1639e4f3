"""The law of slopes at edges, for losses: perfect hits, certainties, tails, infinities, NaN."""

import inspect
import itertools

import numpy as np
import pytest

from kerasish import losses
from kerasish.backend.tensor import Tensor
from kerasish.testing.edges import check_rows, value_and_row_slopes
from tests.engines import ENGINES, check_same_bits

LOW, HIGH = 1e-7, float(np.float32(1 - 1e-7))
TARGETS = {
    "hard": [0.0, 1.0, 0.0], "soft": [0.2, 0.5, 0.3], "numbers": [0.0, -1.0, 20.0],
    "nothing": [0.0, 0.0, 0.0], "signs": [-1.0, 1.0, 1.0], "class": 1,
}  # fmt: skip


def rows(first, second, third):
    return np.array([*itertools.product(first, second, third)], "float32")


ENDS = [1e4, -1e4, np.inf, -np.inf, np.nan]
NUMBERS = np.concatenate([
    rows([0.0, 0.5, -1.0, 20.0, -20.0, 90.0], [0.0, -1.0, 0.5, 20.0], [0.0, 1.0, 20.0]),
    rows(ENDS, [0.0, -1.0, *ENDS], [0.0, 20.0]),
])  # fmt: skip
SHARES = rows([0.0, 0.25, 0.5, 1.0, np.nan], [0.0, 0.25, 0.5, 1.0], [0.0, 0.25, 1.0])


def clip(p):
    return np.clip(p, LOW, HIGH)


def times(t, x):
    """A product in which 0 times anything is 0."""
    return t * np.where(t == 0, 0, x)


def binary(t, p):
    return -(t * np.log(clip(p)) + (1 - t) * np.log(1 - clip(p)))


def binary_of_logits(t, x):
    other = np.where(x > 0, 1 - t, t)
    return np.log1p(np.exp(-np.abs(x))) + times(other, np.abs(x))


def normalized(p):
    return p / p.sum(-1, keepdims=True)


def log_softmax(x):
    apart = x - x.max(-1, keepdims=True)
    return apart - np.log(np.exp(apart).sum(-1, keepdims=True))


def categorical(t, logs):
    return -times(t, logs).sum(-1)


def focal(t, p, cost):
    return (np.abs(t * (1 - p) + (1 - t) * p) ** 2 * cost).mean(-1)


def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))


def categorical_focal(t, p):
    p = clip(p)
    return -(0.25 * (1 - p) ** 2 * t * np.log(p)).sum(-1)


def huber(t, p):
    e = np.abs(p - t)
    return np.where(e <= 1, e * np.where(e <= 1, e, 1) / 2, e - 0.5).mean(-1)


def log_cosh(t, p):
    e = np.abs(p - t)
    return (e + np.log1p(np.exp(-2 * e)) - np.log(2)).mean(-1)


def logarithm(y):
    return np.log(np.maximum(y, LOW) + 1)


def unit(x):
    largest = np.abs(x).max(-1, keepdims=True)
    largest = np.where((largest == 0) | np.isinf(largest), 1, largest)
    length = largest * np.sqrt(((x / largest) ** 2).sum(-1, keepdims=True))
    return x / np.maximum(length, 1e-7)


def margins(t, p):
    signs = 2 * t - 1 if np.isin(t, (0, 1)).all() else t
    return np.maximum(1 - signs * p, 0)


def kullback_leibler(t, p):
    t, p = np.clip(t, LOW, 1), np.clip(p, LOW, 1)
    return (t * np.log(t / p)).sum(-1)


def poisson(t, p):
    return (p - times(t, np.log(p + LOW))).mean(-1)


def dice(t, p):
    return 1 - 2 * (t * p).sum(-1) / (t.sum(-1) + p.sum(-1) + LOW)


def tversky(t, p):
    common = (t * p).sum(-1)
    rest = ((1 - p) * t).sum(-1) / 2 + (p * (1 - t)).sum(-1) / 2
    return 1 - common / (common + rest + LOW)


def generalized(t, p):
    return (1 - np.sqrt(p[:, t])) / 0.5


HARD, SOFT = ("hard", "soft"), ("hard", "soft", "nothing")
LOGITS = {"from_logits": True}
#: what is checked → class, its arguments, kinds of targets, predictions, formula.
LAWS = {
    "MeanSquaredError": ({}, ("numbers", "nothing"), NUMBERS, lambda t, p: ((p - t) ** 2).mean(-1)),
    "MeanAbsoluteError": ({}, ("numbers", "nothing"), NUMBERS, lambda t, p: np.abs(p - t).mean(-1)),
    "MeanAbsolutePercentageError": (
        {}, ("signs", "soft"), NUMBERS,
        lambda t, p: 100 * (np.abs(t - p) / np.maximum(np.abs(t), LOW)).mean(-1),
    ),
    "MeanSquaredLogarithmicError": (
        {}, ("soft", "numbers"), NUMBERS,
        lambda t, p: ((logarithm(p) - logarithm(t)) ** 2).mean(-1),
    ),
    "CosineSimilarity": (
        {}, ("soft", "numbers", "nothing"), NUMBERS, lambda t, p: -(unit(t) * unit(p)).sum(-1),
    ),
    "Huber": ({}, ("numbers", "soft"), NUMBERS, huber),
    "LogCosh": ({}, ("numbers", "soft"), NUMBERS, log_cosh),
    "Hinge": ({}, ("hard", "signs"), NUMBERS, lambda t, p: margins(t, p).mean(-1)),
    "SquaredHinge": ({}, ("hard", "signs"), NUMBERS, lambda t, p: (margins(t, p) ** 2).mean(-1)),
    "CategoricalHinge": (
        {}, ("hard",), NUMBERS[np.isfinite(NUMBERS).all(-1)],
        lambda t, p: np.maximum(((1 - t) * p).max(-1) - (t * p).sum(-1) + 1, 0),
    ),
    "KLDivergence": ({}, SOFT, SHARES, kullback_leibler),
    "Poisson": ({}, ("soft", "nothing"), SHARES, poisson),
    "BinaryCrossentropy": ({}, SOFT, SHARES, lambda t, p: binary(t, p).mean(-1)),
    "BinaryCrossentropy of logits": (
        LOGITS, SOFT, NUMBERS, lambda t, x: binary_of_logits(t, x).mean(-1),
    ),
    "BinaryFocalCrossentropy": ({}, SOFT, SHARES, lambda t, p: focal(t, p, binary(t, p))),
    "BinaryFocalCrossentropy of logits": (
        LOGITS, SOFT, NUMBERS, lambda t, x: focal(t, sigmoid(x), binary_of_logits(t, x)),
    ),
    "CategoricalCrossentropy": (
        {}, SOFT, SHARES, lambda t, p: -(t * np.log(clip(normalized(p)))).sum(-1),
    ),
    "CategoricalCrossentropy of logits": (
        LOGITS, HARD, NUMBERS, lambda t, x: categorical(t, log_softmax(x)),
    ),
    "CategoricalFocalCrossentropy": (
        {}, SOFT, SHARES, lambda t, p: categorical_focal(t, normalized(p)),
    ),
    "CategoricalFocalCrossentropy of logits": (
        LOGITS, SOFT, NUMBERS, lambda t, x: categorical_focal(t, np.exp(log_softmax(x))),
    ),
    "SparseCategoricalCrossentropy": (
        {}, ("class",), SHARES, lambda t, p: -np.log(clip(normalized(p)))[:, t],
    ),
    "SparseCategoricalCrossentropy of logits": (
        LOGITS, ("class",), NUMBERS, lambda t, x: -log_softmax(x)[:, t],
    ),
    "CategoricalGeneralizedCrossEntropy": ({}, ("class",), SHARES, generalized),
    "Dice": ({"axis": -1}, SOFT, SHARES, dice),
    "Tversky": ({"axis": -1}, SOFT, SHARES, tversky),
}  # fmt: skip
CASES = [(name, kind) for name, (_, kinds, _, _) in LAWS.items() for kind in kinds]


def loss_of(name, kind):
    """The loss as a function of predictions, and of them in float64."""
    arguments, _, predictions, formula = LAWS[name]
    loss = getattr(losses, name.split()[0])(reduction=None, **arguments)
    target = TARGETS[kind]

    def of_rows(p):
        if kind == "class":
            return loss(np.full(p.shape[0], target, "int32"), p)
        return loss(Tensor(np.tile(np.array(target, "float32"), (p.shape[0], 1))), p)

    wide = target if kind == "class" else np.array(np.array(target, "float32"), "float64")
    return of_rows, lambda p: formula(wide, p), predictions


@pytest.mark.parametrize("name, kind", CASES)
def test_a_loss_has_true_slopes_at_edges(name, kind):
    check_rows(*loss_of(name, kind))


@pytest.mark.parametrize("engine", ENGINES[1:])
@pytest.mark.parametrize("name", LAWS)
def test_a_loss_has_the_same_bits_at_edges_in_every_engine(name, engine):
    function, _, predictions = loss_of(name, LAWS[name][1][0])
    check_same_bits(engine, value_and_row_slopes(function, 1.0), predictions[::2].copy())


def test_circle_has_true_slopes_where_vectors_agree():
    """All rows at once, as one: each sample is compared with the others."""
    labels = np.array([0, 0, 1], "int32")

    def function(x):
        return losses.Circle(reduction=None, gamma=2.0)(labels, x.reshape((3, 2))).reshape((1, 3))

    def formula(x):
        found = []
        for row in x:
            vectors = row.reshape(3, 2)
            apart = np.maximum(1 - vectors @ vectors.T, 0)
            pull = -2.0 * (0.4 + apart) * (0.4 - apart)
            push = 2.0 * np.maximum(1.4 - apart, 0) * (0.6 - apart)
            alike = labels[:, None] == labels
            near, far = alike & ~np.eye(3, dtype=bool), ~alike
            sums = [[np.log(np.exp(v[i][w[i]]).sum()) if w[i].any() else -1e30 for i in range(3)]
                    for v, w in ((pull, near), (push, far))]  # fmt: skip
            found.append(np.logaddexp(0, np.sum(sums, 0)))
        return np.array(found)

    for row in ([1, 0, 1, 0, 0, 1], [0.6, 0.8, 1, 0, -1, 0], [0, 0, 0, 0, 0, 0]):
        check_rows(function, formula, np.array([row], "float32"), [1.0, 0.5, -2.0])


def test_every_loss_is_in_the_law():
    made = {n for n, c in vars(losses).items() if inspect.isclass(c) and issubclass(c, losses.Loss)}
    bases = {"Loss", "LossFunctionWrapper", "FormulaLoss"}
    elsewhere = {"CTC", "Circle"}  # of sequences: tests/losses/test_ctc.py; of pairs: above
    assert made - bases - elsewhere == {name.split()[0] for name in LAWS}
