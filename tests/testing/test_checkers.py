"""The checkers are checked: each kind of fault, made on purpose, must be found."""

import numpy as np
import pytest

from kerasish import ops
from kerasish.arrays.spec import Spec
from kerasish.backend.graph.graph import Graph, Node, make_node
from kerasish.backend.graph.parse import parse
from kerasish.backend.graph.verify import InvalidGraph, verify
from kerasish.backend.tensor import Tensor
from kerasish.primitives import arithmetic, state
from kerasish.primitives.arithmetic import multiply
from kerasish.primitives.casting import stop_gradient
from kerasish.primitives.primitive import Elementwise, Floating, Primitive
from kerasish.testing.bits import assert_same_bits
from kerasish.testing.edges import check_edges, check_rows
from kerasish.testing.gradients import check_gradients
from kerasish.testing.laws import check_primitive
from kerasish.testing.strict_arrays import StrictArray, strict

X = np.array([0.3, -0.7, 1.9])


class Sine(Floating):
    """A primitive without a fault; each class below has one."""

    function = "sin"

    def grad_x(self, g, x):
        return multiply(g, cosine(x))


class Cosine(Floating):
    """Its slope."""

    function = "cos"

    def grad_x(self, g, x):
        return arithmetic.negative(multiply(g, Sine()(x)))


cosine = Cosine()


def test_a_primitive_without_a_fault_passes():
    check_primitive(Sine(), X)


# Gradients.


def test_a_gradient_wrong_by_a_half_per_mille_is_found():
    class Wrong(Sine):
        """Sine."""

        def grad_x(self, g, x):
            return multiply(multiply(g, cosine(x)), 1.0005)

    with pytest.raises(AssertionError, match="first gradient for input 0"):
        check_primitive(Wrong(), X)


def test_a_gradient_that_is_missing_is_found():
    class Wrong(Elementwise):
        """Product."""

        inputs, function = ("a", "b"), "multiply"

        def grad_a(self, g, b):
            return multiply(g, b)

    with pytest.raises(AssertionError, match="first gradient for input 1"):
        check_primitive(Wrong(), X, X + 1)


def test_a_second_gradient_that_is_wrong_is_found():
    class Wrong(Sine):
        """Sine."""

        def grad_x(self, g, x):
            return multiply(g, stop_gradient(cosine(x)))

    check_primitive(Wrong(), X, order=1)
    with pytest.raises(AssertionError, match="second gradient for input 0"):
        check_primitive(Wrong(), X)


def test_a_gradient_of_a_function_is_checked_too():
    check_gradients(lambda a, b: a * b + a / b, X, X + 3)
    with pytest.raises(AssertionError, match="first gradient for input 1"):
        check_gradients(lambda a, b: a * stop_gradient(b), X, X + 3)


def test_whole_numbers_are_constants_to_the_checker():
    check_gradients(lambda a, b: a * b, X, np.array([1, 2, 3]))


# Shapes, dtypes and bits.


def test_an_infer_that_lies_about_the_shape_is_found():
    class Wrong(Sine):
        """Sine."""

        def infer(self, x):
            return Spec((*x.shape, 1), x.dtype)

    with pytest.raises(AssertionError, match=r"infer says f64\[3,1\], forward gives f64\[3\]"):
        check_primitive(Wrong(), X)


def test_an_infer_that_lies_about_the_dtype_is_found():
    class Wrong(Sine):
        """Sine."""

        result = "float32"

    with pytest.raises(AssertionError, match=r"infer says f32\[3\], forward gives f64\[3\]"):
        check_primitive(Wrong(), X)


def test_a_bit_lost_on_the_way_into_out_is_found():
    class Wrong(Sine):
        """Sine."""

        def forward(self, xp, x, out=None):
            found = xp.sin(x)
            if out is None:
                return found
            out[...] = xp.nextafter(found, xp.asarray(9.0, dtype=x.dtype))
            return out

    with pytest.raises(AssertionError, match="into out: 3 of 3 numbers differ"):
        check_primitive(Wrong(), X)


