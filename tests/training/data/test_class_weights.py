"""Class weights: what labels of each kind weigh, and keys that are no class."""

import numpy as np
import pytest

import kerasish as keras
from kerasish import layers
from kerasish.training.data import class_weight_to_sample_weights
from tests.engines import current_engine

WEIGHTS = {0: 1.0, 1: 5.0, 2: 2.0}
STEPS = np.array([[0, 1, 2], [2, 2, 0]])
WEIGHTS_OF_STEPS = [[1.0, 5.0, 2.0], [2.0, 2.0, 1.0]]


@pytest.mark.parametrize(
    "labels, wanted",
    [
        (np.array([0, 1, 2]), [1.0, 5.0, 2.0]),
        (np.array([[0], [1], [2]]), [1.0, 5.0, 2.0]),
        (np.eye(3)[[0, 1, 2]], [1.0, 5.0, 2.0]),
        (np.array([[0.1, 0.7, 0.2], [0.8, 0.1, 0.1]]), [5.0, 1.0]),  # shares
        (STEPS, WEIGHTS_OF_STEPS),
        (STEPS[..., None], WEIGHTS_OF_STEPS),
        (np.eye(3)[STEPS], WEIGHTS_OF_STEPS),
        (np.array([0, -1, 3]), [1.0, 1.0, 1.0]),  # ignored, or not in the dict
        (np.array([[0], [1]], bool), [1.0, 5.0]),
    ],
)
def test_each_place_weighs_what_its_class_weighs(labels, wanted):
    assert class_weight_to_sample_weights(labels, WEIGHTS).tolist() == wanted


@pytest.mark.parametrize("key", ["0", "cat", 1.5, -1, None])
def test_a_key_that_is_no_whole_number_is_named(key):
    with pytest.raises(ValueError, match=f"the key {key!r}, which is no class"):
        class_weight_to_sample_weights(np.array([0, 1]), {0: 1.0, key: 2.0})


def test_a_key_beyond_the_columns_is_named_with_the_classes():
    with pytest.raises(ValueError, match=r"the key 3, which is no class.*0 to 2"):
        class_weight_to_sample_weights(np.eye(3), {0: 1.0, 3: 2.0})


def test_labels_that_may_be_one_or_the_other_are_refused():
    labels = np.array([[0, 1, 1], [0, 0, 1]])
    with pytest.raises(ValueError, match="cannot be told from `y`"):
        class_weight_to_sample_weights(labels, {0: 1.0, 1: 2.0})
    weights = class_weight_to_sample_weights(labels[..., None], {0: 1.0, 1: 2.0})
    assert weights.tolist() == [[1, 2, 2], [1, 1, 2]]


def classifier(classes, shape=(4,)):
    loss = "sparse_categorical_crossentropy" if classes > 1 else "binary_crossentropy"
    activation = "softmax" if classes > 1 else "sigmoid"
    model = keras.Sequential([keras.Input(shape), layers.Dense(classes, activation=activation)])
    model.compile(keras.optimizers.SGD(0.0), loss, weighted_metrics=[loss] if classes > 1 else None)
    return model


@pytest.mark.parametrize("classes, wrong", [(3, 3), (1, 2)])
def test_fit_refuses_a_key_that_the_model_has_no_output_for(classes, wrong):
    x, labels = np.ones((4, 4), "float32"), np.array([0, 1, 0, 1])
    model = classifier(classes)
    with pytest.raises(ValueError, match=f"the key {wrong}, which is no class"):
        model.fit(x, labels, class_weight={0: 1.0, wrong: 2.0}, verbose=0)
    model.fit(x, labels, class_weight={0: 1.0, wrong - 1: 2.0}, verbose=0)  # no label has it


@pytest.mark.parametrize("engine", ["eager", "graph"])
def test_loss_and_weighted_metric_weigh_steps_by_their_classes(engine):
    x = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
    with current_engine(engine):
        model = classifier(3, (3, 4))
        p = np.asarray(model.predict(x, verbose=0), "float64")
        each = -np.log(np.take_along_axis(p, STEPS[..., None], -1))[..., 0]
        loss = np.mean(np.array(WEIGHTS_OF_STEPS) * each)
        mean = np.sum(WEIGHTS_OF_STEPS * each) / np.sum(WEIGHTS_OF_STEPS)
        for labels in (STEPS, STEPS[..., None]):
            logs = model.fit(x, labels, class_weight=WEIGHTS, verbose=0).history
            found = [logs["loss"][0], logs["sparse_categorical_crossentropy"][0]]
            assert found == pytest.approx([loss, mean], rel=1e-5)
            assert model.train_on_batch(x, labels, class_weight=WEIGHTS)[0] == pytest.approx(loss)
