"""Each loss as a formula of NumPy in float64, written without a look at ours; and its data."""

import numpy as np

EPSILON = 1e-7


def clip(p):
    return np.clip(p, EPSILON, 1 - EPSILON)


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def unit(x):
    return x / np.sqrt((x**2).sum(-1, keepdims=True))


def hinge_margin(t, p):
    return np.maximum(1 - (2 * t - 1) * p, 0)


def binary(t, p):
    p = clip(p)
    return -(t * np.log(p) + (1 - t) * np.log(1 - p))


def huber(t, p, delta=1.0):
    e = np.abs(t - p)
    return np.where(e <= delta, e**2 / 2, delta * (e - delta / 2))


def focal(t, p, alpha, gamma, balanced):
    right = np.where(t == 1, p, 1 - p)
    weight = np.where(t == 1, alpha, 1 - alpha) if balanced else 1.0
    return weight * (1 - right) ** gamma * binary(t, p)


# Name → (kind of data, values per sample). The function's name is the class's in snake case.
FORMULAS = {
    "MeanSquaredError": ("numbers", lambda t, p: ((t - p) ** 2).mean(-1)),
    "MeanAbsoluteError": ("numbers", lambda t, p: np.abs(t - p).mean(-1)),
    "MeanAbsolutePercentageError": (
        "numbers",
        lambda t, p: 100 * (np.abs(t - p) / np.maximum(np.abs(t), EPSILON)).mean(-1),
    ),
    "MeanSquaredLogarithmicError": (
        "counts",
        lambda t, p: ((np.log1p(t.clip(EPSILON)) - np.log1p(p.clip(EPSILON))) ** 2).mean(-1),
    ),
    "Huber": ("numbers", lambda t, p: huber(t, p).mean(-1)),
    "LogCosh": ("numbers", lambda t, p: np.log(np.cosh(p - t)).mean(-1)),
    "CosineSimilarity": ("numbers", lambda t, p: -(unit(t) * unit(p)).sum(-1)),
    "BinaryCrossentropy": ("binary", lambda t, p: binary(t, p).mean(-1)),
    "BinaryFocalCrossentropy": ("binary", lambda t, p: focal(t, p, 0.25, 2.0, False).mean(-1)),
    "CategoricalCrossentropy": ("one-hot", lambda t, p: -(t * np.log(p)).sum(-1)),
    "CategoricalFocalCrossentropy": (
        "one-hot",
        lambda t, p: -(0.25 * (1 - p) ** 2 * t * np.log(p)).sum(-1),
    ),
    "SparseCategoricalCrossentropy": (
        "classes",
        lambda t, p: -np.log(np.take_along_axis(p, t[..., None], -1)[..., 0]),
    ),
    "CategoricalGeneralizedCrossEntropy": (
        "classes",
        lambda t, p: (1 - np.sqrt(np.take_along_axis(p, t[..., None], -1)[..., 0])) / 0.5,
    ),
    "KLDivergence": (
        "one-hot",
        lambda t, p: (t.clip(EPSILON) * np.log(t.clip(EPSILON) / p.clip(EPSILON))).sum(-1),
    ),
    "Poisson": ("counts", lambda t, p: (p - t * np.log(p + EPSILON)).mean(-1)),
    "Hinge": ("binary", lambda t, p: hinge_margin(t, p).mean(-1)),
    "SquaredHinge": ("binary", lambda t, p: (hinge_margin(t, p) ** 2).mean(-1)),
    "CategoricalHinge": (
        "one-hot",
        lambda t, p: np.maximum(1 + ((1 - t) * p).max(-1) - (t * p).sum(-1), 0),
    ),
}
FUNCTIONS = {
    "Huber": "huber",
    "KLDivergence": "kl_divergence",
    "CategoricalGeneralizedCrossEntropy": "categorical_generalized_cross_entropy",
}


def function_name(loss):
    """The name of the function that a loss class is made of."""
    inside = [f"_{c.lower()}" if c.isupper() else c for c in loss]
    return FUNCTIONS.get(loss, "".join(inside).strip("_"))


def make_data(kind, rng, shape=(6, 4)):
    """Targets and predictions, in float32 or int32, that a loss of this kind is made for."""
    raw = rng.normal(size=shape)
    if kind == "numbers":
        return rng.normal(size=shape).astype("float32"), raw.astype("float32")
    if kind == "counts":
        return (
            rng.poisson(3.0, size=shape).astype("float32"),
            np.exp(raw).astype("float32"),
        )
    if kind == "binary":
        return (
            (rng.random(shape) < 0.4).astype("float32"),
            sigmoid(raw).astype("float32"),
        )
    classes = rng.integers(shape[-1], size=shape[:-1])
    predictions = softmax(raw).astype("float32")
    if kind == "classes":
        return classes.astype("int32"), predictions
    return np.eye(shape[-1], dtype="float32")[classes], predictions
