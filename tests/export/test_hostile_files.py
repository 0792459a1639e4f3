"""A damaged or hostile graph file is one kind of error, told at once and without much memory."""

import copy
import json
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kerasish import layers
from kerasish.export import GraphFileError, export, load
from tests.export.alone import sequential

START, X = 24, np.ones((2, 3), "float32")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of a good file."""
    path = tmp_path_factory.mktemp("good") / "model.kgraph"
    export(sequential((3,), layers.Dense(2), layers.Softmax(), layers.Flatten()), path)
    return path.read_bytes()


def taken_apart(data):
    size = int.from_bytes(data[16:START], "little")
    return json.loads(data[START : START + size]), data[START + size :]


def put_together(text, blocks, version=1):
    text = text if isinstance(text, bytes) else json.dumps(text).encode()
    body = len(text).to_bytes(8, "little") + text + blocks
    words = [version.to_bytes(4, "little"), zlib.crc32(body).to_bytes(4, "little")]
    return b"kgraph\r\n" + b"".join(words) + body


def refuse(data, path, match=None):
    """Check that a file is refused, when it is loaded or at the latest when it is run."""
    path.write_bytes(data)
    tracemalloc.start()
    try:
        with pytest.raises(GraphFileError, match=match) as caught:
            load(path)(X)
        assert tracemalloc.get_traced_memory()[1] < 30e6 + 20 * len(data)
    finally:
        tracemalloc.stop()
    assert type(caught.value) is GraphFileError
    assert 10 < len(str(caught.value)) < 500


def test_the_file_is_good_when_put_together_again(whole, tmp_path):
    (tmp_path / "f").write_bytes(put_together(*taken_apart(whole)))
    (tmp_path / "g").write_bytes(whole)
    assert load(tmp_path / "f")(X).tobytes() == load(tmp_path / "g")(X).tobytes()


def test_a_file_cut_anywhere_is_refused(whole, tmp_path):
    for size in range(0, len(whole), 97):
        refuse(whole[:size], tmp_path / "f")
    refuse(whole[:-1], tmp_path / "f", "cut short")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_file_with_other_bytes_is_refused(whole, tmp_path, data):
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(whole) - 1))
        damaged[place] ^= data.draw(st.integers(1, 255))
    if damaged != whole:
        refuse(bytes(damaged), tmp_path / "f")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_header_with_other_bytes_and_a_right_checksum_harms_nobody(whole, tmp_path, data):
    header, blocks = taken_apart(whole)
    text = bytearray(json.dumps(header).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(32, 126))
    (tmp_path / "f").write_bytes(put_together(bytes(text), blocks))
    try:
        load(tmp_path / "f")(X)
    except GraphFileError:
        pass
    except ValueError as error:  # the input is no longer what the file says it takes
        assert str(error).startswith(("Input ", "The inputs "))  # noqa: PT017


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["batch", "list", "dict", "axis", "name", "shape"]), inner, max_size=3
    ),
    max_leaves=8,
)  # fmt: skip


def places(value, path=()):
    """All places within nested lists and dicts."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items if isinstance(value, (dict, list)) else ():
        if isinstance(inner, (dict, list)):
            yield from places(inner, (*path, key))
        else:
            yield (*path, key)


