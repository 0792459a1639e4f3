"""Composites: one step forth and one back, with the bits of the primitives one by one."""

import copy
import pickle
from operator import attrgetter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import kerasish as keras
from kerasish import ops
from kerasish.backend.composite import LARGEST_CACHE, Composite
from kerasish.backend.reverse import gradients
from kerasish.backend.tensor import Tensor
from kerasish.errors import ShapeError
from kerasish.primitives import state
from kerasish.testing.bits import assert_same_bits
from tests.backend.graph.random_graphs import graphs, quiet
from tests.engines import current_engine

RNG = np.random.default_rng(0)
X, KERNEL, BIAS = (RNG.normal(size=s).astype("float32") for s in ((7, 4), (4, 5), (5,)))


@pytest.fixture(autouse=True)
def eager():
    with current_engine("eager"):
        yield


class AtOnce(Composite):
    """Plans for arrays of shapes that it sees for the first time."""

    def _plan(self, signature):
        super()._plan(signature)
        return super()._plan(signature)


def dense(x, kernel, bias):
    return ops.relu(ops.matmul(x, kernel) + bias)


def leaves(*arrays):
    return [Tensor(np.array(a)).requires_grad_() for a in arrays]


def planned_backs(composite):
    return [p._back is not None for p in composite._planned.values()]


def function_of(graph):
    """A random graph as a function of its inputs and of what it reads; and examples of those."""
    nodes = sorted(graph.nodes(), key=attrgetter("order"))
    sources = [n for n in nodes if n.primitive in (state.placeholder, state.read)]

    def function(*tensors):
        made = dict(zip(sources, tensors, strict=True))
        for node in nodes:
            if node.primitive is state.constant:
                made[node] = Tensor(node.params["array"])
            elif node not in made:
                made[node] = node.primitive(*(made[c] for c in node.inputs), **node.params)
        floats = [made[n] for n in graph.outputs if n.dtype == "float32"]
        return floats[0] if floats else made[nodes[-1]]

    return function, [RNG.normal(size=n.shape).astype(n.dtype) for n in sources]


@settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(graphs())
def test_random_functions_keep_every_bit(graph):
    function, arrays = function_of(graph)
    composite = AtOnce(function)
    found = []
    for f in (function, composite, composite):
        inputs = leaves(*arrays)
        with quiet():
            output = f(*inputs)
            seed = np.cos(np.arange(output.size, dtype="float32")).reshape(output.shape)
            elsewhere = [ops.sum(x * 1.5) for x in inputs]  # of which some comes first on the way
            whole = [ops.sum(output * seed), *elsewhere]
            found.append((output, gradients(whole, inputs)))
    for output, shares in found[1:]:
        assert_same_bits(output, found[0][0])
        for one, other in zip(shares, found[0][1], strict=True):
            assert (one is None) == (other is None)
            if one is not None:
                assert_same_bits(one, other)


def test_an_input_used_twice_and_elsewhere_adds_its_shares_one_by_one():
    def twice(x):
        return ops.exp(x) * ops.sin(x) + x * 0.1

    found = []
    for f in (twice, AtOnce(twice)):
        (x,) = leaves(X)
        found += gradients(ops.sum(ops.square(f(x))) + ops.sum(x * 1e-3), [x])
    assert_same_bits(*found)


def test_one_tensor_may_be_given_twice():
    product = AtOnce(lambda a, b: ops.sum(a * b * b))
    (x,) = leaves(X)
    (found,) = gradients(product(x, x), [x])
    (wanted,) = gradients(ops.sum(x * x * x), [x])
    assert_same_bits(found, wanted)


def test_the_way_back_is_planned_too():
    composite, inputs = AtOnce(dense), leaves(X, KERNEL, BIAS)
    gradients(ops.sum(ops.square(composite(*inputs))), inputs)
    assert planned_backs(composite) == [True]


