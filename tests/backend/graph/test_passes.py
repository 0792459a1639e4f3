"""Each pass: a graph's text in, a graph's text out."""

import numpy as np
import pytest

from kerasish.backend.graph.graph import Graph, make_node
from kerasish.backend.graph.parse import parse
from kerasish.backend.graph.passes import ORDER, fold_constants, merge_equal, optimise, simplify
from kerasish.backend.graph.verify import verify
from kerasish.primitives import arithmetic, state


def after(optimise_once, text, inputs="x, y: f32[4]"):
    """The text of a graph after a pass, which must leave a valid graph."""
    return str(verify(optimise_once(verify(parse(f"{inputs}\n{text}")))))


def before(text, inputs="x, y: f32[4]"):
    """The text of a graph as it is."""
    return str(parse(f"{inputs}\n{text}"))


# merge_equal


def test_equal_products_are_computed_once():
    assert after(
        merge_equal, "a = multiply x y\n b = multiply x y\n c = add a b\n return c"
    ) == before("a = multiply x y\n c = add a a\n return c")


def test_equality_goes_on_through_what_was_merged():
    text = "a = exp x\n b = exp x\n c = sin a\n d = sin b\n e = add c d\n return e"
    assert after(merge_equal, text) == before("a = exp x\n c = sin a\n e = add c c\n return e")


@pytest.mark.parametrize("text", [
    "a = subtract x y\n b = subtract y x\n c = add a b\n return c",
    "a = sum x axes=(0,) keepdims=False\n b = sum x axes=(0,) keepdims=True\n return a b",
    "a = cast x dtype='float16'\n b = cast x dtype='float64'\n return a b",
    "a = constant 0.0: f32[]\n b = constant -0.0: f32[]\n c = add x a\n d = add x b\n return c d",
    "a = pad x widths=((1,0),) value=0.0\n b = pad x widths=((1,0),) value=-0.0\n return a b",
    "a = constant 1: i32[]\n b = constant 1: i64[]\n return a b",
    "a = constant [1.0]: f32[1]\n b = constant 1.0: f32[]\n return a b",
])  # fmt: skip
def test_what_differs_is_computed_twice(text):
    assert after(merge_equal, text) == before(text)


def test_equal_constants_are_kept_once():
    text = (
        "a = constant 2.0: f32[]\n b = constant 2.0: f32[]\n c = add x a\n d = add c b\n return d"
    )
    assert after(merge_equal, text) == before(
        "a = constant 2.0: f32[]\n c = add x a\n d = add c a\n return d"
    )


def test_equal_draws_of_one_state_are_one():
    text = "a = random_uniform s shape=(2,) dtype='float32'\n"
    text += "b = random_uniform s shape=(2,) dtype='float32'\n c = add a b\n return c"
    assert after(merge_equal, text, "s: u32[2]").count("random_uniform") == 1


def test_large_constants_are_not_compared():
    arrays = [np.zeros(100, dtype="float32") for _ in range(2)]
    a, b = (make_node(state.constant, array=array) for array in arrays)
    graph = merge_equal(Graph((), (make_node(arithmetic.add, a, b),)))
    assert str(graph).count("constant") == 2


# fold_constants


def test_what_depends_on_constants_alone_is_computed():
    text = (
        "a = constant [1.0, 2.0]: f32[2]\n b = negative a\n c = exp b\n d = multiply c b\n return d"
    )
    found = fold_constants(parse(text)).outputs[0]
    assert found.primitive is state.constant
    x = -np.array([1, 2], dtype="float32")
    assert found.params["array"].tobytes() == (np.exp(x) * x).tobytes()


def test_what_depends_on_an_input_is_left():
    text = "a = constant 2.0: f32[]\n b = negative a\n c = multiply x b\n return c"
    assert after(fold_constants, text) == before(
        "b = constant -2.0: f32[]\n c = multiply x b\n return c"
    )


def test_a_constant_larger_than_its_parts_is_left_to_the_run():
    text = "a = constant 2.0: f32[]\n b = broadcast_to a shape=(300,300)\n return b"
    assert after(fold_constants, text, "x: f32[1]") == before(text, "x: f32[1]")


def test_an_update_of_constants_alone_stays_an_update():
    text = "w = read w: f32[]\n a = constant 2.0: f32[]\n b = negative a\n assign w = b\n return x"
    found = after(fold_constants, text, "x: f32[1]")
    assert found == "x0: f32[1]\nc0 = constant -2.0: f32[]\nassign w = c0\nreturn x0"


