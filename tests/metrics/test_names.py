import numpy as np
import pytest

from kerasish import initializers, layers, losses, metrics

CLASSES = [n for n in metrics.__all__ if n[0].isupper() and n not in ("Metric",)]
ARGUMENTS = {
    "MeanMetricWrapper": {"fn": losses.binary_crossentropy, "from_logits": True},
    "BinaryAccuracy": {"threshold": 0.3},
    "SparseTopKCategoricalAccuracy": {"k": 2, "from_sorted_ids": True},
    "CosineSimilarity": {"axis": 1},
    "AUC": {"thresholds": [0.2, 0.7], "curve": "PR", "multi_label": True, "label_weights": [1, 2]},
    "Precision": {"thresholds": [0.2, 0.7], "top_k": 2, "class_id": 1},
    "SensitivityAtSpecificity": {"specificity": 0.3, "num_thresholds": 7, "class_id": 1},
    "SpecificityAtSensitivity": {"sensitivity": 0.3},
    "PrecisionAtRecall": {"recall": 0.3},
    "RecallAtPrecision": {"precision": 0.3},
    "FBetaScore": {"beta": 2.0, "average": "micro", "threshold": 0.3},
    "F1Score": {"average": "micro", "threshold": 0.3},
    "IoU": {"num_classes": 3, "target_class_ids": [0, 2], "ignore_class": 1, "axis": 1},
    "BinaryIoU": {"target_class_ids": [1], "threshold": 0.3},
    "MeanIoU": {"num_classes": 3, "sparse_y_pred": False},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [0, 2], "sparse_y_pred": True},
    "OneHotMeanIoU": {"num_classes": 3, "ignore_class": 1},
    "R2Score": {"class_aggregation": None, "num_regressors": 3},
}


@pytest.mark.parametrize("name", CLASSES)
def test_a_metric_is_made_again_from_its_config(name):
    given = ARGUMENTS.get(name, {})
    metric = getattr(metrics, name)(**given, name="mine", dtype="float32")
    config = metrics.serialize(metric)
    assert (config["module"], config["class_name"]) == ("keras.metrics", name)
    assert set(given) | {"name", "dtype"} <= set(config["config"])
    for again in (metrics.deserialize(config), metrics.get(config)):
        assert type(again) is type(metric)
        assert again.get_config() == metric.get_config()


@pytest.mark.parametrize("name", CLASSES)
def test_a_metric_can_be_made_from_its_name_in_either_style(name):
    if set(ARGUMENTS.get(name, {})) & {"num_classes", "fn", "specificity", "sensitivity"}:
        return
    if name in ("PrecisionAtRecall", "RecallAtPrecision"):
        return
    assert type(metrics.get(name)) is getattr(metrics, name)
    assert type(metrics.get(getattr(metrics, name))) is getattr(metrics, name)


@pytest.mark.parametrize(
    "alias, name",
    [
        ("mse", "MeanSquaredError"),
        ("MSE", "MeanSquaredError"),
        ("mae", "MeanAbsoluteError"),
        ("mape", "MeanAbsolutePercentageError"),
        ("MSLE", "MeanSquaredLogarithmicError"),
        ("bce", "BinaryCrossentropy"),
        ("accuracy", "Accuracy"),
        ("sparse_categorical_accuracy", "SparseCategoricalAccuracy"),
        ("auc", "AUC"),
        ("kl_divergence", "KLDivergence"),
    ],
)
def test_short_names_stand_for_objects(alias, name):
    assert type(metrics.get(alias)) is getattr(metrics, name)


def test_get_passes_through_what_is_one_already():
    metric = metrics.Mean()
    assert metrics.get(metric) is metric
    assert metrics.get(metrics.binary_accuracy) is metrics.binary_accuracy
    assert metrics.get(None) is None


@pytest.mark.parametrize("identifier", ["no such metric", 3, "acc"])
def test_what_stands_for_nothing_is_refused(identifier):
    with pytest.raises(ValueError, match="Could not interpret metric identifier"):
        metrics.get(identifier)


def test_a_function_is_described_by_its_name():
    config = metrics.serialize(metrics.binary_accuracy)
    assert metrics.deserialize(config) is metrics.binary_accuracy


def test_a_function_of_the_module_is_not_hidden_by_a_file_of_its_name():
    found = metrics.hinge(np.array([[1.0, -1.0]]), np.array([[0.5, -2.0]]))
    assert found.tolist() == [0.25]
    for module in (metrics, losses, layers, initializers):
        hidden = [n for n in module.__all__ if not callable(getattr(module, n))]
        assert hidden == []
