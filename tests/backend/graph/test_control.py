"""Branches and loops of the graph engine: their bits, their gradients, their state."""

import numpy as np
import pytest

import kerasish as keras
from kerasish import ops
from kerasish.backend import discovery
from kerasish.errors import BackendError, ShapeError
from kerasish.testing.bits import assert_same_bits

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 4, 3)).astype("float32")
W = RNG.normal(size=(3, 5)).astype("float32")
U = RNG.normal(size=(5, 5)).astype("float32")


def in_both(make, step, *args, calls=2):
    """Run `step(variables, *args)` in both engines; return results and variables of each."""
    found = []
    for name in ("eager", "graph"):
        variables = make()
        function = discovery.get(name).function(lambda *a, v=variables: step(v, *a))
        results = [keras.tree.flatten(function(*args)) for _ in range(calls)]
        found.append([np.asarray(x) for r in results for x in r] + [v.numpy() for v in variables])
    for eager, graph in zip(*found, strict=True):
        assert_same_bits(graph, eager)
    return found[1]


def weights():
    return keras.Variable(W), keras.Variable(U)


def recurrent(w, u, h, x):
    """A gate and a state, each used several times: the order of additions shows in the bits."""
    gate = ops.sigmoid(x @ w + h @ u)
    new = ops.tanh(x @ w + (h * gate) @ u)
    h = h * gate + new * (1 - gate)
    return h, h


def scanned(variables, x, **options):
    w, u = variables
    with keras.GradientTape() as tape:
        h, ys = ops.scan(lambda h, row: recurrent(w, u, h, row), ops.zeros((4, 5)), x, **options)
        loss = ops.sum(ys * ys) + ops.sum(h) + ops.sum(w * w)
    return [loss, *tape.gradient(loss, [w, u])]


@pytest.mark.parametrize("rounds", [1, 2, 6])
def test_scan_and_its_gradients_have_the_bits_of_the_tape(rounds):
    in_both(weights, scanned, X[:rounds])


def test_an_unrolled_scan_has_the_bits_of_the_loop():
    function = discovery.get("graph").function(lambda x, unroll: scanned(VARS, x, unroll=unroll))
    VARS = weights()
    for loop, unrolled in zip(function(X, False), function(X, True), strict=True):
        assert_same_bits(loop, unrolled)
    sizes = [len(s.graph.nodes()) for s in function.specialisations.values()]
    assert sizes[0] < 30 < 100 < sizes[1]


def test_a_python_loop_on_the_tape_has_the_bits_of_scan():
    w, u = weights()
    with keras.GradientTape() as tape:
        h, ys = ops.zeros((4, 5)), []
        for row in ops.convert_to_tensor(X):
            h, y = recurrent(w, u, h, row)
            ys.append(y)
        ys = ops.stack(ys)
        loss = ops.sum(ys * ys) + ops.sum(h) + ops.sum(w * w)
    by_hand = [loss, *tape.gradient(loss, [w, u])]
    function = discovery.get("graph").function(lambda x: scanned((w, u), x))
    for one, other in zip(function(X), by_hand, strict=True):
        assert_same_bits(one, other)


def test_gradients_arrive_at_the_rows_and_at_the_first_carry():
    def step(variables, x):
        (scale,) = variables
        with keras.GradientTape() as tape:
            tape.watch(x)
            h0 = x[0] * scale
            h, ys = ops.scan(lambda h, row: (ops.tanh(h) * row, h + row), h0, x, reverse=True)
            loss = ops.sum(h) + ops.sum(ys * ys)
        return tape.gradient(loss, [x, scale])

    in_both(lambda: (keras.Variable(1.5),), step, X)


def test_while_loop_runs_as_long_as_data_says_and_carries_variables():
    def make():
        return keras.Variable(U), keras.Variable(0.0, trainable=False)

    def step(variables, x):
        w, count = variables

        def body(i, h):
            count.assign_add(1.0)
            return i + 1, ops.tanh(h @ w) * 1.5

        with keras.GradientTape() as tape:
            i, h = ops.while_loop(lambda i, h: ops.sum(h * h) < 12 + count, body, (0, x))
            loss = ops.sum(h)
        return [i, h, tape.gradient(loss, w)]

    rounds = in_both(make, step, X[0] @ W * np.float32(0.1))
    assert rounds[0] > 1
    assert rounds[-1] == rounds[0] + rounds[3]


def test_a_loop_without_a_round_gives_what_it_was_given_and_zeros_as_gradients():
    w = keras.Variable(U)

    def step(x):
        with keras.GradientTape() as tape:
            y = ops.while_loop(lambda h: ops.sum(h) < 0, lambda h: h @ w, x)
        return y, tape.gradient(y, w)

    y, gradient = discovery.get("graph").function(step)(U * U)
    assert_same_bits(y, U * U)
    assert_same_bits(gradient, np.zeros_like(U))