def test_reading_after_writing_in_place_is_found():
    class Wrong(Elementwise):
        """x + x * x."""

        def forward(self, xp, x, out=None):
            squared = xp.multiply(x, x, out=out)
            return xp.add(squared, x, out=out)

    with pytest.raises(AssertionError, match="in place of input 0"):
        check_primitive(Wrong(), X)


def test_an_engine_that_gives_other_bits_is_found():
    class Wrong(Primitive):
        """x, and a little more at each further call in float32."""

        calls = 0

        def infer(self, x):
            return x

        def forward(self, xp, x, out=None):
            type(self).calls += x.dtype == "float32"
            return xp.add(x, xp.asarray(max(self.calls - 3, 0) * 1e-6, dtype=x.dtype), out=out)

    with pytest.raises(AssertionError, match="wrong in the graph engine"):
        check_primitive(Wrong(), X, order=0)


@pytest.mark.parametrize(
    "a, b",
    [
        (np.array([0.0]), np.array([-0.0])),
        (np.array([1.0]), np.array([np.nextafter(1.0, 2.0)])),
        (np.array([1.0]), np.array([1.0], dtype="float32")),
        (np.array([1.0]), np.array([[1.0]])),
        (np.array([1.0]), np.array(1.0)),
        (np.array([np.nan]), np.array([1.0])),
        (np.array([np.nan]), -np.array([np.nan])),
    ],
)
def test_different_bits_are_found(a, b):
    with pytest.raises(AssertionError):
        assert_same_bits(a, b)


def test_the_same_bits_pass():
    assert_same_bits(np.array([np.nan, -0.0]), np.array([np.nan, -0.0]))
    assert_same_bits(Tensor(np.array([1.0])), np.array([1.0]))


def test_the_first_difference_is_told():
    with pytest.raises(AssertionError, match=r"loss: 1 of 4 numbers differ, first at \(1, 0\)"):
        assert_same_bits(np.zeros((2, 2)), np.array([[0, 0], [1e-9, 0]]), "loss")


# The strict module: what would copy to the host, or fail, on a GPU.


def leaky(body):
    """Return a sine whose forward is `body`, a function of `xp, x`."""

    class Leaky(Sine):
        """Sine."""

        def forward(self, xp, x, out=None):
            found = body(xp, x)
            if out is None:
                return found
            out[...] = found
            return out

    return Leaky()


@pytest.mark.parametrize(
    "body",
    [
        lambda xp, x: np.sin(x),
        lambda xp, x: np.asarray(x),
        lambda xp, x: xp.sin(x) + np.zeros(3),
        lambda xp, x: xp.add(x, np.ones(3)),
        lambda xp, x: xp.sin(x, out=np.empty(3)),
        lambda xp, x: xp.stack([x, np.ones(3)])[0],
        lambda xp, x: x[np.array([2, 1, 0])],
        lambda xp, x: np.concatenate([x, x])[:3],
    ],
)
def test_a_leak_to_the_host_is_found(body):
    with pytest.raises(TypeError):
        check_primitive(leaky(body), X)


def test_a_result_on_the_host_is_found():
    primitive = leaky(lambda xp, x: x.get() if isinstance(x, StrictArray) else x)
    with pytest.raises(AssertionError, match="the result left the device"):
        check_primitive(primitive, X)


def test_the_strict_module_computes():
    a = strict.asarray([[1.0, 2.0], [3.0, 4.0]])
    assert (a @ a + 1).get().tolist() == [[8.0, 11.0], [16.0, 23.0]]
    assert (2 - a).get().tolist() == [[1.0, 0.0], [-1.0, -2.0]]
    assert strict.add.reduce(a, axis=0).get().tolist() == [4.0, 6.0]
    assert a.T.shape == (2, 2)
    assert bool((a == a).all())
    b = strict.zeros((2, 2))
    b += a
    strict.add.at(b, (strict.asarray([0, 0]),), 1.0)
    assert b.get().tolist() == [[3.0, 4.0], [3.0, 4.0]]


