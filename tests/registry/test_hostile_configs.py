"""A config from a stranger names things: it runs nothing and reaches nothing else."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerasish._registry import UnknownObjectError, deserialize_keras_object
from tests.registry.conftest import Part, Stack


def config(module, class_name, inner=None, **more):
    return {"module": module, "class_name": class_name, "config": inner or {}, **more}


@pytest.mark.parametrize(
    "module, name",
    [
        ("os", "system"),
        ("subprocess", "Popen"),
        ("builtins", "eval"),
        ("builtins", "dict"),
        ("keras.src.utils.file_utils", "get_file"),
        ("keras.utils", "get_file"),
        ("keras.saving", "load_model"),
        ("keras.models", "load_model"),
        ("kerasish._registry.names", "CustomObjectScope"),
        ("keras.callbacks", "BackupAndRestore"),
        ("keras..layers", "Dense"),
        ("keras.layers.__init__", "Dense"),
        ("../layers", "Dense"),
        ("", "Dense"),
        (["keras"], "Dense"),
        (None, "Dense"),
        ("kerasish.layers", "__class__"),
        ("kerasish.layers", "sys.modules"),
    ],
)
def test_no_name_reaches_outside_the_public_classes(module, name):
    for attempt in (
        config(module, name),
        config(module, name, registered_name=name),
        config(module, "function", name),
        config(module, "function", name, registered_name=name),
    ):
        with pytest.raises((TypeError, ValueError), match="Unknown"):
            deserialize_keras_object(attempt)


def test_no_module_is_imported_because_a_config_names_it(tmp_path):
    (tmp_path / "trap.py").write_text("raise SystemExit('imported')")
    for module in ("trap", "keras.trap", "kerasish.trap", "keras.src.trap", "antigravity"):
        with pytest.raises(UnknownObjectError):
            deserialize_keras_object(config(module, "Bait"))
    assert "antigravity" not in sys.modules


def test_public_functions_are_out_of_reach_where_a_class_is_expected(namespace):
    class Dense(Part):
        pass

    def load_model():
        raise SystemExit

    namespace("layers", Dense=Dense, load_model=load_model)
    namespace("utils", get_file=load_model)
    assert type(deserialize_keras_object(config("keras.layers", "Dense"))) is Dense
    for module, name in (("keras.layers", "load_model"), ("keras.utils", "get_file")):
        for attempt in (config(module, name), config(module, "function", name)):
            with pytest.raises(UnknownObjectError):
                deserialize_keras_object(attempt)


def test_functions_come_from_the_short_lists_only(namespace):
    def relu(x):
        return x

    def deserialize(x):
        raise SystemExit

    namespace("activations", {"run": subprocess.run}, relu=relu, deserialize=deserialize)
    namespace("losses")
    namespace("metrics")
    for module in ("keras.activations", "keras.src.activations.activations", "builtins", None):
        assert deserialize_keras_object(config(module, "function", "relu")) is relu
        for name in ("deserialize", "run", "__name__"):
            with pytest.raises(UnknownObjectError):
                deserialize_keras_object(config(module, "function", name))


def test_what_a_namespace_imports_from_elsewhere_is_not_its_own(namespace):
    namespace("layers", {"Part": Part, "Popen": subprocess.Popen})
    for name in ("Part", "Popen"):
        with pytest.raises(UnknownObjectError):
            deserialize_keras_object(config("keras.layers", name))


@pytest.mark.parametrize(
    "module",
    [
        "keras.layers",
        "keras.src.layers.core.dense",
        "keras.api.layers",
        "kerasish.layers",
        "kerasish.layers.core.dense",
    ],
)
def test_every_spelling_of_a_namespace_is_understood(namespace, module):
    class Dense(Part):
        pass

    namespace("layers", Dense=Dense)
    assert type(deserialize_keras_object(config(module, "Dense"))) is Dense


def test_ours_take_no_foreign_registered_name(namespace):
    class Dense(Part):
        pass

    namespace("layers", Dense=Dense)
    for harmless in ("Dense", "", None):
        deserialize_keras_object(config("keras.layers", "Dense", registered_name=harmless))
    for bait in ("builtins.eval", "my>Dense"):
        with pytest.raises(ValueError, match="resolved to a Keras built-in"):
            deserialize_keras_object(config("keras.layers", "Dense", registered_name=bait))


def test_an_unknown_class_says_where_and_what_to_write(namespace):
    class Dense(Part):
        pass

    namespace("layers", Dense=Dense)
    inner = config("shop", "Scale", registered_name="shop>Scale")
    stack = config("shop", "Stack", {"name": "m", "parts": [inner]}, registered_name="Stack")
    with pytest.raises(TypeError) as caught:
        deserialize_keras_object(stack, {"Stack": Stack})
    message = str(caught.value)
    assert "Unknown class 'Scale' (in Stack 'm')" in message
    assert "custom_objects={'Scale': Scale}" in message
    assert "@kerasish.saving.register_keras_serializable()" in message
    with pytest.raises(ValueError, match="Did you mean 'Dense'"):
        deserialize_keras_object(config("keras.layers", "Dens"))


@pytest.mark.parametrize("depth", [300, 100_000])
def test_deep_nesting_is_an_error_and_no_crash(depth):
    for wrap in (lambda x: [x], lambda x: {"a": x}, lambda x: config("m", "Stack", {"parts": [x]})):
        value = 1
        for _ in range(depth):
            value = wrap(value)
        with pytest.raises(ValueError, match="nests more than 200 levels"):
            deserialize_keras_object(value, {"Stack": Stack})
        while isinstance(value, (dict, list)):  # taken apart by hand: repr and del recurse
            (value,) = value if isinstance(value, list) else list(value.values())[:1]
            if isinstance(value, str):
                break


@pytest.mark.parametrize(
    "bad",
    [
        {"class_name": "Dense", "config": [1, 2]},
        {"class_name": 3, "config": {}},
        {"class_name": ["a"], "config": {}},
        {"class_name": "function", "config": ["not", "a", "string"]},
        {"class_name": "function", "config": None},
        {"class_name": "__numpy__", "config": {"value": [1], "dtype": "object"}},
        {"class_name": "__numpy__", "config": {"value": ["x"], "dtype": "<U99999999"}},
        {"class_name": "__numpy__", "config": {"value": [1], "dtype": [["a", "i4"]]}},
        {"class_name": "__numpy__", "config": {"dtype": "int8"}},
        {"class_name": "__numpy__", "config": None},
        {"class_name": "__numpy__", "config": {"value": [[1], [1, 2]], "dtype": "int8"}},
        {"class_name": "__tensor__", "config": {"value": "x", "dtype": "int8"}},
        {"class_name": "__keras_tensor__", "config": {"shape": "ab", "dtype": "int8"}},
        {"class_name": "__keras_tensor__", "config": {"shape": [-1], "dtype": "int8"}},
        {"class_name": "__bytes__", "config": {"value": 3}},
        {"class_name": "__slice__", "config": [1]},
        {"class_name": "__lambda__", "config": {"value": ["4wEAAA==", None, None]}},
        {"class_name": "__lambda__", "config": {"token": "0" * 32}},
        {"class_name": "__lambda__", "config": {"token": []}},
        {"class_name": "__typespec__", "config": "x"},
        {"class_name": "__typespec__", "config": []},
        {"class_name": "__tuple__", "items": 3},
        {"class_name": "Part", "config": {}, "shared_object_id": [1], "registered_name": {}},
        object(),
    ],
)
@pytest.mark.parametrize("safe_mode", [True, False])
def test_malformed_configs_are_errors(bad, safe_mode):
    with pytest.raises((TypeError, ValueError)):
        deserialize_keras_object({"here": [bad]}, safe_mode=safe_mode)


parts_of_a_config = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "class_name",
                    "config",
                    "module",
                    "registered_name",
                    "value",
                    "dtype",
                    "shape",
                    "items",
                    "start",
                    "build_config",
                    "compile_config",
                    "shared_object_id",
                    "token",
                ]
            ),
            inner
            | st.sampled_from(
                [
                    "Part",
                    "Stack",
                    "function",
                    "keras",
                    "keras.layers",
                    "builtins",
                    "float32",
                    "__numpy__",
                    "__tuple__",
                    "__slice__",
                    "__lambda__",
                    "__bytes__",
                    "__ellipsis__",
                ]
            ),
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(parts_of_a_config)
def test_any_config_is_read_or_refused(value):
    try:
        deserialize_keras_object(value, {"Part": Part, "Stack": Part})
    except (TypeError, ValueError, OverflowError):
        pass
    except AttributeError as error:  # from_config of Part met a stranger's build_config
        pytest.fail(repr(error))


def test_one_reading_leaves_nothing_behind_for_the_next():
    with pytest.raises(UnknownObjectError):
        deserialize_keras_object(
            config("m", "Stack", {"parts": [config("m", "Nope")]}), {"Stack": Stack}
        )
    with pytest.raises(UnknownObjectError, match=r"^Unknown class 'Stack'\. "):
        deserialize_keras_object(config("m", "Stack", {"parts": []}))
    made = deserialize_keras_object(
        {"class_name": "__numpy__", "config": {"value": [1], "dtype": "int8"}}
    )
    np.testing.assert_array_equal(made, np.array([1], "int8"))