# simplify


@pytest.mark.parametrize("line", [
    "a = cast x dtype='float32'",
    "a = reshape x shape=(4,)",
    "a = broadcast_to x shape=(4,)",
    "a = stop_gradient x",
    "a = transpose x axes=(0,)",
    "a = max x axes=() keepdims=False",
    "one = constant 1.0: f32[]\na = multiply x one",
    "one = constant 1.0: f32[]\na = multiply one x",
    "one = constant 1.0: f32[]\nones = broadcast_to one shape=(4,)\na = multiply x ones",
    "b = reshape x shape=(2,2)\na = reshape b shape=(4,)",
    "b = reshape x shape=(1,4)\nc = transpose b axes=(1,0)\nd = transpose c axes=(1,0)\n"
    "a = reshape d shape=(4,)",
])  # fmt: skip
def test_what_changes_nothing_is_left_out(line):
    assert after(simplify, f"{line}\nb2 = exp a\nreturn b2") == before("b = exp x\nreturn b")


@pytest.mark.parametrize("text", [
    "one = constant 1.0: f32[]\na = divide x one\nreturn a",
    "one = constant [[1.0]]: f32[1,1]\na = multiply x one\nreturn a",
    "zero = constant 0.0: f32[]\na = add x zero\nreturn a",
    "a = cast x dtype='float16'\nb = cast a dtype='float32'\nreturn b",
    "a = broadcast_to x shape=(2,4)\nreturn a",
    "a = sum x axes=(0,) keepdims=True\nreturn a",
    "a = sum x axes=() keepdims=False\nreturn a",
])  # fmt: skip
def test_what_changes_a_bit_is_left_in(text):
    assert after(simplify, text) == before(text)


@pytest.mark.parametrize("line", [
    "one = constant 1.0: f32[]\na = multiply t one",
    "a = cast t dtype='float32'",
    "a = max t axes=() keepdims=False",
    "a = reshape t shape=(3,2)",
])  # fmt: skip
def test_a_copy_into_rows_is_left_where_the_next_step_could_tell(line):
    turned = "t = transpose x axes=(1,0)"
    found = after(simplify, f"{turned}\n{line}\nb = matmul y a\nreturn b", "x, y: f32[2,3]")
    assert found == before(
        f"{turned}\na = contiguous t\nb = matmul y a\nreturn b", "x, y: f32[2,3]"
    )


def test_turns_are_composed():
    text = "a = transpose x axes=(1,2,0)\nb = transpose a axes=(1,2,0)\nreturn b"
    assert after(simplify, text, "x: f32[2,3,4]") == before(
        "b = transpose x axes=(2,0,1)\nreturn b", "x: f32[2,3,4]"
    )


def test_a_number_is_broadcast_by_the_operation_itself():
    text = "c = constant 3.0: f32[]\nb = broadcast_to c shape=(4,)\na = add x b\nreturn a"
    assert after(simplify, text) == before("c = constant 3.0: f32[]\na = add x c\nreturn a")


def test_a_broadcast_that_gives_the_result_its_shape_stays():
    text = "b = broadcast_to x shape=(2,4)\nc = broadcast_to y shape=(2,4)\na = add b c\nreturn a"
    found = after(simplify, text)
    assert found.count("broadcast_to") == 1
    assert "f32[2,4]" in str(parse(found).outputs[0].spec)


# All of them.


def test_passes_can_be_left_out():
    text = "x: f32[4]\na = exp x\nb = exp x\nc = stop_gradient b\nd = add a c\nreturn d"
    graph = parse(text)
    count = {names: len(optimise(graph, without=names).nodes()) for names in (
        (), ("merge_equal",), ("simplify",), tuple(p.__name__ for p in ORDER))}  # fmt: skip
    assert count == {
        (): 3,
        ("merge_equal",): 4,
        ("simplify",): 4,
        ("simplify", "fold_constants", "merge_equal"): 5,
    }


def test_passes_leave_the_graph_they_are_given():
    text = "x0: f32[4]\nv0 = exp x0\nv1 = exp x0\nv2 = add v0 v1\nreturn v2"
    graph = parse(text)
    optimise(graph)
    assert str(graph) == text