# Graphs.


def graph_of(text):
    return parse("x, y: f32[4]\n" + text)


def test_a_valid_graph_passes():
    graph = graph_of("w = read w: f32[4]\na = add x w\nassign w = a\nreturn a y")
    assert verify(graph) is graph


def lie(node, shape=None, dtype=None):
    return Node(node.primitive, node.inputs, node.params, shape or node.shape, dtype or node.dtype)


def test_a_node_that_lies_about_its_spec_is_found():
    graph = graph_of("a = add x y\nreturn a")
    wrong = [lie(graph.outputs[0], shape=(5,)), lie(graph.outputs[0], dtype="float64")]
    for node, text in zip(wrong, (r"the node f32\[5\]", r"the node f64\[4\]"), strict=True):
        with pytest.raises(InvalidGraph, match=text):
            verify(Graph(graph.inputs, (node,)))


def test_a_placeholder_that_nobody_feeds_is_found():
    graph = graph_of("a = add x y\nreturn a")
    with pytest.raises(InvalidGraph, match=r"placeholder f32\[4\] is not fed"):
        verify(Graph(graph.inputs[:1], graph.outputs))


def test_an_input_that_is_computed_is_found():
    graph = graph_of("a = add x y\nreturn a")
    with pytest.raises(InvalidGraph, match="input add is no placeholder"):
        verify(Graph((*graph.inputs, graph.outputs[0]), graph.outputs))


def test_a_source_with_inputs_is_found():
    graph = graph_of("return x")
    constant = make_node(state.constant, array=np.ones(2, dtype="float32"))
    wrong = Node(constant.primitive, graph.inputs[:1], constant.params, (2,), "float32")
    with pytest.raises(InvalidGraph, match="constant has inputs"):
        verify(Graph(graph.inputs, (wrong,)))


def test_an_update_that_does_not_fit_is_found():
    graph = graph_of(
        "w = read w: f32[4]\na = sum x axes=(0,) keepdims=False\nassign w = a\nreturn a"
    )
    with pytest.raises(InvalidGraph, match=r"f32\[\] does not fit variable w"):
        verify(graph)


def test_a_variable_that_is_assigned_twice_is_found():
    graph = graph_of("w = read w: f32[4]\na = add x w\nassign w = a\nassign w = x\nreturn a")
    with pytest.raises(InvalidGraph, match="assigned twice"):
        verify(graph)


# Edges.


def test_a_slope_that_is_wrong_at_an_edge_is_found():
    bent = ops.relu  # of softplus it is the value far out, and has no slope in between
    with pytest.raises(AssertionError, match="value: at 0"):
        check_edges(bent, lambda x: np.logaddexp(x, 0))

    def wrong(x):  # its slope at 0 is -3, not between 0 and 1
        return ops.relu(x) + ops.where(ops.equal(x, 0), -3 * x, 0.0)

    with pytest.raises(AssertionError, match="derivative 1: at 0"):
        check_edges(wrong, lambda x: np.maximum(x, 0))


def test_a_slope_that_is_wrong_in_one_row_is_found():
    rows = np.array([[1.0, 2.0], [0.0, 0.0]], "float32")

    def length(x):
        return np.sqrt((x**2).sum(-1))

    check_rows(lambda x: ops.sqrt(ops.sum(ops.square(x), -1)), length, rows)
    with pytest.raises(AssertionError, match="value, 2 rows"):
        check_rows(lambda x: ops.sqrt(ops.sum(ops.square(x), -1)) + 1.0, length, rows)
    with pytest.raises(AssertionError, match=r"derivative 1 along column 0, 1 rows: at \[1"):
        check_rows(lambda x: stop_gradient(ops.sum(x, -1)), lambda x: x.sum(-1), rows[:1])
    with pytest.raises(AssertionError, match="slope, 1 rows"), np.errstate(all="ignore"):
        check_rows(lambda x: ops.where(x > 0, x / x, 0.0), lambda x: (x > 0) * 1.0, rows)
