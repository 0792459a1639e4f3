"""Graphs as data: their text form there and back, their order, and rewriting."""

import numpy as np
import pytest
from hypothesis import given, settings

import kerasish as keras
from kerasish import ops
from kerasish.arrays.spec import Spec
from kerasish.backend.graph.graph import Graph, make_node, used_by
from kerasish.backend.graph.parse import parse, parse_spec
from kerasish.backend.graph.trace import trace
from kerasish.primitives import arithmetic, state
from tests.backend.graph.random_graphs import graphs

TEXT = """
x0: f32[4]
x1: f32[4]
w0 = read dense/kernel: f32[4]
v0 = multiply x0 w0
v1 = sum v0 axes=(0,) keepdims=False
c0 = constant 2.5: f32[]
v2 = add v1 c0
v3 = cast v2 dtype='float64'
v4 = add x1 w0
assign dense/kernel = v4
return v3 v0
""".strip()


def test_text_is_read_and_written_alike():
    assert str(parse(TEXT)) == TEXT


@settings(max_examples=60, deadline=None, derandomize=True)
@given(graphs())
def test_any_graph_is_read_and_written_alike(graph):
    once = str(parse(str(graph)))
    assert str(parse(once)) == once
    assert once.count("\n") == str(graph).count("\n")


def test_names_may_be_any_in_what_is_read():
    graph = parse("x, y: f32[4]\n a = multiply x y\n b = multiply x y\n c = add a b\n return c")
    assert str(graph) == (
        "x0: f32[4]\nx1: f32[4]\nv0 = multiply x0 x1\nv1 = multiply x0 x1\n"
        "v2 = add v0 v1\nreturn v2"
    )


@pytest.mark.parametrize("text, shape, dtype", [
    ("f32[2,3]", (2, 3), "float32"), ("bf16[]", (), "bfloat16"), ("i32[0]", (0,), "int32"),
    ("u8[1]", (1,), "uint8"), ("c64[2]", (2,), "complex64"), ("bool[2]", (2,), "bool"),
])  # fmt: skip
def test_specs_are_read_and_written_alike(text, shape, dtype):
    assert parse_spec(text) == Spec(shape, dtype)
    assert str(Spec(shape, dtype)) == text


@pytest.mark.parametrize("text, message", [
    ("x: f32[4]\ny = frobnicate x", "line 2, 'y = frobnicate x': 'frobnicate'"),
    ("x: f32[4]\ny = add x z", r"line 2, 'y = add x z': 'z'"),
    ("x: 4", "line 1, 'x: 4': .*is no spec; expected something like"),
    ("x: f32[4]\ny: f32[3]\nz = add x y", "line 3, .*do not broadcast"),
    ("x: f32[4]\nassign w = y", "line 2, 'assign w = y': 'y'"),
])  # fmt: skip
def test_the_first_line_that_is_wrong_is_told(text, message):
    with pytest.raises(ValueError, match=message):
        parse(text)


def test_infinite_numbers_are_read():
    text = "x0: f32[2]\nv0 = pad x0 widths=((1,0),) value=-inf\nreturn v0"
    assert str(parse(text)) == text
    text = "x0: f32[]\nc0 = constant -inf: f32[]\nv0 = maximum x0 c0\nreturn v0"
    assert str(parse(text)) == text
    text = "x0: f32[2]\nc0 = constant [nan, inf]: f32[2]\nv0 = maximum x0 c0\nreturn v0"
    assert str(parse(text)) == text


def test_nodes_come_after_their_inputs_and_nothing_else_comes():
    graph = parse("x: f32[2]\na = exp x\nunused = exp a\nb = add a x\nreturn b")
    assert [node.primitive.name for node in graph.nodes()] == ["placeholder", "exp", "add"]


def test_a_deep_graph_needs_no_recursion():
    node = first = make_node(state.placeholder, spec=Spec((2,), "float32"))
    for _ in range(20_000):
        node = make_node(arithmetic.negative, node)
    graph = Graph((first,), (node,))
    assert len(graph.nodes()) == 20_001
    assert len(graph.rewrite(lambda n: n).nodes()) == 20_001
    assert repr(node) == "<Node negative: f32[2]>"


def test_rewriting_nothing_changes_nothing():
    graph = parse(TEXT)
    same = graph.rewrite(lambda node: node)
    assert all(a is b for a, b in zip(graph.nodes(), same.nodes(), strict=True))


def test_users_of_a_node_are_found():
    graph = parse("x: f32[2]\na = exp x\nb = multiply a a\nc = add b x\nreturn c")
    users = {n.primitive.name: [u.primitive.name for u in us]
             for n, us in used_by(graph.nodes()).items()}  # fmt: skip
    assert users == {
        "placeholder": ["exp", "add"], "exp": ["multiply", "multiply"], "multiply": ["add"],
        "add": [],
    }  # fmt: skip


def test_data_of_a_graph_is_frozen():
    graph = parse(TEXT)
    for thing, name in ((graph, "outputs"), (graph.outputs[0], "shape")):
        with pytest.raises(AttributeError):
            setattr(thing, name, ())


# Tracing.


def test_a_trace_writes_down_what_is_applied():
    graph = trace(lambda x: ops.exp(x) + 1, Spec((2,), "float32"))
    assert str(graph) == (
        "x0: f32[2]\nv0 = exp x0\nc0 = constant 1.0: f32[]\nv1 = add v0 c0\nreturn v1"
    )


def test_what_is_known_is_computed_while_tracing():
    graph = trace(lambda x: x * ops.exp(ops.zeros(2)), Spec((2,), "float32"))
    assert str(graph) == (
        "x0: f32[2]\nc0 = constant [1.0, 1.0]: f32[2]\nv0 = multiply x0 c0\nreturn v0"
    )


def test_only_what_is_asked_for_is_in_the_graph():
    def step(x):
        ops.tanh(x)
        return x * 2

    assert "tanh" not in str(trace(step, Spec((2,), "float32")))


def test_reads_and_assignments_keep_the_programs_order():
    v = keras.Variable([1.0, 2.0], name="v")

    def step(x):
        before = v * 1.5
        v.assign(v + x)
        return before, v * 2.5

    assert str(trace(step, Spec((2,), "float32"))) == (
        "x0: f32[2]\nw0 = read v: f32[2]\nc0 = constant 1.5: f32[]\nv0 = multiply w0 c0\n"
        "v1 = add w0 x0\nc1 = constant 2.5: f32[]\nv2 = multiply v1 c1\n"
        "assign v = v1\nreturn v0 v2"
    )


def test_a_trace_leaves_variables_as_they_are():
    v = keras.Variable([1.0])
    trace(lambda x: v.assign(v + x), Spec((1,), "float32"))
    assert v.numpy().tolist() == [1.0]


def test_one_array_is_one_constant():
    array = ops.convert_to_tensor(np.arange(3, dtype="float32"))
    graph = trace(lambda x: x * array + array, Spec((3,), "float32"))
    assert str(graph).count("constant") == 1
