"""Programs of losses and metrics: every class, its options, weights, several updates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.parity.fuzz.drawing import Draw, arguments_text, array_text
from tests.parity.fuzz.programs import Program

Shape = tuple[int, ...]
Options = dict[str, Any]

# Pairs of targets and predictions, as source text.


def numbers(draw: Draw, shape: Shape) -> tuple[str, str]:
    """Any numbers, now and then with exact hits and ties."""
    kind = draw.pick(["ordinary", "ordinary", "ties"])
    return draw.array(shape, "float32", kind), draw.array(shape, "float32", kind)


def positives(draw: Draw, shape: Shape) -> tuple[str, str]:
    """Numbers above 0."""
    return draw.array(shape, "float32", "positive"), draw.array(shape, "float32", "positive")


def binary(draw: Draw, shape: Shape) -> tuple[str, str]:
    """Zeros and ones, and probabilities that are now and then exactly 0 or 1."""
    chances = draw.values(shape, "float32", "unit")
    if draw.yes(0.4):
        chances = np.where(draw.rng.random(shape) < 0.2, np.round(chances), chances)
    dtype = draw.pick(["float32", "int32", "bool"])
    targets = draw.rng.integers(0, 2, shape)
    return array_text(targets.astype(dtype), dtype), array_text(chances, "float32")


def signs(draw: Draw, shape: Shape) -> tuple[str, str]:
    """-1 and 1, or 0 and 1, and any numbers."""
    targets = draw.rng.integers(0, 2, shape) * 2.0 - draw.pick([1.0, 1.0, 0.0])
    return array_text(np.minimum(targets, 1), "float32"), draw.array(shape, "float32")


def one_hot(draw: Draw, shape: Shape) -> tuple[str, str]:
    """One-hot rows, and rows of probabilities."""
    targets = np.eye(shape[-1])[draw.rng.integers(0, shape[-1], shape[:-1])]
    return array_text(targets, "float32"), array_text(_chances(draw, shape), "float32")


def classes(draw: Draw, shape: Shape) -> tuple[str, str]:
    """Class numbers, and rows of probabilities."""
    targets = draw.rng.integers(0, shape[-1], shape[:-1])
    return array_text(targets, draw.pick(["int32", "uint8", "float32"])), array_text(
        _chances(draw, shape), "float32"
    )


def class_pairs(draw: Draw, shape: Shape) -> tuple[str, str]:
    """Class numbers twice."""
    pair = [array_text(draw.rng.integers(0, 4, shape[:-1]), "int32") for _ in range(2)]
    return pair[0], pair[1]


def unit_rows(draw: Draw, shape: Shape) -> tuple[str, str]:
    """Class numbers, and rows of length 1."""
    rows = draw.rng.normal(size=(6, shape[-1]))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return array_text(draw.rng.integers(0, 3, 6), "int32"), array_text(rows, "float32")


def _chances(draw: Draw, shape: Shape) -> Any:
    scores = draw.rng.uniform(0.02, 1, shape)
    return scores / scores.sum(-1, keepdims=True)


Pair = Callable[[Draw, Shape], tuple[str, str]]
LOGITS = {"from_logits": [True, False]}
SMOOTHED = {**LOGITS, "label_smoothing": [0.0, 0.1, 0.5]}

# Class → data and the values that its options may have.
LOSSES: dict[str, tuple[Pair, dict[str, list[Any]]]] = {
    "MeanSquaredError": (numbers, {}), "MeanAbsoluteError": (numbers, {}),
    "MeanAbsolutePercentageError": (positives, {}), "MeanSquaredLogarithmicError": (positives, {}),
    "LogCosh": (numbers, {}), "Huber": (numbers, {"delta": [0.5, 1.0, 3]}),
    "CosineSimilarity": (numbers, {"axis": [-1, 0]}),
    "Poisson": (positives, {}), "KLDivergence": (one_hot, {}),
    "Hinge": (signs, {}), "SquaredHinge": (signs, {}), "CategoricalHinge": (one_hot, {}),
    "BinaryCrossentropy": (binary, SMOOTHED),
    "BinaryFocalCrossentropy": (binary, {**SMOOTHED, "apply_class_balancing": [True],
                                         "alpha": [0.1, 0.6], "gamma": [0.0, 1.0, 2.5]}),
    "CategoricalCrossentropy": (one_hot, SMOOTHED),
    "CategoricalFocalCrossentropy": (one_hot, {**SMOOTHED, "alpha": [0.5], "gamma": [0.0, 1.0]}),
    "SparseCategoricalCrossentropy": (classes, {**LOGITS, "ignore_class": [0, 1]}),
    "CategoricalGeneralizedCrossEntropy": (classes, {"q": [0.2, 0.9]}),
    "Dice": (binary, {}), "Tversky": (binary, {"alpha": [0.2, 0.7], "beta": [0.4]}),
    "Circle": (unit_rows, {"gamma": [2.0, 10.0], "margin": [0.1], "remove_diagonal": [False]}),
}  # fmt: skip
KINKED_AT_HITS = {"MeanAbsoluteError"}  # where a subgradient is a convention
NOT_DRAWN = {"Loss", "CTC"}  # a base class; `ops.ctc_loss` draws what is under the other

CURVES = {"num_thresholds": [5, 20], "class_id": [1]}
THRESHOLDS = {"thresholds": [0.3, [0.2, 0.5, 0.9], [0.0, 1.0]]}
METRICS: dict[str, tuple[Pair, dict[str, list[Any]]]] = {
    **{name: LOSSES[name] for name in (
        "MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError",
        "MeanSquaredLogarithmicError", "CosineSimilarity", "Poisson", "KLDivergence", "Hinge",
        "SquaredHinge", "CategoricalHinge", "BinaryCrossentropy", "CategoricalCrossentropy",
        "SparseCategoricalCrossentropy")},
    "LogCoshError": (numbers, {}), "RootMeanSquaredError": (numbers, {}),
    "Accuracy": (class_pairs, {}), "BinaryAccuracy": (binary, {"threshold": [0.3]}),
    "CategoricalAccuracy": (one_hot, {}), "SparseCategoricalAccuracy": (classes, {}),
    "TopKCategoricalAccuracy": (one_hot, {"k": [1, 2]}),
    "SparseTopKCategoricalAccuracy": (classes, {"k": [1, 2]}),
    "AUC": (binary, {"num_thresholds": [5, 20], "curve": ["PR", "ROC"], "multi_label": [True],
                     "summation_method": ["majoring", "minoring"], "thresholds": [[0.2, 0.5]]}),
    **dict.fromkeys(["TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives"],
                    (binary, THRESHOLDS)),
    **dict.fromkeys(["Precision", "Recall"], (binary, {**THRESHOLDS, "class_id": [0, 1]})),
    "SensitivityAtSpecificity": (binary, CURVES), "SpecificityAtSensitivity": (binary, CURVES),
    "PrecisionAtRecall": (binary, CURVES), "RecallAtPrecision": (binary, CURVES),
    "F1Score": (binary, {"average": ["micro", "macro", "weighted"], "threshold": [0.4]}),
    "FBetaScore": (binary, {"average": ["micro", "macro"], "beta": [0.5, 2.0],
                            "threshold": [0.4]}),
    "PearsonCorrelation": (numbers, {}), "ConcordanceCorrelation": (numbers, {}),
    "R2Score": (numbers, {"class_aggregation": [None, "variance_weighted_average"],
                          "num_regressors": [1]}),
    "IoU": (class_pairs, {"ignore_class": [0]}), "MeanIoU": (class_pairs, {"ignore_class": [0]}),
    "OneHotIoU": (one_hot, {}), "OneHotMeanIoU": (one_hot, {}),
    "BinaryIoU": (binary, {"threshold": [0.3], "target_class_ids": [[1]]}),
    "Mean": (numbers, {}), "Sum": (numbers, {}),
}  # fmt: skip
METRICS_NOT_DRAWN = {"Metric", "MeanMetricWrapper"}  # base classes

NEEDED: dict[str, Options] = {
    "IoU": {"num_classes": 4, "target_class_ids": [0, 2]}, "MeanIoU": {"num_classes": 4},
    "OneHotIoU": {"num_classes": 4, "target_class_ids": [0, 2]},
    "OneHotMeanIoU": {"num_classes": 4}, "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5}, "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
}  # fmt: skip


def options(draw: Draw, choices: dict[str, list[Any]]) -> Options:
    """Return some of the options, each with one of its values."""
    return {name: draw.pick(choices[name]) for name in draw.some(sorted(choices))}


def weights(draw: Draw, shape: Shape) -> str:
    """Return the text of weights of the samples of a target of some shape, or None.

    With a third axis, Keras takes a weight for each sample as one for each place along the last
    axis of what is summed; for Keras they are drawn with an axis more, which says what is meant.
    """
    if draw.yes(0.5):
        return "None"
    values = draw.values(shape[:1], "float32", "unit")
    values = np.where(draw.rng.random(shape[0]) < 0.2, 0, values)
    told = draw.keras or draw.yes()
    return array_text(values.reshape(-1, *(1,) * (len(shape) - 2)) if told else values, "float32")


def draw_loss(draw: Draw) -> Program:
    """Draw a program of a loss: its value or its gradient."""
    name = draw.pick(sorted(LOSSES))
    pair, choices = LOSSES[name]
    shape = (*draw.shape(1, 2, empty=False), draw.integer(2, 4))
    given = options(draw, choices)
    if draw.yes(0.5):
        given["reduction"] = draw.pick(["sum", "mean_with_sample_weight", None])
    y, p = pair(draw, shape)
    if given.get("from_logits"):
        p = draw.array(shape, "float32", "ordinary")
    one_value = name in ("Dice", "Tversky", "Circle") or given.get("axis") == 0
    w = "None" if one_value else weights(draw, shape)
    gradient = draw.yes()
    if gradient and name in KINKED_AT_HITS:
        p = draw.array(shape, "float32")
    text = f"""y = {y}
