"""Sessions: what runs, what does not, when variables change, and what is planned once."""

import tracemalloc

import numpy as np
import pytest

from kerasish import graph as tf
from kerasish.errors import ShapeError
from kerasish.testing.bits import assert_same_bits

N, D, H = 8, 6, 5
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(N, D)).astype("float32")
Y = RANDOM.normal(size=(N, D)).astype("float32")
W1 = RANDOM.normal(size=(D, H)).astype("float32")
W2 = RANDOM.normal(size=(H, D)).astype("float32")


@pytest.fixture(autouse=True)
def _new_graph():
    tf.reset_default_graph()


@pytest.fixture(params=["eager", "graph"])
def session(request):
    with tf.Session(request.param) as session:
        yield session


def two_layers(w1, w2):
    x = tf.placeholder(tf.float32, shape=(N, D))
    y = tf.placeholder(tf.float32, shape=(N, D))
    difference = tf.matmul(tf.maximum(tf.matmul(x, w1), 0), w2) - y
    return x, y, tf.reduce_mean(tf.reduce_sum(difference**2, axis=1))


def test_fetches_come_in_the_structure_that_was_asked_for(session):
    x = tf.placeholder(tf.float32, shape=(None,))
    double, total = x * 2, tf.reduce_sum(x)
    feed = {x: [1.0, 2.0]}
    assert session.run(double, feed).tolist() == [2.0, 4.0]
    assert type(session.run(total, feed)) is np.float32
    a, b = session.run([double, total], feed)
    assert (a.tolist(), b) == ([2.0, 4.0], 3.0)
    found = session.run({"both": (double, x), "sum": total}, feed)
    assert type(found["both"]) is tuple
    assert found["both"][1].tolist() == [1.0, 2.0]
    assert found["sum"] == 3.0
    assert session.run([], feed) == []


def test_one_graph_serves_all_shapes_that_a_placeholder_leaves_open():
    for shape in ((None, 2), None):
        x = tf.placeholder(tf.float32, shape=shape)
        y = tf.reduce_sum(x * x, axis=-1)
        with tf.Session() as session:
            for rows in (1, 3, 1, 3):
                fed = np.full((rows, 2), 2, "float32")
                assert session.run(y, {x: fed}).tolist() == [8.0] * rows
            assert session.prepare(y, {x: fed}).function.traces == 2


def test_what_is_not_fetched_does_not_run(session):
    """The trap of the notes: without its update among the fetches, training stands still."""
    w1, w2 = tf.Variable(W1), tf.Variable(W2)
    x, y, loss = two_layers(w1, w2)
    g1, g2 = tf.gradients(loss, [w1, w2])
    new_w1, new_w2 = w1.assign(w1 - 1e-3 * g1), w2.assign(w2 - 1e-3 * g2)
    session.run(tf.global_variables_initializer())
    losses = [session.run(loss, {x: X, y: Y}) for _ in range(50)]
    assert len(set(losses)) == 1
    updates = tf.group(new_w1, new_w2)
    losses = [session.run([loss, updates], {x: X, y: Y})[0] for _ in range(50)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] / 2
    assert session.run(updates, {x: X, y: Y}) is None


def test_reads_see_the_values_from_before_the_run(session):
    v = tf.Variable(1.0)
    raised = v.assign(v + 1)
    session.run(v.initializer)
    assert session.run([v, raised, v * 10]) == [1.0, 2.0, 10.0]
    assert session.run([raised, v]) == [3.0, 2.0]
    with tf.control_dependencies([raised]):
        late = tf.identity(v * 10)
    assert session.run(late) == 30.0
    assert session.run(v) == 4.0


def test_additions_to_one_variable_all_count(session):
    v = tf.Variable([1.0, 1.0])
    twice = tf.group(tf.assign_add(v, [1.0, 2.0]), tf.assign_add(v, [10.0, 20.0]))
    less = v.assign_sub([5.0, 5.0])
    session.run(tf.global_variables_initializer())
    session.run(twice)
    assert session.run(v).tolist() == [12.0, 23.0]
    session.run(less)
    assert session.run(v).tolist() == [7.0, 18.0]


