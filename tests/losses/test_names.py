import pickle

import numpy as np
import pytest

from kerasish import losses

CLASSES = [n for n in losses.__all__ if n[0].isupper() and n != "Loss"]
ARGUMENTS = {
    "Huber": {"delta": 2.0},
    "CosineSimilarity": {"axis": 1},
    "BinaryCrossentropy": {"from_logits": True, "label_smoothing": 0.1, "axis": 1},
    "SparseCategoricalCrossentropy": {"from_logits": True, "ignore_class": -1, "axis": 1},
    "Tversky": {"alpha": 0.1, "beta": 0.9, "axis": 1},
    "Circle": {"gamma": 3.0, "margin": 0.1, "remove_diagonal": False},
    "CategoricalGeneralizedCrossEntropy": {"q": 0.25},
}


def cubic(y_true, y_pred, factor=1.0):
    return factor * abs(y_true - y_pred) ** 3


@pytest.mark.parametrize(
    "name, function",
    [
        ("mse", "mean_squared_error"),
        ("MSE", "mean_squared_error"),
        ("mae", "mean_absolute_error"),
        ("MAE", "mean_absolute_error"),
        ("mape", "mean_absolute_percentage_error"),
        ("MAPE", "mean_absolute_percentage_error"),
        ("msle", "mean_squared_logarithmic_error"),
        ("MSLE", "mean_squared_logarithmic_error"),
        ("bce", "binary_crossentropy"),
        ("BCE", "binary_crossentropy"),
        ("kld", "kl_divergence"),
        ("KLD", "kl_divergence"),
        ("hinge", "hinge"),
    ],
)
def test_short_names_stand_for_functions(name, function):
    assert losses.get(name) is getattr(losses, function)


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_is_found_by_its_name_and_made_again_from_its_config(name):
    assert type(losses.get(name)) is getattr(losses, name)
    loss = getattr(losses, name)(**ARGUMENTS.get(name, {}), reduction="sum", name="mine")
    config = losses.serialize(loss)
    assert (config["module"], config["class_name"]) == ("keras.losses", name)
    for again in (losses.deserialize(config), losses.get(config)):
        assert type(again) is type(loss)
        assert again.get_config() == loss.get_config()
        assert again._fn_kwargs == loss._fn_kwargs


@pytest.mark.parametrize("name", CLASSES)
def test_a_loss_can_be_pickled(name):
    loss = getattr(losses, name)(**ARGUMENTS.get(name, {}))
    assert pickle.loads(pickle.dumps(loss)).get_config() == loss.get_config()


def test_configs_are_kerass():
    assert losses.MeanSquaredError().get_config() == {
        "name": "mean_squared_error",
        "reduction": "sum_over_batch_size",
    }
    assert losses.Huber().get_config() == {"name": "huber_loss", "reduction": "sum_over_batch_size"}
    assert losses.SparseCategoricalCrossentropy().get_config() == {
        "name": "sparse_categorical_crossentropy",
        "reduction": "sum_over_batch_size",
        "from_logits": False,
        "ignore_class": None,
    }


def test_functions_are_described_by_their_name():
    config = losses.serialize(losses.hinge)
    assert config["config"] == "hinge"
    assert losses.deserialize(config) is losses.hinge
    assert losses.deserialize("Hinge").name == "hinge"


def test_a_wrapped_function_is_made_again_with_its_arguments():
    wrapper = losses._NAMES["LossFunctionWrapper"](cubic, factor=2.0, name="cubes")
    config = losses.serialize(wrapper)
    again = losses.deserialize(config, custom_objects={"cubic": cubic})
    y_true, y_pred = np.array([1.0, 2.0]), np.array([2.0, 4.0])
    assert again.name == "cubes"
    assert float(again(y_true, y_pred)) == float(wrapper(y_true, y_pred)) == 9.0


def test_get_passes_through_what_is_one_already():
    loss = losses.Huber()
    assert losses.get(loss) is loss
    assert losses.get(cubic) is cubic
    assert losses.get(None) is None
    assert type(losses.get(losses.Huber)) is losses.Huber


@pytest.mark.parametrize("identifier", ["no such loss", 3, {"class_name": "Nothing"}])
def test_what_stands_for_nothing_is_refused(identifier):
    with pytest.raises(ValueError, match="Could not interpret loss identifier"):
        losses.get(identifier)
