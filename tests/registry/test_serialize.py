"""From objects to configs and back: Keras 3's layout."""

import collections
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kerasish._registry import (
    MAX_DEPTH,
    ObjectSharingScope,
    deserialize_keras_object,
    register_keras_serializable,
    serialize_keras_object,
)
from tests.registry.conftest import Part, Stack

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
).filter(lambda value: not isinstance(value, dict) or "class_name" not in value)
special = (
    st.text().map(str.encode)
    | st.just(...)
    | st.builds(slice, st.none() | st.integers(), st.none() | st.integers(), st.none())
)


def through_json(config):
    return json.loads(json.dumps(config, allow_nan=False))


@given(plain)
def test_plain_data_describes_itself(value):
    assert serialize_keras_object(value) == value
    assert deserialize_keras_object(through_json(value)) == value


@given(st.lists(special, max_size=3))
def test_what_json_cannot_hold_comes_back(values):
    assert deserialize_keras_object(through_json(serialize_keras_object(values))) == values


@given(
    arrays.arrays(
        st.sampled_from(["float32", "float64", "float16", "int8", "int64", "uint8", "bool"]),
        arrays.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3),
        elements={"allow_nan": False, "allow_infinity": False},
    )
)
def test_arrays_come_back_with_their_dtype(array):
    config = serialize_keras_object(array)
    assert config["class_name"] == "__numpy__"
    made = deserialize_keras_object(through_json(config))
    assert made.dtype == array.dtype
    assert made.ravel().tolist() == array.ravel().tolist()


def test_numpy_scalars_and_dtypes_become_plain():
    values = [np.float32(1.5), np.int64(2), np.bool_(True), np.float64(0.5), np.array(3)]
    assert serialize_keras_object(values) == [1.5, 2, True, 0.5, 3]
    assert [type(x) for x in serialize_keras_object(values)] == [float, int, bool, float, int]
    assert serialize_keras_object([np.dtype("int8"), np.float32]) == ["int8", "float32"]


def test_tuples_stay_tuples_in_a_config_and_json_makes_them_lists():
    assert serialize_keras_object((1, (2,))) == (1, (2,))
    assert deserialize_keras_object((1, (2,))) == [1, [2]]
    old = {"class_name": "__tuple__", "items": [1, {"class_name": "__tuple__", "items": [2]}]}
    assert deserialize_keras_object(old) == (1, (2,))


def test_a_public_class_is_written_as_keras_writes_it(namespace):
    class Dense(Part):
        pass

    class Sequential(Part):
        pass

    namespace("layers", Dense=Dense)
    namespace("models", Sequential=Sequential)
    namespace("optimizers.schedules", CosineDecay=type("CosineDecay", (Part,), {}))
    assert serialize_keras_object(Dense(units=2)) == {
        "module": "keras.layers",
        "class_name": "Dense",
        "config": {"units": 2},
        "registered_name": None,
    }
    assert serialize_keras_object(Sequential())["module"] == "keras"


def test_a_class_public_under_another_name_is_written_with_that_name(namespace):
    class GroupedQueryAttention(Part):
        pass

    namespace("layers", GroupQueryAttention=GroupedQueryAttention)
    config = serialize_keras_object(GroupedQueryAttention())
    assert (config["module"], config["class_name"]) == ("keras.layers", "GroupQueryAttention")


def test_a_private_class_of_ours_is_written_where_keras_keeps_its_own(namespace):
    class Functional(Part):
        pass

    namespace("models.functional", Functional=Functional)
    namespace("models")
    Functional.__module__ = "kerasish.models.functional"
    config = serialize_keras_object(Functional())
    assert config["module"] == "keras.src.models.functional"
    assert config["registered_name"] == "Functional"
    assert type(deserialize_keras_object(config)) is Functional


def test_a_users_class_is_written_with_its_registered_name():
    @register_keras_serializable("shop")
    class Scale(Part):
        pass

    config = serialize_keras_object(Scale(by=2))
    assert config == {
        "module": __name__,
        "class_name": "Scale",
        "config": {"by": 2},
        "registered_name": "shop>Scale",
    }
    assert deserialize_keras_object(through_json(config)) == Scale(by=2)


def test_a_class_of_the_main_script_has_no_module(monkeypatch):
    monkeypatch.setattr(Part, "__module__", "__main__")
    assert serialize_keras_object(Part())["module"] is None


def test_an_unregistered_class_comes_back_through_custom_objects():
    config = through_json(serialize_keras_object(Stack(parts=[Part(a=1), Part(b=Part())])))
    custom_objects = {"Part": Part, "Stack": Stack}
    made = deserialize_keras_object(config, custom_objects=custom_objects)
    assert made == Stack(parts=[Part(a=1), Part(b=Part())])