@settings(
    deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_anything_in_the_place_of_anything_harms_nobody(whole, tmp_path, data):
    header, blocks = taken_apart(whole)
    path = data.draw(st.sampled_from(sorted(places(header), key=repr)))
    header = put(header, path, data.draw(JSON))
    (tmp_path / "f").write_bytes(put_together(header, blocks))
    try:
        load(tmp_path / "f")(X)
    except GraphFileError:
        pass
    except ValueError as error:
        assert str(error).startswith(("Input ", "The inputs "))  # noqa: PT017


def put(value, path, new):
    if not path:
        return new
    value = copy.copy(value)
    value[path[0]] = put(value[path[0]], path[1:], new)
    return value


LARGE = 1 << 45
BATCHED = {"batch": [LARGE, -LARGE + 1]}
CHANGES = {
    "no object": ((), [1], "lacks some of"),
    "no parts": ((), {}, "lacks some of"),
    "inputs is a number": (("inputs",), 3, "lacks some of"),
    "nodes of numbers": (("nodes",), [1], "lacks some of"),
    "a field too few": (("nodes", 0), {"primitive": "add"}, "Expected .*'inputs'.*Received"),
    "a field too many": (("inputs", 0, "more"), 1, "Received: .*'more'"),
    "unknown primitive": (("nodes", 0, "primitive"), "os.system", "`primitive` is no primitive"),
    "primitive of Python": (("nodes", 0, "primitive"), "__class__", "is no primitive"),
    "primitive is a list": (("nodes", 0, "primitive"), [], "is no primitive"),
    "object": (("inputs", 0, "dtype"), "object", "`dtype` is no dtype: 'object'"),
    "structured dtype": (("nodes", 0, "dtype"), "f4,O", "is no dtype"),
    "dtype is a code": (("nodes", 0, "dtype"), "O", "is no dtype"),
    "text": (("constants", 0, "dtype"), "str", "is no dtype"),
    "one input too few": (("nodes", 0, "inputs"), [0], "matmul does not take 1 inputs"),
    "one input too many": (("nodes", 0, "inputs"), [0, 0, 0], "matmul does not take 3 inputs"),
    "itself": (("nodes", 0, "inputs"), [0, 3], "3 is not below 3"),
    "forward": (("nodes", 0, "inputs"), [0, 5], "5 is not below 3"),
    "from the end": (("nodes", 0, "inputs"), [0, -1], "-1 is not below"),
    "far": (("nodes", 0, "inputs"), [0, LARGE], "is not below"),
    "a truth as a place": (("nodes", 0, "inputs"), [0, True], "`inputs` is no int"),
    "a fraction as a place": (("nodes", 0, "inputs"), [0, 1.0], "`inputs` is no int"),
    "an unknown parameter": (("nodes", 0, "parameters"), {"order": "C"}, r"Expected \[\]"),
    "parameters is a list": (("nodes", 0, "parameters"), [], "`parameters` is no dict"),
    "an axis is text": (("nodes", 2, "parameters", "axis"), "1", "`axis` is no axis"),
    "an axis too far": (("nodes", 2, "parameters", "axis"), [7], "out of bounds"),
    "an axis of lists": (("nodes", 2, "parameters", "axis"), [[1]], "Value 5 for batch"),
    "keepdims is a number": (("nodes", 2, "parameters", "keepdims"), 1, "`keepdims` is no bool"),
    "a large shape": (("nodes", 0, "shape"), [LARGE, 2], "A run needs more than"),
    "a shape that grows": (("nodes", 0, "shape"), [BATCHED, 2], "A run needs more than"),
    "many axes": (("nodes", 0, "shape"), [LARGE] * 100_000, "100000 axes are too many"),
    "a negative size": (("nodes", 0, "shape"), [-2, 2], "Value 3 for batch 2: negative"),
    "another shape": (("nodes", 0, "shape"), [3, 2], "Value 3 for batch 2"),
    "another dtype": (("nodes", 0, "dtype"), "int8", "Value 3 for batch 2: Cannot cast"),
    "a size of text": (("nodes", 0, "shape"), ["2"], "`shape` is no size"),
    "half a size": (("nodes", 0, "shape", 0), {"batch": [1]}, "`shape` is no size"),
    "a size with more": (("nodes", 0, "shape", 0), {"batch": [1, 0], "x": 1}, "is no size"),
    "a constant beyond": (("constants", 0, "start"), 1 << 40, "has other data"),
    "a constant before": (("constants", 0, "start"), -8, "has other data"),
    "a constant too short": (("constants", 0, "nbytes"), 4, "has other data"),
    "a constant too large": (("constants", 0, "shape"), [LARGE], "has other data"),
    "a negative constant": (("constants", 0, "shape"), [-3, -2], "has other data"),
    "a constant of the batch": (("constants", 0, "shape"), [{"batch": [1, 0]}], "has other data"),
    "an output too far": (("outputs", 0, "place"), 99, "99 is not below"),
    "no structure": (("structure",), "x", "is not below"),
    "structure too far": (("structure",), {"list": [0, 1]}, "1 is not below 1"),
    "structure of classes": (("structure",), {"os": [0]}, "is no structure"),
    "an empty structure": (("structure",), {}, "is no structure"),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_a_hostile_header_is_refused(what, whole, tmp_path):
    path, new, message = CHANGES[what]
    header, blocks = taken_apart(whole)
    assert [node["primitive"] for node in header["nodes"][:3]] == ["matmul", "add", "max"]
    refuse(put_together(put_in(header, path, new), blocks), tmp_path / "f", message)


def put_in(header, path, new):
    if not path:
        return new
    place = header
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = new
    return header


@pytest.mark.parametrize("text, message", [
    (b"", "The header is wrong"),
    (b"{", "The header is wrong"),
    (b"\xff\xfe{}", "The header is wrong"),
    (b"[" * 100_000, "The header is wrong"),
    (b"[" * 100_000 + b"]" * 100_000, "The header is wrong"),
    (b'{"a":' * 5000 + b"1" + b"}" * 5000, "The header is wrong"),
    (b"9" * 10_000, "The header is wrong"),
    (b"null", "lacks some of"),
])  # fmt: skip
def test_a_header_that_is_no_json_is_refused(text, message, tmp_path):
    refuse(put_together(text, b""), tmp_path / "f", message)


@pytest.mark.parametrize("depth", [10, 300, 900, 5000])
def test_a_deep_structure_is_refused(depth, whole, tmp_path):
    header, blocks = taken_apart(whole)
    text = json.dumps({**header, "structure": "HERE"})
    deep = '{"list":[' * depth + "9" + "]}" * depth
    refuse(put_together(text.replace('"HERE"', deep).encode(), blocks), tmp_path / "f")


def test_files_of_other_kinds_are_refused(whole, tmp_path):
    refuse(b"", tmp_path / "f", "This is no graph file")
    refuse(b"PK\x03\x04" + whole, tmp_path / "f", "This is no graph file")
    refuse(whole.replace(b"\r\n", b"\n", 1), tmp_path / "f", "This is no graph file")
    refuse(put_together(*taken_apart(whole), version=2), tmp_path / "f", "version 2; .* reads 1")
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "missing")


def node(primitive, inputs, shape, dtype="float32", **parameters):
    return {
        "primitive": primitive, "inputs": inputs, "parameters": parameters, "shape": shape,
        "dtype": dtype,
    }  # fmt: skip


WIDE, TALL = [1, 10**7], [10**7, 1]
PAIR = [node("fill", [], WIDE, value=1), node("fill", [], TALL, value=0)]  # their sum is 400 TB
INDICES = [PAIR[0], node("fill", [], TALL, "int32", value=0)]
LONG = [1 << 28]


@pytest.mark.parametrize("nodes", [
    [node("fill", [], [10**5, 10**5], value=1.0)],
    [node("broadcast_to", [0], [10**12, 2, 3])],
    [node("broadcast_to", [0], [10**9, 3]), node("sum", [1], [], axis=[0, 1], keepdims=False)],
    [*PAIR, node("add", [1, 2], [1])],
    [*PAIR, node("add", [1, 2], [10**7] * 2)],
    [*PAIR, node("select", [1, 2, 1], [1])],
    [*PAIR, node("matmul", [2, 1], [1, 1])],
    [*INDICES, node("take_along_axis", [1, 2], [1, 1], axis=0)],
    [*INDICES, node("gather", [1, 2], [1], axis=0)],
    [node("fill", [], LONG, value=1), *[node("exp", [i], LONG) for i in range(1, 9)],
     node("concatenate", list(range(1, 10)), [9 << 28], axis=0)],
    [node("pad", [0], [10**6, 10**6], window=[[0, 2, 1], [0, 3, 1]], value=0)],
    [node("slice", [0], [2, 3], window=[[0, 10**30, 0], [0, 3, 1]])],
    [node("transpose", [0], [3, 2], axes=[1, 10**30])],
    [node("reshape", [0], [-1])],
], ids=lambda nodes: " ".join(n["primitive"] for n in nodes[:4]))  # fmt: skip
def test_absurd_sizes_are_refused_before_memory_is_taken(nodes, tmp_path):
    header = {
        "inputs": [{"name": "x", "shape": [2, 3], "dtype": "float32"}],
        "constants": [],
        "nodes": nodes,
        "outputs": [{"name": "y", "place": len(nodes)}],
        "structure": 0,
    }
    path = tmp_path / "f"
    path.write_bytes(put_together(header, b""))
    tracemalloc.start()
    try:
        with pytest.raises(GraphFileError):
            load(path, limit=200_000_000)(X)
        assert tracemalloc.get_traced_memory()[1] < 200_000_000
    finally:
        tracemalloc.stop()


def test_a_size_that_grows_beyond_all_numbers_is_refused_when_it_is_met(tmp_path):
    growing = {"batch": [10**4000, 1 - 10**4000]}
    header = {
        "inputs": [{"name": "x", "shape": [{"batch": [1, 0]}, 3], "dtype": "float32"}],
        "constants": [], "nodes": [node("fill", [], [growing] * 60, value=10**400)],
        "outputs": [{"name": "y", "place": 1}], "structure": 0,
    }  # fmt: skip
    refuse(put_together(header, b""), tmp_path / "f", "A run needs more than")


def test_the_limit_is_for_each_sample(tmp_path):
    model = sequential((3,), layers.Dense(1000), layers.Dense(1))
    export(model, tmp_path / "model.kgraph")
    x = np.ones((100, 3), "float32")
    assert load(tmp_path / "model.kgraph", limit=10_000)(x).shape == (100, 1)
    with pytest.raises(GraphFileError, match=r"needs more than self\._limit=1000"):
        load(tmp_path / "model.kgraph", limit=1000)


def test_a_truth_that_is_neither_is_made_one(tmp_path):
    header = {
        "inputs": [], "constants": [{"start": 0, "nbytes": 3, "shape": [3], "dtype": "bool"}],
        "nodes": [], "outputs": [{"name": "y", "place": 0}], "structure": 0,
    }  # fmt: skip
    (tmp_path / "f").write_bytes(put_together(header, b"\x00\x01\xff"))
    assert load(tmp_path / "f")().tobytes() == b"\x00\x01\x01"
