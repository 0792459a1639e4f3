import re

import numpy as np
import pytest

from kerasish import metrics
from kerasish.backend.discovery import get


@pytest.fixture
def rng():
    return np.random.default_rng(9)


def test_accuracy_compares_numbers():
    metric = metrics.Accuracy()
    assert float(metric(np.array([[1], [2], [3], [4]]), np.array([0, 2, 3, 4]))) == 0.75
    assert float(metrics.Accuracy()([1, 2], [1, 3], sample_weight=[3, 1])) == 0.75


@pytest.mark.parametrize("threshold", [0.5, 0.3])
def test_binary_accuracy(threshold, rng):
    t, p = rng.random((6, 3)) < 0.5, rng.random((6, 3)).astype("float32")
    wanted = (t == (p > threshold)).mean()
    for targets in (t, t.astype("float32"), t.astype("int64")):
        metric = metrics.BinaryAccuracy(threshold=threshold)
        assert float(metric(targets, p)) == pytest.approx(wanted)


@pytest.mark.parametrize("shape", [(7,), (3, 5)])
def test_categorical_accuracy(shape, rng):
    t, p = rng.integers(4, size=shape), rng.random((*shape, 4)).astype("float32")
    wanted = (t == p.argmax(-1)).mean()
    assert float(metrics.CategoricalAccuracy()(np.eye(4)[t], p)) == pytest.approx(wanted)


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "float32"])
@pytest.mark.parametrize("shape, given", [((7,), (7,)), ((7,), (7, 1)), ((3, 5), (3, 5, 1))])
def test_sparse_categorical_accuracy(shape, given, dtype, rng):
    t, p = rng.integers(4, size=shape), rng.random((*shape, 4)).astype("float32")
    wanted = (t == p.argmax(-1)).mean()
    metric = metrics.SparseCategoricalAccuracy()
    assert float(metric(t.reshape(given).astype(dtype), p)) == pytest.approx(wanted)
    values = metrics.sparse_categorical_accuracy(t.reshape(given).astype(dtype), p)
    assert (values.shape, values.dtype) == (shape, "float32")


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("shape", [(7,), (3, 5)])
def test_top_k_accuracy(shape, k, rng):
    t, p = rng.integers(4, size=shape), rng.random((*shape, 4)).astype("float32")
    wanted = (np.argsort(-p, -1)[..., :k] == t[..., None]).any(-1).mean()
    one_hot = np.eye(4, dtype="float32")[t]
    assert float(metrics.TopKCategoricalAccuracy(k)(one_hot, p)) == pytest.approx(wanted)
    assert float(metrics.SparseTopKCategoricalAccuracy(k)(t, p)) == pytest.approx(wanted)
    ids = np.argsort(-p, -1)
    metric = metrics.SparseTopKCategoricalAccuracy(k, from_sorted_ids=True)
    assert float(metric(t, ids)) == pytest.approx(wanted)


def test_a_traced_sparse_accuracy_does_only_what_it_must(rng):
    metric = metrics.SparseCategoricalAccuracy()
    function = get("graph").function(lambda t, p: metric.update_state(t, p))
    t, p = rng.integers(4, size=8).astype("int32"), rng.random((8, 4)).astype("float32")
    text = str(function.specialise(t, p)[0].graph)
    computing = re.findall(r"^v\d+ = (?!read)(\w+)", text.replace("\n ", "\n"), re.MULTILINE)
    must = ["add", "add", "argmax", "cast", "cast", "equal", "sum", "within"]
    assert sorted(computing) == must