def test_control_dependencies_bring_their_operations_along(session):
    v = tf.Variable(0)
    counted = tf.assign_add(v, 1)
    x = tf.placeholder(tf.float32, shape=())
    with tf.control_dependencies([counted]):
        y = x * 2
    z = x * 3
    session.run(v.initializer)
    assert session.run([y, z], {x: 1.0}) == [2.0, 3.0]
    session.run(z, {x: 1.0})
    assert session.run(v) == 1


def test_random_numbers_are_new_in_each_run_and_reproducible(session):
    def program():
        tf.set_random_seed(7)
        return tf.random_normal((3,)), tf.random_uniform((3,), 1, 2), tf.truncated_normal((3,))

    first, again = program(), program()
    runs = [session.run(first) for _ in range(2)]
    for a, b, c in zip(*runs, session.run(again), strict=True):
        assert not np.array_equal(a, b)
        assert_same_bits(a, c)
    assert (runs[0][1] >= 1).all()


def test_any_graph_tensor_may_be_fed(session):
    x = tf.placeholder(tf.float32, shape=(2,))
    y = x * 2
    z = y + 1
    assert session.run(z, {y: [10.0, 20.0]}).tolist() == [11.0, 21.0]
    v = tf.Variable([1.0, 2.0])
    assert session.run(v * y, {x: [1.0, 1.0], v: [3.0, 4.0]}).tolist() == [6.0, 8.0]


def test_gradients_of_gradients_and_of_what_lies_between(session):
    x = tf.placeholder(tf.float32, shape=())
    y = x * x
    z = y * y
    (dz_dx,) = tf.gradients(z, [x])
    (second,) = tf.gradients(dz_dx, [x])
    dz_dy, none = tf.gradients(z, [y, tf.placeholder(tf.float32, shape=())])
    assert none is None
    assert session.run([dz_dx, second, dz_dy], {x: 2.0}) == [32.0, 48.0, 8.0]
    (seeded,) = tf.gradients([y, z], [x], grad_ys=[tf.constant(10.0), tf.constant(1.0)])
    assert session.run(seeded, {x: 2.0}) == 72.0


def test_a_session_says_what_is_wrong(session):
    x = tf.placeholder(tf.float32, shape=(None, 2), name="inputs")
    v = tf.Variable([1.0], name="weights")
    y = x * 2
    with pytest.raises(ValueError, match=r"placeholder 'inputs\w*' \(float32, shape \(None, 2\)"):
        session.run(y)
    with pytest.raises(ShapeError, match=r"'inputs\w*'.*\(None, 2\).*\(3, 4\)"):
        session.run(y, {x: np.zeros((3, 4))})
    with pytest.raises(RuntimeError, match=r"'weights\w*' has no value yet.*initializer"):
        session.run(v + 1)
    with pytest.raises(RuntimeError, match="no value yet"):
        session.run(v.assign_add([1.0]))
    with pytest.raises(TypeError, match=r"fetches graph tensors.*array"):
        session.run([y, np.zeros(3)], {x: np.zeros((1, 2))})
    with pytest.raises(TypeError, match="keys of feed_dict"):
        session.run(y, {"inputs": np.zeros((1, 2))})
    with pytest.raises(TypeError, match="must be fed a value"):
        session.run(y, {x: y})
    i = tf.placeholder(tf.int32, shape=())
    with pytest.raises(TypeError, match="another kind of dtype"):
        session.run(i + 1, {i: 1.5})
    with pytest.raises(TypeError, match=r"has no value before a session runs it"):
        bool(y)
    with pytest.raises(ValueError, match="does not fit the variable"):
        v.assign([1.0, 2.0])
    with pytest.raises(ShapeError, match="inner sizes"):
        tf.matmul(tf.zeros((2, 3)), tf.Variable(np.zeros((2, 3))))