def test_one_traced_loop_serves_every_length():
    function = discovery.get("graph").function(
        lambda x: ops.while_loop(lambda i, y: ops.sum(y) < 100, lambda i, y: (i + 1, y * 2), (0, x))
    )
    assert [int(function(np.full(2, v, "float32"))[0]) for v in (1, 20, 60, 30)] == [6, 2, 0, 1]
    assert function.traces == 1


def test_a_loop_stops_after_the_most_rounds_there_may_be():
    function = discovery.get("graph").function(
        lambda x: ops.while_loop(lambda y: y < 100, lambda y: y * 2, x, maximum_iterations=3)
    )
    assert float(function(np.float32(1))) == 8.0


def test_only_the_branch_that_holds_runs():
    log_of = discovery.get("graph").function(
        lambda x: ops.cond(ops.all(x > 0), lambda: ops.log(x), lambda: ops.zeros_like(x))
    )
    with np.errstate(all="raise"):  # a logarithm of -1 would be noticed
        assert log_of(-np.ones(3, "float32")).tolist() == [0, 0, 0]
    assert_same_bits(log_of(np.ones(3, "float32")), np.zeros(3, "float32"))


@pytest.mark.parametrize("sign", [1, -1])
def test_cond_has_the_bits_of_the_tape_with_state_and_strided_captures(sign):
    def make():
        return keras.Variable(U), keras.Variable(0.0, trainable=False)

    def step(variables, x):
        w, seen = variables

        def then():
            seen.assign(seen + ops.sum(x))
            return {"y": x @ turned @ w}

        with keras.GradientTape() as tape:
            turned = w.value.T
            y = ops.cond(ops.sum(x) > 0, then, lambda: {"y": w * 2.0})["y"]
            loss = ops.sum(y * y) + ops.sum(ops.abs(w))
        return [loss, y.T @ w, tape.gradient(loss, w)]

    in_both(make, step, np.float32(sign) * np.ones((5, 5), "float32"))


def test_a_variable_in_a_flat_buffer_is_assigned_in_a_branch():
    def make():
        from kerasish.backend.flat import flatten

        members = [keras.Variable([1.0, 2.0]), keras.Variable([3.0])]
        flatten(members)
        return members

    def step(variables, x):
        first, second = variables

        def one():
            first.assign(first * 2)

        def other():
            second.assign(second + x)

        ops.cond(x > 0, one, other)
        return [first + 0.0, second + 0.0]

    assert_same_bits(in_both(make, step, np.float32(1))[-2], np.float32([4, 8]))
    assert_same_bits(in_both(make, step, np.float32(-1))[-1], np.float32([1]))


def test_branches_that_do_not_match_are_told():
    graph = discovery.get("graph")
    x = np.ones(3, "float32")
    with pytest.raises(ShapeError, match=r"same shapes.*f32\[3\].*f32\[\]"):
        graph.function(lambda x: ops.cond(ops.sum(x) > 0, lambda: x, lambda: ops.sum(x)))(x)
    with pytest.raises(ValueError, match="same structure"):
        graph.function(lambda x: ops.cond(ops.sum(x) > 0, lambda: x, lambda: [x, x]))(x)


def test_branches_of_different_dtypes_meet_in_a_common_one():
    function = discovery.get("graph").function(
        lambda x: ops.cond(x > 0, lambda: x * 1.5, lambda: 0)
    )
    assert [(float(y), y.dtype) for y in map(function, np.float32([2, -2]))] == [
        (3.0, "float32"),
        (0.0, "float32"),
    ]


def test_a_body_that_changes_shapes_or_dtypes_is_told():
    graph = discovery.get("graph")
    with pytest.raises(ShapeError, match=r"body of while_loop.*value 0.*f32\[3\].*f32\[6\]"):
        graph.function(
            lambda x: ops.while_loop(lambda y: ops.sum(y) < 9, lambda y: ops.concatenate([y, y]), x)
        )(np.ones(3, "float32"))
    with pytest.raises(TypeError, match="scan must return a pair"):
        graph.function(lambda x: ops.scan(lambda c, r: c + r, x[0], x))(X)


