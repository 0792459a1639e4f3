"""Losses and metrics beside those of the real Keras, over random data."""

import importlib.util
import os

import numpy as np
import pytest

from kerasish import losses, metrics, ops
from tests.losses.formulas import FORMULAS, function_name, make_data

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64:UserWarning"),  # JAX's
    pytest.mark.skipif(
        not (importlib.util.find_spec("keras") and importlib.util.find_spec("jax")),
        reason="Keras with JAX is not installed, so there is nothing to compare with.",
    ),
]

SAMPLEWISE = {
    **{name: kind for name, (kind, _) in FORMULAS.items()},
    "Circle": "unit vectors",
    "Dice": "binary",
    "Tversky": "binary",
}
ARGUMENTS = {
    "Huber": [{"delta": 0.3}],
    "CosineSimilarity": [{"axis": 1}],
    "BinaryCrossentropy": [{"from_logits": True}, {"label_smoothing": 0.2}],
    "BinaryFocalCrossentropy": [{"apply_class_balancing": True, "alpha": 0.1, "gamma": 3.0}],
    "CategoricalCrossentropy": [{"from_logits": True}, {"label_smoothing": 0.2}],
    "CategoricalFocalCrossentropy": [{"from_logits": True, "alpha": 0.7, "gamma": 1.0}],
    "SparseCategoricalCrossentropy": [{"from_logits": True}, {"ignore_class": 1}],
    "CategoricalGeneralizedCrossEntropy": [{"q": 0.2}],
    "Tversky": [{"alpha": 0.2, "beta": 0.9}],
    "Circle": [{"gamma": 3.0, "margin": 0.1, "remove_diagonal": False}],
}
METRICS = {
    "Accuracy": ("classes twice", {}),
    "BinaryAccuracy": ("binary", {"threshold": 0.3}),
    "CategoricalAccuracy": ("one-hot", {}),
    "SparseCategoricalAccuracy": ("classes", {}),
    "TopKCategoricalAccuracy": ("one-hot", {"k": 2}),
    "SparseTopKCategoricalAccuracy": ("classes", {"k": 2}),
    "MeanSquaredError": ("numbers", {}),
    "RootMeanSquaredError": ("numbers", {}),
    "LogCoshError": ("numbers", {}),
    "CosineSimilarity": ("numbers", {}),
    "PearsonCorrelation": ("numbers", {}),
    "ConcordanceCorrelation": ("numbers", {}),
    "R2Score": ("numbers", {"class_aggregation": "variance_weighted_average"}),
    "BinaryCrossentropy": ("binary", {"label_smoothing": 0.1}),
    "SparseCategoricalCrossentropy": ("classes", {"ignore_class": 1}),
    "KLDivergence": ("one-hot", {}),
    "CategoricalHinge": ("one-hot", {}),
    "TruePositives": ("binary", {"thresholds": [0.2, 0.6]}),
    "FalseNegatives": ("binary", {}),
    "Precision": ("binary", {"top_k": 2}),
    "Recall": ("binary", {"thresholds": [0.0, 0.5, 1.0], "class_id": 1}),
    "SensitivityAtSpecificity": ("binary", {"specificity": 0.6}),
    "SpecificityAtSensitivity": ("binary", {"sensitivity": 0.6}),
    "PrecisionAtRecall": ("binary", {"recall": 0.6}),
    "RecallAtPrecision": ("binary", {"precision": 0.6}),
    "F1Score": ("binary", {"average": "macro", "threshold": 0.4}),
    "FBetaScore": ("binary", {"average": "weighted", "beta": 2.0}),
    "MeanIoU": ("classes twice", {"num_classes": 4, "dtype": "float32"}),
    "OneHotMeanIoU": ("one-hot", {"num_classes": 4, "dtype": "float32"}),
}


@pytest.fixture(scope="module")
def keras():
    os.environ.setdefault("KERAS_BACKEND", "jax")
    return importlib.import_module("keras")


def data_for(kind, seed, shape=(8, 4)):
    rng = np.random.default_rng(seed)
    if kind == "classes twice":
        return rng.integers(4, size=(2, 8)).astype("int32")
    if kind == "unit vectors":
        rows = rng.normal(size=shape)
        unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return rng.integers(3, size=shape[0]).astype("int32"), unit.astype("float32")
    return make_data(kind, rng, shape)


CASES = [(name, given) for name in SAMPLEWISE for given in [{}, *ARGUMENTS.get(name, [])]]
REDUCTIONS = ["sum_over_batch_size", "sum", "mean_with_sample_weight", None]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name, given", CASES)
def test_a_loss_is_kerass(name, given, reduction, weighted, keras):
    for seed in range(3):
        y_true, y_pred = data_for(SAMPLEWISE[name], seed)
        one_value = name in ("Dice", "Tversky") or given.get("axis") == 1
        weight = np.random.default_rng(seed).random(len(y_true)).astype("float32")
        batch = (y_true, y_pred, weight if weighted and not one_value else None)
        ours = getattr(losses, name)(reduction=reduction, **given)(*batch)
        theirs = getattr(keras.losses, name)(reduction=reduction, **given)(*batch)
        np.testing.assert_allclose(ours.numpy(), np.asarray(theirs), rtol=3e-5, atol=1e-5)


