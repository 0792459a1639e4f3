"""IoU, F-scores and R²: metrics that keep vectors and matrices."""

import numpy as np
import pytest

from kerasish import metrics
from kerasish.backend.discovery import get


@pytest.fixture
def rng():
    return np.random.default_rng(21)


def overlap(t, p, classes, weight=1.0):
    found = []
    for c in classes:
        common = ((t == c) & (p == c)) * weight
        union = ((t == c) | (p == c)) * weight
        if union.sum():
            found.append(common.sum() / union.sum())
    return np.mean(found)


def test_iou_of_some_and_of_all_classes(rng):
    t, p = rng.integers(4, size=(2, 5, 6))
    some, everything = metrics.IoU(4, [0, 2]), metrics.MeanIoU(4)
    for part in (slice(2), slice(2, 5)):
        some.update_state(t[part], p[part])
        everything.update_state(t[part], p[part])
    assert float(some.result()) == pytest.approx(overlap(t, p, [0, 2]), abs=1e-5)
    assert float(everything.result()) == pytest.approx(overlap(t, p, range(4)), abs=1e-5)
    assert everything.total_cm.dtype == "int64"  # of 2**31 pixels int32 would turn negative
    everything.reset_state()
    assert not everything.total_cm.numpy().any()


def test_iou_with_weights_an_ignored_class_and_foreign_classes(rng):
    t, p, weight = rng.integers(5, size=(5, 6)), rng.integers(5, size=(5, 6)), rng.random((5, 6))
    t[0, 0], p[0, 1] = -1, 255
    metric = metrics.MeanIoU(4, ignore_class=3, dtype="float32")
    known = (t >= 0) & (t < 4) & (t != 3) & (p >= 0) & (p < 4)
    wanted = overlap(t[known], p[known], range(4), weight[known])
    assert float(metric(t, p, weight)) == pytest.approx(wanted, abs=1e-5)


def test_iou_of_one_hot_data_along_any_axis(rng):
    t, p = rng.integers(3, size=(4, 6)), rng.random((4, 3, 6)).astype("float32")
    one_hot = np.moveaxis(np.eye(3)[t], -1, 1)
    wanted = overlap(t, p.argmax(1), range(3))
    assert float(metrics.OneHotMeanIoU(3, axis=1)(one_hot, p)) == pytest.approx(wanted, abs=1e-5)
    metric = metrics.OneHotIoU(3, [0, 1, 2], axis=1)
    assert float(metric(one_hot, p)) == pytest.approx(wanted, abs=1e-5)


def test_binary_iou_has_a_threshold(rng):
    t, p = rng.integers(2, size=(4, 6)), rng.random((4, 6)).astype("float32")
    wanted = overlap(t, p >= 0.3, [1])
    assert float(metrics.BinaryIoU([1], 0.3)(t, p)) == pytest.approx(wanted, abs=1e-5)


def test_weights_that_would_be_cut_are_warned_of():
    with pytest.warns(UserWarning, match="cut to whole numbers"):
        metrics.MeanIoU(2)([0, 1], [0, 1], np.array([0.5, 1.5]))


def test_a_class_out_of_range_is_refused():
    with pytest.raises(ValueError, match=r"Target class id 2 is out of range, which is \[0, 2\)"):
        metrics.IoU(2, [2])


def f_score(t, p, beta, average, weight):
    weight = weight[:, None]
    tp, fp, fn = ((x * weight).sum(0) for x in (t & p, ~t & p, t & ~p))
    if average == "micro":
        tp, fp, fn = tp.sum(), fp.sum(), fn.sum()
    scores = (1 + beta**2) * tp / ((1 + beta**2) * tp + beta**2 * fn + fp)
    if average == "weighted":
        return np.average(scores, weights=(t * weight).sum(0))
    return scores if average is None else scores.mean()