p = {p}
w = {w}
loss = K.losses.{name}({arguments_text(given)})
result = {"gradient" if gradient else "call"}(lambda p: loss(y, p, sample_weight=w), p)"""
    return Program(draw.area, draw.seed, text, name, frozenset({"gradient"} if gradient else ()))


def draw_metric(draw: Draw) -> Program:
    """Draw a program of a metric: updated, read, reset, updated and read again."""
    name = draw.pick(sorted(METRICS))
    pair, choices = METRICS[name]
    given = {**NEEDED.get(name, {}), **options(draw, choices)}
    columns = 4 if name in NEEDED else draw.integer(2, 4)
    if given.get("from_logits"):
        pair = _with_logits(pair)
    batches = []
    for _ in range(draw.integer(1, 3)):
        rows = draw.integer(1, 6)
        y, p = pair(draw, (rows, columns))
        w = weights(draw, (rows, columns))
        batches.append(f"({p}, {w})" if name in ("Mean", "Sum") else f"({y}, {p}, {w})")
    text = f"""batches = [{", ".join(batches)}]
metric = K.metrics.{name}({arguments_text(given)})
metric = type(metric).from_config(metric.get_config())
for batch in batches:
    metric.update_state(*batch[:-1], sample_weight=batch[-1])
all_of_them = metric.result()
metric.reset_state()
metric.update_state(*batches[0][:-1], sample_weight=batches[0][-1])
result = {{"all": all_of_them, "first": metric.result()}}"""
    return Program(draw.area, draw.seed, text, name)


def _with_logits(pair: Pair) -> Pair:
    def drawn(draw: Draw, shape: Shape) -> tuple[str, str]:
        return pair(draw, shape)[0], draw.array(shape, "float32")

    return drawn
