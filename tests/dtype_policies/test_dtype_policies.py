"""Policies: which dtypes they name, what they cast, how they are written."""

import numpy as np
import pytest

import kerasish as keras
from kerasish import dtype_policies, ops
from kerasish.dtype_policies import DTypePolicy, DTypePolicyMap, FloatDTypePolicy
from kerasish.dtype_policies.policy import dtype_policy, set_dtype_policy


@pytest.fixture(autouse=True)
def same_global_policy():
    before = dtype_policy()
    yield
    set_dtype_policy(before)


@pytest.mark.parametrize(
    "name, compute, variable",
    [
        ("float32", "float32", "float32"), ("float16", "float16", "float16"),
        ("mixed_float16", "float16", "float32"), ("mixed_bfloat16", "bfloat16", "float32"),
        ("int8", "int8", "int8"),
    ],
)  # fmt: skip
def test_names_say_both_dtypes(name, compute, variable):
    policy = DTypePolicy(name)
    assert (policy.name, policy.compute_dtype, policy.variable_dtype) == (name, compute, variable)
    assert policy.quantization_mode is None
    assert repr(policy) == f'<DTypePolicy "{name}">'


def test_the_global_policy_is_what_none_means():
    assert dtype_policies.get(None) == DTypePolicy("float32")
    set_dtype_policy("mixed_float16")
    assert dtype_policy().name == DTypePolicy().name == "mixed_float16"
    set_dtype_policy(DTypePolicy("float64"))
    assert dtype_policies.get(None).compute_dtype == "float64"


def test_dtypes_names_and_policies_are_found():
    policy = DTypePolicy("float16")
    assert dtype_policies.get(policy) is policy
    assert dtype_policies.get("mixed_float16").name == "mixed_float16"
    assert dtype_policies.get(np.float64).name == "float64"
    assert dtype_policies.get(np.dtype("int32")).name == "int32"
    assert dtype_policies.get(dtype_policies.serialize(dtype_policy=policy)) == policy


def test_policies_are_equal_by_name():
    assert DTypePolicy("float32") == FloatDTypePolicy("float32")
    assert DTypePolicy("float32") != DTypePolicy("float16")
    assert DTypePolicy("float32") != DTypePolicyMap("float32")
    assert len({DTypePolicy("float32"), DTypePolicy("float32")}) == 1


def test_configs_have_the_layout_of_keras():
    assert dtype_policies.serialize(DTypePolicy("mixed_float16")) == {
        "module": "keras",
        "class_name": "DTypePolicy",
        "config": {"name": "mixed_float16"},
        "registered_name": None,
    }


def test_float_inputs_are_cast_and_others_are_not():
    policy = DTypePolicy("mixed_float16")
    for x in (ops.ones((2, 3)), np.ones((2, 3)), keras.KerasTensor((2, 3)), keras.Variable(1.0)):
        assert policy.convert_input(x, True, "float16").dtype == "float16"
        assert policy.convert_input(x, False, "float16").dtype == x.dtype
    assert policy.convert_input(np.ones(2, "int32"), True, "float16").dtype == "int32"
    assert policy.convert_input("text", True, "float16") == "text"
    assert policy.convert_input(None, True, "float16") is None


@pytest.mark.parametrize(
    "call, kind, text",
    [
        (lambda: DTypePolicy("mixed_float8"), ValueError, "mixed_float16.*name='mixed_float8'"),
        (lambda: DTypePolicy(32), TypeError, "name=32"),
        (lambda: set_dtype_policy(32), ValueError, "policy=32"),
        (lambda: dtype_policies.get(3.5), ValueError, "dtype=3.5"),
        (lambda: DTypePolicyMap(policy_map=[1]), TypeError, r"policy_map=\[1\]"),
        (lambda: DTypePolicyMap(DTypePolicyMap()), ValueError, "not another map"),
    ],
)
def test_errors_name_the_argument(call, kind, text):
    with pytest.raises(kind, match=text):
        call()


@pytest.fixture
def policies():
    found = DTypePolicyMap("float32")
    found["model/dense_0"] = "float16"
    found["model/.*/output"] = DTypePolicy("mixed_float16")
    return found


def test_maps_find_paths_then_patterns_then_the_default(policies):
    assert policies["model/dense_0"].name == "float16"
    assert policies["model/attention/output"].name == "mixed_float16"
    assert policies["model/dense_1"].name == "float32"
    assert (policies.compute_dtype, policies.variable_dtype) == ("float32", "float32")
    assert policies.name == "map_float32"
    assert len(policies) == len(list(policies)) == 2
    assert "model/dense_1" not in policies
    assert "mixed_float16" in repr(policies)


def test_maps_refuse_what_is_unclear(policies):
    policies["model/attention/.*"] = "float64"
    with pytest.raises(ValueError, match="Several keys"):
        policies["model/attention/output"]
    with pytest.raises(ValueError, match="has a policy already"):
        policies["model/dense_0"] = "float64"
    with pytest.raises(ValueError, match="policy=123"):
        policies["model/dense_2"] = 123
    del policies["model/dense_0"]
    with pytest.raises(KeyError):
        policies.pop("model/dense_0")


def test_maps_come_back_from_their_config(policies):
    twin = dtype_policies.deserialize(dtype_policies.serialize(policies))
    assert twin == policies
    twin["model/new"] = "float64"
    assert twin != policies