@pytest.mark.parametrize("average", [None, "micro", "macro", "weighted"])
@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_f_scores(weighted, beta, average, rng):
    t, p = rng.random((30, 3)) < 0.5, rng.random((30, 3)).astype("float32")
    weight = rng.random(30) if weighted else np.ones(30)
    metric = metrics.FBetaScore(average, beta, threshold=0.4)
    for part in (slice(10), slice(10, 30)):
        metric.update_state(t[part], p[part], weight[part] if weighted else None)
    wanted = f_score(t, p > np.float32(0.4), beta, average, weight)
    np.testing.assert_allclose(metric.result().numpy(), wanted, rtol=1e-4)


def test_without_a_threshold_the_highest_counts(rng):
    t = np.eye(3, dtype=bool)[rng.integers(3, size=30)]
    p = rng.random((30, 3)).astype("float32")
    highest = p == p.max(-1, keepdims=True)
    wanted = f_score(t, highest, 1.0, "macro", np.ones(30))
    assert float(metrics.F1Score("macro")(t, p)) == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("aggregation", [None, "uniform_average", "variance_weighted_average"])
@pytest.mark.parametrize("regressors", [0, 2])
@pytest.mark.parametrize("weighted", [False, True])
def test_r2(weighted, regressors, aggregation, rng):
    t = rng.normal(size=(30, 2)).astype("float32")
    p = t + 0.5 * rng.normal(size=(30, 2)).astype("float32")
    weight = rng.random(30) if weighted else np.ones(30)
    metric = metrics.R2Score(aggregation, regressors)
    for part in (slice(10), slice(10, 30)):
        metric.update_state(t[part], p[part], weight[part] if weighted else None)
    w = weight[:, None]
    spread = (w * (t - (w * t).sum(0) / w.sum()) ** 2).sum(0)
    scores = 1 - (w * (t - p) ** 2).sum(0) / spread
    scores = {
        None: scores,
        "uniform_average": scores.mean(),
        "variance_weighted_average": (spread * scores).sum() / spread.sum(),
    }[aggregation]
    if regressors:
        scores = 1 - (1 - scores) * 59 / (60 - regressors - 1)
    np.testing.assert_allclose(metric.result().numpy(), scores, rtol=1e-4)


@pytest.mark.parametrize("regressors, words", [(9, "More independent"), (2, "Division by zero")])
def test_too_few_samples_for_an_adjusted_score_are_warned_of(regressors, words):
    metric = metrics.R2Score(num_regressors=regressors)
    metric.update_state([[1.0], [2.0], [3.0]], [[1.0], [2.0], [4.0]])
    with pytest.warns(UserWarning, match=f"{words}.*Falling back"):
        assert float(metric.result()) == pytest.approx(0.5)


@pytest.mark.parametrize("make", [
    lambda: metrics.MeanIoU(3, sparse_y_true=False, sparse_y_pred=False),
    lambda: metrics.F1Score("weighted"),
    lambda: metrics.R2Score(num_regressors=1),
])  # fmt: skip
def test_both_engines_give_the_same_bits(make, rng):
    t, p = np.eye(3, dtype="float32")[rng.integers(3, size=12)], rng.random((12, 3), "float32")
    ours, theirs = make(), make()
    replayed = get("graph").function(lambda t, p: (theirs.update_state(t, p), theirs.result())[1])
    for _ in range(2):
        eager, graph = ours(t, p).numpy(), replayed(t, p).numpy()
        assert eager.tobytes() == graph.tobytes()


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: metrics.FBetaScore("mid"), "Invalid `average` argument value"),
        (lambda: metrics.FBetaScore(beta=1), "`beta`.*should be a Python float"),
        (lambda: metrics.FBetaScore(beta=-1.0), "`beta`.*should be > 0"),
        (lambda: metrics.F1Score(threshold=1), "`threshold`.*should be a Python float"),
        (lambda: metrics.F1Score(threshold=1.5), "0 < threshold <= 1"),
        (lambda: metrics.F1Score()([1.0], [1.0]), "FBetaScore expects 2D inputs"),
        (lambda: metrics.R2Score()([[[1.0]]], [[[1.0]]]), "R2Score expects 2D inputs"),
        (lambda: metrics.R2Score("mid"), "`class_aggregation`"),
        (lambda: metrics.R2Score(num_regressors=-1), "`num_regressors`"),
    ],
)
def test_what_makes_no_sense_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
