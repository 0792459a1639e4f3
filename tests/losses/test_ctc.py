import itertools

import numpy as np
import pytest

from kerasish import losses, ops
from kerasish.backend.discovery import get
from tests.losses.formulas import softmax


def spelled(path):
    """What remains of a path without repetitions and blanks."""
    return [c for i, c in enumerate(path) if c and (i == 0 or path[i - 1] != c)]


def summed(labels, logits):
    """-log of the sum over all paths that spell the labels, one by one."""
    p = softmax(logits.astype("float64"))
    paths = itertools.product(range(p.shape[1]), repeat=len(p))
    found = [np.prod(p[np.arange(len(p)), path]) for path in paths if spelled(path) == labels]
    return -np.log(sum(found))


LABELS = np.array([[1, 2, 1], [2, 2, 0], [1, 0, 0], [0, 0, 0]])


@pytest.fixture
def logits():
    return np.random.default_rng(8).normal(size=(4, 5, 3)).astype("float32")


def test_all_paths_that_spell_the_labels_are_summed(logits):
    wanted = [summed([n for n in t if n], x) for t, x in zip(LABELS.tolist(), logits, strict=True)]
    np.testing.assert_allclose(losses.ctc(LABELS, logits).numpy(), wanted, rtol=1e-5)
    assert float(losses.CTC()(LABELS, logits)) == pytest.approx(np.mean(wanted), rel=1e-5)


def test_steps_beyond_a_samples_length_do_not_count(logits):
    given = ops.ctc_loss(LABELS[:1], logits[:1], [3], [4])
    np.testing.assert_allclose(given.numpy(), [summed([1, 2, 1], logits[0, :4])], rtol=1e-5)


def test_labels_that_do_not_fit_are_impossible(logits):
    assert float(losses.ctc(np.array([[1, 1, 1]]), logits[:1, :3]).numpy()[0]) > 1e4


def test_both_engines_give_the_same_bits(logits):
    eager = losses.ctc(LABELS, logits).numpy()
    graph = get("graph").function(losses.ctc)(LABELS, logits).numpy()
    assert eager.tobytes() == graph.tobytes()


@pytest.mark.parametrize("shapes", [((4,), (4, 5, 3)), ((4, 3), (4, 5))])
def test_other_shapes_are_refused(shapes):
    with pytest.raises(ValueError, match="batch_size, max_length"):
        losses.ctc(np.ones(shapes[0], "int32"), np.ones(shapes[1], "float32"))