@pytest.mark.parametrize("layout", ["input", "gradient"])
def test_what_is_not_laid_out_in_rows_is_computed_as_it_is(layout):
    across = np.asfortranarray(X) if layout == "input" else X
    seed = (
        np.broadcast_to(np.float32(0.3), (7, 5)) if layout == "gradient" else np.ones((7, 5), "f")
    )
    composite, found = AtOnce(dense), []
    for f in (dense, composite):
        inputs = [Tensor(across).requires_grad_(), *leaves(KERNEL, BIAS)]
        found.append(gradients(f(*inputs), inputs, [Tensor(seed)]))
    for one, other in zip(*found, strict=True):
        assert_same_bits(one, other)
    assert True not in planned_backs(composite)


def test_gradients_of_gradients():
    composite, found = AtOnce(lambda x, k: ops.tanh(ops.matmul(x, k))), []
    for f in (composite.function, composite):
        x, kernel = leaves(X, KERNEL)
        (first,) = gradients(ops.sum(f(x, kernel)), [x], release=False, create_graph=True)
        found.append(gradients(ops.sum(ops.square(first)), [x, kernel]))
        with keras.GradientTape() as outer:
            with keras.GradientTape() as inner:
                value = ops.sum(f(x, kernel))
            first = inner.gradient(value, x)
            penalty = ops.sum(ops.square(first))
        found[-1] += outer.gradient(penalty, [x, kernel])
    for one, other in zip(*found, strict=True):
        assert_same_bits(one, other)


def test_values_are_let_go_by_the_walk_as_everywhere():
    composite, inputs = AtOnce(dense), leaves(X, KERNEL, BIAS)
    output = ops.sum(composite(*inputs))
    output.backward(retain_graph=True)
    output.backward()
    with pytest.raises(RuntimeError, match="retain_graph"):
        output.backward()


def test_only_what_has_a_record_gets_a_gradient():
    composite = AtOnce(dense)
    (kernel,) = leaves(KERNEL)
    output = composite(Tensor(X), kernel, Tensor(BIAS))
    assert [p is not None for p in output.record.parents] == [False, True, False]
    with keras.no_grad():
        assert composite(Tensor(X), kernel, Tensor(BIAS)).record is None
    assert composite(Tensor(X), Tensor(KERNEL), Tensor(BIAS)).record is None


def test_a_wrong_shape_is_told_as_everywhere():
    with pytest.raises(ShapeError, match="equal inner sizes"):
        AtOnce(dense)(Tensor(X), Tensor(KERNEL.T.copy()), Tensor(BIAS))


def test_changing_batch_sizes_do_not_pile_up():
    composite = AtOnce(lambda x: x * 2.0)
    for n in range(1, LARGEST_CACHE + 30):
        composite(Tensor(np.ones((n, 1), "f")))
    assert len(composite._planned) == LARGEST_CACHE


def test_shapes_are_planned_for_when_they_come_again():
    composite = Composite(dense)
    found = [composite(Tensor(X), Tensor(KERNEL), Tensor(BIAS)) for _ in range(3)]
    assert [p is not None for p in composite._planned.values()] == [True]
    composite(Tensor(X[:2]), Tensor(KERNEL), Tensor(BIAS))
    assert [p is not None for p in composite._planned.values()] == [True, False]
    for again in found[1:]:
        assert_same_bits(again, found[0])


def test_copies_plan_anew():
    composite = Composite(ops.square)
    composite(Tensor(X))
    for other in (copy.deepcopy(composite), pickle.loads(pickle.dumps(composite))):
        assert other._planned == {}
        assert_same_bits(other(Tensor(X)), composite(Tensor(X)))


def test_an_activation_of_the_user_runs_at_every_call():
    calls = []

    def spy(x):
        calls.append(type(x.value))
        return ops.relu(x)

    layer = keras.layers.Dense(3, activation=spy)
    layer.build((None, 4))
    for _ in range(3):
        layer(X)
    assert calls == [np.ndarray] * 3


def test_an_activation_may_be_exchanged():
    layer = keras.layers.Dense(3, activation="relu")
    before = layer(X)
    layer.activation = keras.activations.linear
    assert_same_bits(ops.relu(layer(X)), before)
    assert (layer(X).numpy() < 0).any()