@pytest.mark.parametrize("kind", ["scan", "while", "cond"])
def test_gradients_agree_with_finite_differences(kind):
    """In float64, for every element of the weights and of the input."""
    w64, x64 = U.astype("float64"), RNG.normal(size=(3, 5))

    def loss(w, x):
        if kind == "scan":
            h, ys = ops.scan(lambda h, r: (ops.tanh(h @ w + r), h * r), x[0], x)
            return ops.sum(h * h) + ops.sum(ys)
        if kind == "while":
            h = ops.while_loop(
                lambda i, h: ops.sum(h * h) < 40,
                lambda i, h: (i + 1, ops.sin(h @ w) * 2 + h),
                (0, x),
            )[1]
            return ops.sum(h * h * h)
        return ops.cond(
            ops.sum(x) > 0, lambda: ops.sum(ops.exp(x @ w)), lambda: ops.sum(ops.sin(x @ w) * x)
        )

    def gradients(w, x):
        with keras.GradientTape() as tape:
            tape.watch([w, x])
            value = loss(w, x)
        return tape.gradient(value, [w, x])

    graph = discovery.get("graph")
    found = graph.function(gradients)(w64, x64)
    value = graph.function(loss)
    for which, array in enumerate((w64, x64)):
        numeric = np.empty_like(array)
        for place in np.ndindex(array.shape):
            ends = []
            for step in (1e-6, -1e-6):
                moved = [w64.copy(), x64.copy()]
                moved[which][place] += step
                ends.append(float(value(*moved)))
            numeric[place] = (ends[0] - ends[1]) / 2e-6
        np.testing.assert_allclose(found[which].numpy(), numeric, rtol=1e-6, atol=1e-7)
    assert value.traces == 1


def test_a_gradient_of_a_gradient_passes_cond_but_is_refused_by_loops():
    def second(f):
        def step(x):
            with keras.GradientTape() as outer:
                outer.watch(x)
                with keras.GradientTape() as inner:
                    y = f(x)
                first = inner.gradient(y, x)
            return outer.gradient(first, x)

        return discovery.get("graph").function(step)

    cubed = second(lambda x: ops.cond(x > 0, lambda: x * x * x, lambda: x * x))
    assert [float(cubed(np.float32(v))) for v in (2, -2)] == [12.0, 2.0]
    looped = second(lambda x: ops.while_loop(lambda y: y < 9, lambda y: y * y, x))
    with pytest.raises(BackendError, match="no second derivatives through a loop"):
        looped(np.float32(2))


def test_loops_stand_in_loops_and_branches():
    def step(variables, x):
        w, u = variables

        def row(h, r):
            n = ops.while_loop(
                lambda y: ops.sum(y * y) < 99, lambda y: ops.tanh(y @ u) + y, h + r @ w
            )
            return ops.cond(ops.sum(n) > 0, lambda: n, lambda: n * 0.5 + h), ops.sum(n)

        with keras.GradientTape() as tape:
            h, ys = ops.scan(row, ops.ones((4, 5)), x)
            loss = ops.sum(h) + ops.sum(ys)
        return [loss, *tape.gradient(loss, [w, u])]

    in_both(weights, step, X)


def test_random_numbers_in_a_loop_are_those_of_the_tape():
    def make():
        seed = keras.random.SeedGenerator(3)
        return (seed.state,), seed

    found = []
    for name in ("eager", "graph"):
        _, seed = make()
        function = discovery.get(name).function(
            lambda x, seed=seed: ops.scan(
                lambda c, r: (c + keras.random.normal((3,), seed=seed), r * c), x[0], x
            )
        )
        found.append([*function(X[:, 0]), *function(X[:, 0]), seed.state.numpy()])
    for eager, graph in zip(*found, strict=True):
        assert_same_bits(graph, eager)


def test_a_descent_of_many_steps_may_be_one_loop():
    """A tape within the body: gradients are taken in each round."""
    target = np.float32([1, -2, 3])

    def descend(start):
        def body(w):
            with keras.GradientTape() as tape:
                tape.watch(w)
                loss = ops.sum((w - target) ** 2)
            return w - 0.25 * tape.gradient(loss, w)

        return ops.while_loop(lambda w: ops.sum((w - target) ** 2) > 1e-6, body, start)

    found = discovery.get("graph").function(descend)(np.zeros(3, "float32"))
    np.testing.assert_allclose(found.numpy(), target, atol=1e-3)
    assert_same_bits(found, discovery.get("eager").function(descend)(np.zeros(3, "float32")))


@pytest.mark.parametrize("engine", ["eager", "graph"])
def test_the_shorter_forms(engine):
    backend = discovery.get(engine)
    x = X[:, 0]
    assert_same_bits(
        backend.function(lambda x: ops.foldl(lambda a, r: a * r, np.ones(3, "float32"), x))(x),
        backend.function(lambda x: x[0] * x[1] * x[2] * x[3] * x[4] * x[5])(x),
    )
    assert_same_bits(backend.function(lambda x: ops.map(lambda r: r * 2, x))(x), x * 2)
    branches = [lambda v: v + 1, lambda v: v + 2, lambda v: v + 3]
    chosen = backend.function(lambda i: ops.switch(i, branches, ops.zeros(())))
    assert [float(chosen(np.int32(i))) for i in (-5, 0, 1, 2, 9)] == [1, 1, 2, 3, 3]
    summed = backend.function(lambda n: ops.fori_loop(0, n, lambda i, v: v + i, 0))
    assert [int(summed(np.int32(n))) for n in (0, 4, 5)] == [0, 6, 10]