def test_a_closed_session_is_told():
    with tf.Session() as session:
        x = tf.constant(1.0)
        assert x.eval() == 1.0
    with pytest.raises(RuntimeError, match="closed"):
        session.run(x)
    with pytest.raises(RuntimeError, match="no session"):
        x.eval()


def test_a_run_that_failed_leaves_variables_as_they_were(session):
    v = tf.Variable(1.0)
    x = tf.placeholder(tf.float32, shape=(None,))
    update = v.assign_add(tf.reduce_sum(tf.reshape(x, (2, 2))))
    session.run(v.initializer)
    with pytest.raises(ValueError, match="reshape"):
        session.run(update, {x: np.ones(3)})
    assert session.run(v) == 1.0


@pytest.mark.parametrize("jit", ["0", pytest.param("1", marks=pytest.mark.native)])
def test_a_planned_run_makes_nothing_new_but_what_it_returns(jit, monkeypatch):
    if jit == "1":
        pytest.importorskip("llvmlite", reason="compiled code needs the extra `jit`")
    monkeypatch.setenv("KERASISH_JIT", jit)
    x = tf.placeholder(tf.float32, shape=(64, 500))
    w1 = tf.Variable(tf.random_normal((500, 100)))
    w2 = tf.Variable(tf.random_normal((100, 500)))
    loss = tf.reduce_mean((tf.matmul(tf.maximum(tf.matmul(x, w1), 0), w2) - x) ** 2)
    step = tf.train.GradientDescentOptimizer(1e-3).minimize(loss)
    feed = {x: np.ones((64, 500), "float32")}
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(3):
            session.run(step, feed)
        tracemalloc.start()
        before = tracemalloc.take_snapshot()
        for _ in range(100):
            session.run(step, feed)
        grown = sum(x.size_diff for x in tracemalloc.take_snapshot().compare_to(before, "filename"))
        tracemalloc.reset_peak()
        now = tracemalloc.get_traced_memory()[0]
        session.run(step, feed)
        peak = tracemalloc.get_traced_memory()[1] - now
        tracemalloc.stop()
    assert grown < 4096  # of the snapshots themselves
    assert peak < 4096  # Python's own small objects; the smallest array has 25,600 bytes


def test_both_engines_give_the_same_bits_over_fifty_steps():
    found = []
    for engine in ("eager", "graph"):
        tf.reset_default_graph()
        w1, w2 = tf.Variable(W1), tf.Variable(W2)
        x, y, loss = two_layers(w1, w2)
        step = tf.train.AdamOptimizer(1e-2).minimize(loss)
        with tf.Session(engine) as session:
            session.run(tf.global_variables_initializer())
            losses = [session.run([loss, step], {x: X, y: Y})[0] for _ in range(50)]
            found.append([np.array(losses), *session.run([w1, w2])])
    for eager, graph in zip(*found, strict=True):
        assert_same_bits(graph, eager)


@pytest.mark.parametrize(
    "optimizer",
    [
        tf.train.GradientDescentOptimizer(1e-3),
        tf.train.MomentumOptimizer(1e-3, 0.9, use_nesterov=True),
        tf.train.AdamOptimizer(1e-2),
        tf.train.RMSPropOptimizer(1e-3),
    ],
)
def test_optimizers_minimize_and_begin_anew(session, optimizer):
    w1, w2 = tf.Variable(W1), tf.Variable(W2)
    x, y, loss = two_layers(w1, w2)
    count = tf.Variable(0, trainable=False)
    step = optimizer.minimize(loss, global_step=count)
    curves = []
    for _ in range(2):
        session.run(tf.global_variables_initializer())
        curves.append([session.run([loss, step], {x: X, y: Y})[0] for _ in range(20)])
    assert curves[0][-1] < 0.9 * curves[0][0]
    assert curves[0] == curves[1]
    assert session.run(count) == 20


