import numpy as np
import pytest

from kerasish import metrics
from kerasish.backend.discovery import get

COUNTS = {
    "TruePositives": lambda t, p: t & p,
    "FalsePositives": lambda t, p: ~t & p,
    "TrueNegatives": lambda t, p: ~t & ~p,
    "FalseNegatives": lambda t, p: t & ~p,
}


@pytest.fixture
def data():
    rng = np.random.default_rng(12)
    t = rng.random((40, 3)) < 0.4
    p = np.clip(t * 0.3 + rng.random((40, 3)) * 0.8, 0, 1).astype("float32")
    p[0], p[1] = 0.0, 1.0
    return t, p, rng.random(40).astype("float32")


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("thresholds", [None, 0.25, [0.2, 0.9], [0.0, 0.5, 1.0]])
@pytest.mark.parametrize("name", COUNTS)
def test_counts(name, thresholds, weighted, data):
    t, p, weight = data
    metric = getattr(metrics, name)(thresholds=thresholds)
    for half in (slice(20), slice(20, 40)):
        metric.update_state(t[half], p[half], weight[half] if weighted else None)
    spread = np.repeat(weight[:, None], 3, 1) if weighted else np.ones_like(p)
    limits = np.atleast_1d(0.5 if thresholds is None else thresholds)
    wanted = [(COUNTS[name](t, p > limit) * spread).sum(dtype="float64") for limit in limits]
    wanted = wanted if isinstance(thresholds, list) else wanted[0]
    np.testing.assert_allclose(metric.result().numpy(), wanted, rtol=1e-5)
    metric.reset_state()
    assert not metric.accumulator.numpy().any()


@pytest.mark.parametrize("thresholds", [None, [0.2, 0.9], [0.0, 0.25, 0.5, 0.75, 1.0]])
@pytest.mark.parametrize("class_id", [None, 1])
@pytest.mark.parametrize(
    "name, error", [("Precision", "FalsePositives"), ("Recall", "FalseNegatives")]
)
def test_precision_and_recall(name, error, class_id, thresholds, data):
    t, p, weight = data
    result = getattr(metrics, name)(thresholds, class_id=class_id)(t, p, weight)
    t, p = (t, p) if class_id is None else (t[:, [class_id]], p[:, [class_id]])
    limits = 0.5 if thresholds is None else np.array(thresholds)[:, None, None]
    axes = (-2, -1)
    right = (COUNTS["TruePositives"](t, p > limits) * weight[:, None]).sum(axes)
    wrong = (COUNTS[error](t, p > limits) * weight[:, None]).sum(axes)
    wanted = np.where(right + wrong > 0, right / np.maximum(right + wrong, 1e-30), 0)
    np.testing.assert_allclose(result.numpy(), wanted, rtol=1e-5)


@pytest.mark.parametrize("k", [1, 2])
def test_only_the_k_highest_count(k, data):
    t, p, _ = data
    highest = np.zeros_like(t)
    np.put_along_axis(highest, np.argsort(-p, -1, kind="stable")[:, :k], True, -1)
    right = (t & highest).sum()
    assert float(metrics.Precision(top_k=k)(t, p)) == pytest.approx(right / highest.sum())
    assert float(metrics.Recall(top_k=k)(t, p)) == pytest.approx(right / t.sum())


