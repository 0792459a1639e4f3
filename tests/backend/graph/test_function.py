"""GraphFunction: what is traced again and what is not, structures, and what it forgets."""

import threading

import numpy as np
import pytest

import kerasish as keras
from kerasish import ops
from kerasish.backend.graph import function as functions
from kerasish.testing.bits import assert_same_bits

X = np.ones((2, 3), dtype="float32")


def traces(graph, step, *calls):
    """How often a function is traced in some calls."""
    function = graph.function(step)
    for args, kwargs in calls:
        function(*args, **kwargs)
    return function.traces


def call(*args, **kwargs):
    return args, kwargs


@pytest.mark.parametrize("calls, wanted", [
    ([call(X), call(X + 1), call(ops.convert_to_tensor(X)), call(X[::-1])], 1),
    ([call(X), call(X[:1])], 2),
    ([call(X), call(X.astype("float64")), call(X.astype("float32"))], 2),
    ([call(X, 2), call(X, 2), call(X, 3)], 2),
    ([call(X, 1), call(X, 1.0), call(X, True)], 3),
    ([call(X, 0.0), call(X, -0.0)], 2),
    ([call(X, float("nan")), call(X, float("nan"))], 1),
    ([call(X, "a"), call(X, "b"), call(X, "a")], 2),
    ([call(X, None), call(X)], 2),
    ([call([X, X]), call((X, X)), call([X, X])], 2),
    ([call({"a": X, "b": X}), call({"b": X, "a": X}), call({"a": X, "c": X})], 2),
    ([call(X, k=1), call(X, k=1), call(X, k=2)], 2),
    ([call(np.float32(1)), call(np.array(2, dtype="float32"))], 1),
    ([call(keras.Variable(X)), call(X)], 1),
])  # fmt: skip
def test_only_a_new_signature_is_traced(calls, wanted, graph):
    def step(x, *rest, **more):
        return keras.tree.map_structure(lambda v: v * 2.0, x)

    assert traces(graph, step, *calls) == wanted


def test_the_python_code_runs_once_a_signature(graph):
    seen = []

    def step(x):
        seen.append(x.shape)
        return x + 1

    function = graph.function(step)
    for _ in range(3):
        function(X)
        function(X[:1])
    assert seen == [(2, 3), (1, 3)]


def test_the_cache_is_bounded_and_forgets_what_was_used_longest_ago(graph, monkeypatch):
    monkeypatch.setattr(functions, "LARGEST_CACHE", 3)
    function = graph.function(lambda x, n: x * n)
    for n in (1, 2, 3):
        function(X, n)
    function(X, 1)
    function(X, 4)
    assert len(function.specialisations) == 3
    function(X, 1)
    assert function.traces == 4
    function(X, 2)
    assert function.traces == 5


def test_structures_come_back_as_they_were_returned(graph):
    def step(x, scale):
        return {"sum": ops.sum(x["a"] + x["b"][0]), "rest": (x["a"] * scale, [None, "text", 5])}

    found = graph.function(step)({"a": X, "b": [X]}, 3)
    assert float(found["sum"]) == 12.0
    assert found["rest"][0].tolist() == (X * 3).tolist()
    assert found["rest"][1] == [None, "text", 5]


def test_a_variable_that_is_returned_gives_its_value(graph):
    v = keras.Variable([1.0])

    def step():
        v.assign_add([1.0])
        return v

    function = graph.function(step)
    first, second = function(), function()
    assert (first.tolist(), second.tolist()) == ([2.0], [3.0])


def test_a_function_inside_a_function_is_traced_into_it(graph):
    inner = graph.function(lambda x: x * 2)
    outer = graph.function(lambda x: inner(x) + 1)
    assert outer(X).tolist() == (X * 2 + 1).tolist()
    assert inner.traces == 0


def test_an_error_while_tracing_leaves_nothing_behind(graph):
    v = keras.Variable([1.0])

    def step(x):
        v.assign(v + 1.0)
        raise KeyError("no")

    function = graph.function(step)
    for _ in range(2):
        with pytest.raises(KeyError):
            function(X)
    assert (function.traces, len(function.specialisations)) == (0, 0)
    assert v.numpy().tolist() == [1.0]
    assert ops.add(1.0, 2.0).tolist() == 3.0


def test_every_graph_so_far_is_valid_and_can_be_read(graph):
    function = graph.function(lambda x: ops.softmax(x))
    function(X)
    function(X[:1])
    function.verify()
    assert function.show_source().count("def bind") == 2


def test_variables_are_read_as_they_are_at_each_call(graph):
    v = keras.Variable([1.0, 1.0, 1.0])
    function = graph.function(lambda x: x * v)
    for i in range(3):
        v.assign([i, i, i])
        assert_same_bits(function(X), X * np.float32(i))


def test_a_variable_made_inside_is_concrete(graph):
    made = []

    def step(x):
        made.append(keras.Variable(ops.ones(3) * 2.0))
        return x * made[0]

    assert graph.function(step)(X).tolist() == (X * 2).tolist()
    assert made[0].numpy().tolist() == [2.0, 2.0, 2.0]


def test_threads_may_trace_at_the_same_time(graph):
    function = graph.function(lambda x, n: ops.sum(x) * n)
    found = {}

    def work(i):
        found[i] = [float(function(X, n)) for n in range(20)]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(values == [6.0 * n for n in range(20)] for values in found.values())
    assert len(found) == 4


def test_a_static_value_that_cannot_be_a_key_is_told(graph):
    with pytest.raises(TypeError, match="unhashable"):
        graph.function(lambda x, s: x)(X, {1, 2})


# Control flow.


def test_both_branches_are_traced_and_one_runs(graph):
    v = keras.Variable([1.0, 1.0, 1.0])

    def double():
        v.assign(v * 2.0)
        return {"y": v + 0.0}

    def leave():
        return {"y": v - 1.0}

    function = graph.function(lambda c: ops.cond(c > 0, double, leave))
    assert function(np.float32(1))["y"].tolist() == [2.0, 2.0, 2.0]
    assert v.numpy().tolist() == [2.0, 2.0, 2.0]
    assert function(np.float32(-1))["y"].tolist() == [1.0, 1.0, 1.0]
    assert v.numpy().tolist() == [2.0, 2.0, 2.0]
    assert function.traces == 1


def test_a_gradient_flows_through_the_branch_that_was_chosen(graph):
    v = keras.Variable(3.0)

    def step(c):
        with keras.GradientTape() as tape:
            y = ops.cond(c > 0, lambda: v * v, lambda: v * 7.0)
        return tape.gradient(y, v)

    function = graph.function(step)
    assert (float(function(np.float32(1))), float(function(np.float32(0)))) == (6.0, 7.0)
