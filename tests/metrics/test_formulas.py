"""Metrics that are means of formulas, over two batches, with weights, in both engines."""

import numpy as np
import pytest

from kerasish import metrics
from kerasish.backend.discovery import get
from tests.losses.formulas import FORMULAS, make_data, unit

RENAMED = {"LogCosh": "LogCoshError"}
NAMES = [n for n in FORMULAS if hasattr(metrics, RENAMED.get(n, n))]


def expected(name, y_true, y_pred):
    wide = y_true.astype("float64") if y_true.dtype.kind == "f" else y_true
    if name == "CosineSimilarity":
        return (unit(wide) * unit(y_pred.astype("float64"))).sum(-1)
    return FORMULAS[name][1](wide, y_pred.astype("float64"))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_the_mean_over_two_batches(name, weighted):
    rng = np.random.default_rng(4)
    first, second = (make_data(FORMULAS[name][0], rng, (n, 4)) for n in (6, 3))
    weights = [
        rng.random(len(t)).astype("float32") if weighted else None for t, _ in (first, second)
    ]
    metric = getattr(metrics, RENAMED.get(name, name))()
    twin = getattr(metrics, RENAMED.get(name, name))()
    replayed = get("graph").function(lambda *batch: twin.update_state(*batch))
    for (t, p), w in zip((first, second), weights, strict=True):
        metric.update_state(t, p, w)
        replayed(t, p, w)
    values = np.concatenate([expected(name, *first), expected(name, *second)])
    weight = np.concatenate(weights) if weighted else np.ones(len(values))
    wanted = (values * weight).sum() / weight.sum()
    np.testing.assert_allclose(float(metric.result()), wanted, 2e-5, 1e-6)
    for ours, theirs in zip(metric.variables, twin.variables, strict=True):
        assert ours.numpy().tobytes() == theirs.numpy().tobytes()


def test_the_root_is_taken_of_the_mean_over_all_batches():
    metric = metrics.RootMeanSquaredError()
    metric.update_state([[0.0], [0.0]], [[1.0], [2.0]])
    metric.update_state([0.0], [5.0])
    assert float(metric.result()) == pytest.approx(np.sqrt(30 / 3))
    metric = metrics.RootMeanSquaredError()
    assert float(metric([0.0, 0.0], [1.0, 3.0], [1.0, 3.0])) == pytest.approx(np.sqrt(28 / 4))


def test_logits_and_smoothing_reach_the_formula():
    metric = metrics.BinaryCrossentropy(from_logits=True, label_smoothing=0.5)
    assert float(metric([[1.0]], [[0.0]])) == pytest.approx(np.log(2))
    metric = metrics.CategoricalCrossentropy(from_logits=True)
    assert float(metric([[1.0, 0.0]], [[0.0, 0.0]])) == pytest.approx(np.log(2))
    metric = metrics.SparseCategoricalCrossentropy(from_logits=True, ignore_class=1)
    assert float(metric([0, 1], [[0.0, 0.0], [0.0, 5.0]])) == pytest.approx(np.log(2) / 2)


def test_pearson_correlation():
    rng = np.random.default_rng(4)
    t, p = rng.normal(size=(2, 5, 8)).astype("float32")
    wanted = np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(t, p, strict=True)])
    assert float(metrics.PearsonCorrelation()(t, p)) == pytest.approx(wanted, rel=1e-5)


def test_concordance_correlation():
    rng = np.random.default_rng(4)
    t, p = rng.normal(size=(2, 5, 8)).astype("float32")
    wanted = np.mean(
        [
            2 * np.cov(a, b, bias=True)[0, 1] / (a.var() + b.var() + (a.mean() - b.mean()) ** 2)
            for a, b in zip(t, p, strict=True)
        ]
    )
    assert float(metrics.ConcordanceCorrelation()(t, p)) == pytest.approx(wanted, rel=1e-4)