@pytest.mark.parametrize("name", FORMULAS)
def test_a_loss_function_is_kerass(name, keras):
    y_true, y_pred = data_for(SAMPLEWISE[name], 5, (2, 5, 4))
    extra = {"q": 0.5} if "Generalized" in name else {}
    ours = getattr(losses, function_name(name))(y_true, y_pred, **extra)
    theirs = getattr(keras.losses, function_name(name))(y_true, y_pred, **extra)
    np.testing.assert_allclose(ours.numpy(), np.asarray(theirs), rtol=3e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["BinaryCrossentropy", "CategoricalCrossentropy", "Hinge"])
def test_the_gradient_is_kerass(name, keras):
    import jax

    y_true, y_pred = data_for(SAMPLEWISE[name], 1)
    tensor = ops.convert_to_tensor(y_pred).requires_grad_()
    getattr(losses, name)()(y_true, tensor).backward()
    theirs = jax.grad(lambda p: getattr(keras.losses, name)()(y_true, p))(y_pred)
    np.testing.assert_allclose(tensor.grad.numpy(), np.asarray(theirs), rtol=1e-4, atol=1e-6)


def test_ctc_is_kerass_and_so_is_its_gradient(keras):
    import jax

    rng = np.random.default_rng(0)
    logits = rng.normal(size=(5, 9, 4)).astype("float32")
    labels = np.array([[1, 2, 1, 0], [2, 2, 3, 3], [1, 0, 0, 0], [0, 0, 0, 0], [1, 2, 0, 2]])
    tensor = ops.convert_to_tensor(logits).requires_grad_()
    ours = losses.CTC(reduction="sum")(labels, tensor)
    ours.backward()
    loss = keras.losses.CTC(reduction="sum")
    theirs, gradient = jax.value_and_grad(lambda x: loss(labels, x))(logits)
    assert float(ours) == pytest.approx(float(theirs), rel=1e-5)
    np.testing.assert_allclose(tensor.grad.numpy(), np.asarray(gradient), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", METRICS)
def test_a_metric_is_kerass(name, weighted, keras):
    kind, given = METRICS[name]
    ours, theirs = getattr(metrics, name)(**given), getattr(keras.metrics, name)(**given)
    for seed in range(3):
        batch = data_for(kind, seed)
        weight = np.random.default_rng(seed).random(8).astype("float32") if weighted else None
        ours.update_state(*batch, sample_weight=weight)
        theirs.update_state(*batch, sample_weight=weight)
    np.testing.assert_allclose(
        ours.result().numpy(), np.asarray(theirs.result()), rtol=1e-4, atol=1e-5
    )
    assert [v.shape for v in ours.variables] == [tuple(v.shape) for v in theirs.variables]
    assert [v.name for v in ours.variables] == [v.name for v in theirs.variables]


@pytest.mark.parametrize("curve", ["ROC", "PR", "PRGAIN"])
@pytest.mark.parametrize("method", ["interpolation", "majoring", "minoring"])
@pytest.mark.parametrize("thresholds", [None, [0.1, 0.35, 0.8]])
@pytest.mark.parametrize("multi_label", [False, True])
def test_an_area_is_kerass(multi_label, thresholds, method, curve, keras):
    given = {
        "curve": curve,
        "summation_method": method,
        "thresholds": thresholds,
        "multi_label": multi_label,
        "label_weights": [1.0, 2.0, 3.0, 4.0],
    }
    ours, theirs = metrics.AUC(**given), keras.metrics.AUC(**given)
    for seed in range(3):
        y_true, y_pred = data_for("binary", seed, (20, 4))
        weight = np.random.default_rng(seed).random(20).astype("float32")
        ours.update_state(y_true, y_pred, sample_weight=weight)
        theirs.update_state(y_true, y_pred, sample_weight=weight)
    np.testing.assert_allclose(float(ours.result()), float(theirs.result()), rtol=2e-4, atol=1e-5)


@pytest.mark.parametrize("room", ["losses", "metrics"])
def test_configs_are_kerass(room, keras):
    ours, theirs = {"losses": losses, "metrics": metrics}[room], getattr(keras, room)
    for name in sorted(set(ours.__all__) & set(dir(theirs))):
        if not name[0].isupper() or name in ("Loss", "Metric", "MeanMetricWrapper"):
            continue
        needed = {
            "IoU": {"num_classes": 3, "target_class_ids": [0]},
            "OneHotIoU": {"num_classes": 3, "target_class_ids": [0]},
            "MeanIoU": {"num_classes": 3},
            "OneHotMeanIoU": {"num_classes": 3},
        }.get(name, METRICS.get(name, (None, {}))[1] if "At" in name else {})
        given = {**needed, "name": "mine"}
        config = getattr(ours, name)(**given).get_config()
        assert config == getattr(theirs, name)(**given).get_config(), name
        assert type(getattr(theirs, name).from_config(config)).__name__ == name


def test_public_names_are_kerass(keras):
    for ours, theirs in ((losses, keras.losses), (metrics, keras.metrics)):
        public = {n for n in dir(theirs) if not n.startswith("_")}
        assert set(ours.__all__) == public


def test_logits_far_from_zero_stay_finite(keras):
    x = np.array([[-90.0, 0.0, 90.0]], "float32")
    for name, t in (
        ("BinaryCrossentropy", [[1.0, 1.0, 0.0]]),
        ("CategoricalCrossentropy", [[1.0, 0, 0]]),
    ):
        t = np.array(t, "float32")
        ours = getattr(losses, name)(from_logits=True)(t, x)
        theirs = getattr(keras.losses, name)(from_logits=True)(t, x)
        assert float(ours) == pytest.approx(float(theirs), rel=1e-6)
