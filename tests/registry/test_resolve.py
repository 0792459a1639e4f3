"""From what users write to the object they mean."""

import pytest

from kerasish._registry import (
    UnknownObjectError,
    custom_object_scope,
    deserialize_keras_object,
    name_table,
    resolve,
)
from tests.registry.conftest import Part


class HeNormal(Part):
    def __call__(self):
        return self


class L2(Part):
    pass


def mean_squared_error(y_true, y_pred):
    return (y_true - y_pred) ** 2


TABLE = name_table(HeNormal, mean_squared_error, L2, mse=mean_squared_error)


def test_the_table_has_names_aliases_and_nothing_else():
    assert sorted(TABLE) == ["HeNormal", "L2", "he_normal", "l2", "mean_squared_error", "mse"]


@pytest.mark.parametrize("name", ["mse", "MSE", "mean_squared_error"])
def test_a_function_is_found_by_name(name):
    assert resolve(name, "loss", TABLE) is mean_squared_error


@pytest.mark.parametrize(
    "identifier",
    [
        "HeNormal",
        "he_normal",
        HeNormal,
        HeNormal(),
        {"class_name": "HeNormal", "config": {}},
        {"class_name": "HeNormal"},
        {"class_name": "he_normal", "config": None, "module": "keras.initializers"},
    ],
)
def test_a_class_a_config_and_an_object_give_an_object(identifier):
    assert resolve(identifier, "initializer", TABLE) == HeNormal()


def test_an_object_and_a_function_are_returned_as_they_are():
    initializer = HeNormal()
    assert resolve(initializer, "initializer", TABLE) is initializer
    assert resolve(len, "loss", TABLE) is len
    assert resolve(None, "loss", TABLE) is None


def test_custom_objects_are_found_by_name():
    with custom_object_scope({"mine": mean_squared_error, "Mine": HeNormal}):
        assert resolve("mine", "loss", TABLE) is mean_squared_error
        assert resolve({"class_name": "Mine", "config": {}}, "loss", TABLE) == HeNormal()


def test_an_unknown_name_is_reported_with_its_nearest():
    with pytest.raises(ValueError, match=r"interpret loss identifier: 'mean_square_eror'.*Did you"):
        resolve("mean_square_eror", "loss", TABLE)
    with pytest.raises(ValueError, match="Known names: 'HeNormal'"):
        resolve("???", "loss", TABLE)


@pytest.mark.parametrize("identifier", [3, 2.5, [1], object()])
def test_what_is_no_identifier_is_a_value_error(identifier):
    with pytest.raises(ValueError, match="Could not interpret optimizer identifier"):
        resolve(identifier, "optimizer", TABLE)


def test_a_config_of_an_unknown_class_is_both_errors_of_keras():
    with pytest.raises(UnknownObjectError, match="Could not interpret loss identifier") as caught:
        resolve({"class_name": "Nope", "config": {}}, "loss", TABLE)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, TypeError)


def test_only_the_asked_for_class_is_accepted():
    assert resolve("l2", "regularizer", TABLE, instance_of=L2) == L2()
    with pytest.raises(ValueError, match="Could not interpret regularizer"):
        resolve("he_normal", "regularizer", TABLE, instance_of=L2)


def test_a_config_of_another_module_does_not_get_our_class_of_the_same_name():
    with pytest.raises(UnknownObjectError):
        resolve({"class_name": "L2", "config": {}, "module": "my.code"}, "regularizer", TABLE)


def test_deserializing_with_a_table_takes_names_and_lets_objects_through():
    made = L2()
    assert deserialize_keras_object(made, module_objects=TABLE) is made
    assert deserialize_keras_object("l2", module_objects=TABLE) == L2()
    function = {"module": "builtins", "class_name": "function", "config": "mse"}
    assert deserialize_keras_object(function, module_objects=TABLE) is mean_squared_error
    with pytest.raises(ValueError, match="Unknown object 'nope'"):
        deserialize_keras_object("nope", module_objects=TABLE)
    with pytest.raises(ValueError, match="must have the key 'class_name'"):
        deserialize_keras_object({"config": {}}, module_objects=TABLE)


def test_a_constructor_that_fails_says_which_object():
    class Narrow(Part):
        @classmethod
        def from_config(cls, config):
            return cls(*config["arguments"])

    with pytest.raises(TypeError, match="Narrow 'n' could not be made from its config"):
        deserialize_keras_object(
            {"class_name": "Narrow", "config": {"name": "n", "arguments": [1]}}, {"Narrow": Narrow}
        )