@pytest.mark.parametrize("multi_label", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("thresholds", [None, [0.1, 0.45, 0.7]])
def test_the_area_under_roc_is_that_of_its_trapezia(thresholds, weighted, multi_label, data):
    t, p, weight = data
    metric = metrics.AUC(num_thresholds=50, thresholds=thresholds, multi_label=multi_label)
    for half in (slice(20), slice(20, 40)):
        metric.update_state(t[half], p[half], weight[half] if weighted else None)
    inner = np.arange(1, 49) / 49 if thresholds is None else np.array(thresholds)
    limits = np.concatenate([[-1e-7], inner, [1 + 1e-7]]).astype("float32")
    spread = np.repeat(weight[:, None], 3, 1) if weighted else np.ones_like(p)

    def area(t, p, w):
        recall = [w[t & (p > limit)].sum() / w[t].sum() for limit in limits]
        alarms = [w[~t & (p > limit)].sum() / w[~t].sum() for limit in limits]
        return -np.trapezoid(recall, alarms)

    columns = [area(t[:, i], p[:, i], spread[:, i]) for i in range(3)]
    wanted = np.mean(columns) if multi_label else area(t.ravel(), p.ravel(), spread.ravel())
    assert float(metric.result()) == pytest.approx(wanted, rel=1e-4)


def test_labels_have_weights(data):
    t, p, _ = data
    each = [float(metrics.AUC()(t[:, i], p[:, i])) for i in range(3)]
    metric = metrics.AUC(multi_label=True, num_labels=3, label_weights=[1.0, 2.0, 5.0])
    assert float(metric(t, p)) == pytest.approx(np.average(each, weights=[1, 2, 5]), rel=1e-5)


@pytest.mark.parametrize("curve", ["ROC", "PR", "PRGAIN", "roc", "pr"])
@pytest.mark.parametrize("method", ["interpolation", "majoring", "minoring"])
def test_a_perfect_classifier_has_the_whole_area(curve, method):
    metric = metrics.AUC(curve=curve, summation_method=method)
    area = float(metric([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]))
    # Above the last threshold nothing is found: precision and its minorant are 0 there.
    wanted = 0.5 if (curve.upper(), method) == ("PR", "minoring") else 1.0
    assert area == pytest.approx(wanted, abs=1e-5)


def test_minoring_is_below_and_majoring_above(data):
    t, p, _ = data
    low, middle, high = (
        float(metrics.AUC(10, summation_method=m)(t, p))
        for m in ("minoring", "interpolation", "majoring")
    )
    assert low < middle < high


def test_logits_become_probabilities(data):
    t, p, _ = data
    logits = np.log(np.clip(p, 1e-6, 1 - 1e-6) / (1 - np.clip(p, 1e-6, 1 - 1e-6)))
    assert float(metrics.AUC(from_logits=True)(t, logits)) == pytest.approx(
        float(metrics.AUC()(t, p)), abs=5e-3
    )


@pytest.mark.parametrize(
    "name, constrained, best",
    [
        ("SensitivityAtSpecificity", "specificity", "recall"),
        ("SpecificityAtSensitivity", "recall", "specificity"),
        ("PrecisionAtRecall", "recall", "precision"),
        ("RecallAtPrecision", "precision", "recall"),
    ],
)
def test_the_best_rate_where_another_is_enough(name, constrained, best, data):
    t, p, _ = (x[1:] for x in data)
    rates = {"recall": [], "precision": [], "specificity": []}
    for limit in (np.arange(100) / 99).astype("float32"):
        c = {n: f(t, p > limit).sum() for n, f in COUNTS.items()}
        tp, fp, tn, fn = (c[n] for n in COUNTS)
        rates["recall"].append(tp / (tp + fn))
        rates["precision"].append(tp / max(tp + fp, 1))
        rates["specificity"].append(tn / (tn + fp))
    enough = np.array(rates[constrained]) >= 0.7
    wanted = np.array(rates[best])[enough].max(initial=0)
    assert float(getattr(metrics, name)(0.7, num_thresholds=100)(t, p)) == pytest.approx(wanted)


@pytest.mark.parametrize("make", [
    lambda: metrics.Precision([0.3, 0.6], top_k=2),
    lambda: metrics.Recall(class_id=1),
    lambda: metrics.AUC(20),
    lambda: metrics.AUC(20, multi_label=True),
    lambda: metrics.AUC(thresholds=[0.3]),
    lambda: metrics.PrecisionAtRecall(0.5),
])  # fmt: skip
def test_both_engines_count_the_same_bits(make, data):
    ours, theirs = make(), make()
    replayed = get("graph").function(lambda *batch: theirs.update_state(*batch))
    for _ in range(2):
        ours.update_state(*data)
        replayed(*data)
    pairs = list(zip(ours.variables, theirs.variables, strict=True))
    assert pairs
    assert all(a.numpy().tobytes() == b.numpy().tobytes() for a, b in pairs)
    assert ours.result().numpy().tobytes() == theirs.result().numpy().tobytes()


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: metrics.Precision(1.5), r"Threshold values must be in \[0, 1\]"),
        (lambda: metrics.TruePositives([0.5, -1]), r"Threshold values must be in \[0, 1\]"),
        (lambda: metrics.AUC(1), "`num_thresholds` must be an integer > 1"),
        (lambda: metrics.AUC(curve="SNR"), "Invalid curve of AUC"),
        (lambda: metrics.AUC(summation_method="x"), "Invalid summation_method of AUC"),
        (lambda: metrics.AUC(num_labels=3), "`num_labels` is needed only"),
        (lambda: metrics.RecallAtPrecision(2), r"`precision` must be in the range \[0, 1\]"),
        (lambda: metrics.PrecisionAtRecall(0.5, 0), "`num_thresholds` must be an integer > 0"),
        (lambda: metrics.Recall(class_id=0)([1, 0], [1, 0]), "y_pred must be a 2D array"),
        (lambda: metrics.AUC(multi_label=True)([1, 0], [1, 0]), "must have rank 2"),
    ],
)
def test_what_makes_no_sense_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