def test_gradients_may_be_changed_on_their_way(session):
    w = tf.Variable([3.0, -4.0])
    loss = tf.reduce_sum(w * w)
    optimizer = tf.train.GradientDescentOptimizer(0.5)
    pairs = optimizer.compute_gradients(loss)
    step = optimizer.apply_gradients([(tf.minimum(g, 1.0), v) for g, v in pairs])
    session.run(tf.global_variables_initializer())
    session.run(step)
    assert session.run(w).tolist() == [2.5, 0.0]


def test_keras_layers_and_functions_take_graph_tensors(session):
    from kerasish import layers, ops

    x = tf.placeholder(tf.float32, shape=(None, D))
    dense = layers.Dense(3, activation="tanh")
    y = ops.softmax(dense(x))
    loss = tf.reduce_mean(y[:, 0])
    step = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    session.run(tf.global_variables_initializer())
    expected = ops.softmax(dense(X)).numpy()
    assert_same_bits(session.run(y, {x: X}), expected)
    losses = [session.run([loss, step], {x: X})[0] for _ in range(30)]
    assert losses[-1] < losses[0] - 0.05


def test_layers_dense_makes_he_initialized_variables(session):
    x = tf.placeholder(tf.float32, shape=(None, 1000))
    he = tf.variance_scaling_initializer(2.0, seed=1)
    h = tf.layers.dense(inputs=x, units=200, activation=tf.nn.relu, kernel_initializer=he)
    session.run(tf.global_variables_initializer())
    kernel, bias = session.run(tf.trainable_variables())
    assert abs(kernel.std() - np.sqrt(2 / 1000)) < 1e-3
    assert bias.tolist() == [0.0] * 200
    assert session.run(h, {x: np.ones((2, 1000))}).min() == 0.0
    with pytest.raises(ValueError, match="last size"):
        tf.layers.dense(tf.placeholder(tf.float32), 3)


def test_branches_and_loops(session):
    x = tf.placeholder(tf.float32, shape=(None,))
    v = tf.Variable(0, trainable=False)
    outside = x * 2
    counted = tf.cond(
        tf.reduce_sum(x) > 0,
        lambda: [outside, tf.assign_add(v, 1)],
        lambda: [-x, tf.assign_add(v, 10)],
    )
    rounds, grown = tf.while_loop(
        lambda i, y: tf.reduce_sum(y) < 100, lambda i, y: [i + 1, y * outside], [0, x]
    )
    (slope,) = tf.gradients(tf.reduce_sum(grown), [x])
    folded = tf.foldl(lambda a, row: a * row, x, 1.0)
    sums = tf.scan(lambda a, row: a + row, x, 0.0)
    session.run(v.initializer)
    feed = {x: [1.0, 3.0]}
    assert [session.run(counted, {x: [s, 0.0]})[0].tolist() for s in (1.0, -1.0)] == [
        [2, 0],
        [1, 0],
    ]
    assert session.run(v) == 11
    assert session.run([rounds, folded], feed) == [2, 3.0]
    assert session.run(grown, feed).tolist() == [4.0, 108.0]
    assert session.run(slope, feed).tolist() == [12.0, 108.0]
    assert session.run(sums, feed).tolist() == [1.0, 4.0]


def test_a_deep_graph_needs_no_deep_recursion(session):
    x = tf.placeholder(tf.float32, shape=())
    y = x
    for _ in range(3000):
        y = y + 1.0
    assert session.run(y, {x: 0.0}) == 3000.0


def test_show_prints_what_will_run(capsys):
    x = tf.placeholder(tf.float32, shape=(None, 2))
    shown = tf.show([tf.exp(x) + tf.exp(x)], {x: np.ones((3, 2))})
    assert "x0: f32[3,2]" in capsys.readouterr().out
    assert "merge_equal: 4 → 3 nodes (− 1 exp)" in str(shown)
