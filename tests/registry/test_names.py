"""Users' names for their own classes and functions."""

import threading

import pytest

from kerasish._registry import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
    to_snake_case,
)
from tests.registry.conftest import Part


def test_a_registered_class_is_found_under_package_and_name():
    @register_keras_serializable("shop")
    class Scale(Part):
        pass

    assert get_registered_name(Scale) == "shop>Scale"
    assert get_registered_object("shop>Scale") is Scale
    assert get_custom_objects()["shop>Scale"] is Scale


def test_package_and_name_have_the_defaults_of_keras():
    @register_keras_serializable()
    class Scale(Part):
        pass

    @register_keras_serializable("shop", name="halved")
    def halve(x):
        return x / 2

    assert get_registered_name(Scale) == "Custom>Scale"
    assert get_registered_name(halve) == "shop>halved"


def test_a_class_without_get_config_is_refused():
    with pytest.raises(ValueError, match=r"does not have a get_config\(\)"):

        @register_keras_serializable()
        class Silent:
            pass


def test_what_is_not_registered_has_its_plain_name_and_no_object():
    assert get_registered_name(Part) == "Part"
    assert get_registered_object("Part") is None
    assert get_registered_object(["not", "a", "name"]) is None


def test_scopes_nest_and_the_inner_one_wins():
    with custom_object_scope({"a": 1, "b": 1}), CustomObjectScope({"b": 2}):
        assert get_registered_object("a") == 1
        assert get_registered_object("b") == 2
    assert get_registered_object("a") is None


def test_a_scope_can_be_entered_again():
    scope = CustomObjectScope({"a": 1})
    with scope, scope:
        pass
    with scope:
        assert get_registered_object("a") == 1
    assert get_registered_object("a") is None


def test_a_scope_ends_with_an_error_too():
    with pytest.raises(KeyError), custom_object_scope({"a": 1}):
        raise KeyError
    assert get_registered_object("a") is None


def test_a_scope_holds_for_its_own_thread():
    found = []
    with custom_object_scope({"a": 1}):
        thread = threading.Thread(target=lambda: found.append(get_registered_object("a")))
        thread.start()
        thread.join()
    assert found == [None]


def test_what_is_said_nearest_counts_most():
    get_custom_objects()["name"] = "registered"
    assert get_registered_object("name", module_objects={"name": "module"}) == "registered"
    with custom_object_scope({"name": "scope"}):
        assert get_registered_object("name") == "scope"
        assert get_registered_object("name", {"name": "call"}) == "call"


def test_class_names_have_the_aliases_of_keras():
    aliases = {
        "GlorotUniform": "glorot_uniform",
        "KLDivergence": "kl_divergence",
        "L1L2": "l1l2",
        "MeanIoU": "mean_io_u",
        "F1Score": "f1_score",
        "STFT": "stft",
        "R2Score": "r2_score",
    }
    assert {name: to_snake_case(name) for name in aliases} == aliases