def test_functions_are_written_by_name():
    @register_keras_serializable("shop")
    def halve(x):
        return x / 2

    config = serialize_keras_object(halve)
    assert config == {
        "module": "builtins",
        "class_name": "function",
        "config": "shop>halve",
        "registered_name": "function",
    }
    assert deserialize_keras_object(config) is halve
    assert deserialize_keras_object({**config, "config": "halve"}) is halve  # Keras up to 3.6
    assert serialize_keras_object(np.tanh)["config"] == "tanh"


def test_build_and_compile_configs_are_written_and_restored():
    class Model(Part):
        built = compiled = False

        def get_build_config(self):
            return {"input_shape": (None, 2)}

        def build_from_config(self, config):
            self.shape = config["input_shape"]

        def get_compile_config(self):
            return {"loss": "mse"}

        def compile_from_config(self, config):
            self.loss = config["loss"]

    config = through_json(serialize_keras_object(Model()))
    assert config["build_config"] == {"input_shape": [None, 2]}
    made = deserialize_keras_object(config, {"Model": Model})
    assert (made.shape, made.built, made.loss, made.compiled) == ([None, 2], True, "mse", True)


def test_within_a_sharing_scope_one_object_stays_one():
    shared = Part(a=1)
    with ObjectSharingScope():
        config = through_json(serialize_keras_object([shared, Part(a=1), shared]))
    assert [part.get("shared_object_id") for part in config] == [1, None, 1]
    with ObjectSharingScope():
        first, second, third = deserialize_keras_object(config, {"Part": Part})
    assert first is third
    assert first is not second
    first, _, third = deserialize_keras_object(config, {"Part": Part})
    assert first is not third


@pytest.mark.parametrize(
    "obj, message",
    [
        (object(), "no get_config"),
        ({1, 2}, "no get_config"),
        (1j, "no get_config"),
        (Part, r"the class Part itself.*Part\(\)"),
        (np.array(["a"]), "dtype str"),
        (np.array([None]), "dtype object"),
    ],
)
def test_what_has_no_config_is_refused(obj, message):
    with pytest.raises(TypeError, match=message):
        serialize_keras_object({"inside": [obj]})


def test_get_config_must_return_a_dict():
    class Odd(Part):
        def get_config(self):
            return [1]

    with pytest.raises(TypeError, match=r"get_config\(\) of Odd must return a dict"):
        serialize_keras_object(Odd())


def test_what_contains_itself_is_an_error_and_no_crash():
    loop = []
    loop.append(loop)
    part = Part()
    part.arguments["again"] = part
    for endless in (loop, part):
        with pytest.raises(ValueError, match="contains itself"):
            serialize_keras_object(endless)
    with pytest.raises(ValueError, match="contains itself"):
        deserialize_keras_object(loop)


def test_nesting_up_to_the_limit_is_fine():
    nested = value = []
    for _ in range(MAX_DEPTH - 1):
        value.append([])
        value = value[0]
    assert deserialize_keras_object(serialize_keras_object(nested)) == nested


def test_a_lambda_leaves_a_mark_and_no_code():
    double = lambda x: 2 * x  # noqa: E731
    with pytest.warns(UserWarning, match="A lambda has no name"):
        config = serialize_keras_object(double)
    assert config["class_name"] == "__lambda__"
    assert config["config"]["value"] is None
    with pytest.raises(ValueError, match=r"never runs code.*custom_objects=\{"):
        deserialize_keras_object(config)
    assert deserialize_keras_object(config, safe_mode=False) is double


def test_dict_subclasses_are_written_as_dicts():
    assert serialize_keras_object(collections.OrderedDict(a=(1, None))) == {"a": (1, None)}


def test_tensors_and_symbolic_tensors_are_marked():
    class Tensor:
        dtype, shape = "float32", (2,)

        def __array__(self, dtype=None, copy=None):
            return np.array([1.0, 2.0], "float32")

    class KerasTensor:
        shape, dtype = (None, 2), "float32"
        _keras_history = (collections.namedtuple("Operation", "name")("dense"), 0, 1)

    assert serialize_keras_object(Tensor()) == {
        "class_name": "__tensor__",
        "config": {"value": [1.0, 2.0], "dtype": "float32"},
    }
    assert serialize_keras_object(KerasTensor()) == {
        "class_name": "__keras_tensor__",
        "config": {"shape": (None, 2), "dtype": "float32", "keras_history": ["dense", 0, 1]},
    }
