"""Static against dynamic: a graph before and after optimisation; `if` and loops in both worlds."""

import importlib.util

import numpy as np

import kerasish as keras
from kerasish import graph as tf
from kerasish import ops
from kerasish.backend import discovery
from kerasish.errors import SymbolicBoolError

N, D, H = 8, 5, 4
rng = np.random.default_rng(0)

# What a session will run, as it was written and after the passes.
x = tf.placeholder(tf.float32, shape=(N, D))
w1, w2 = tf.Variable(tf.random_normal((D, H))), tf.Variable(tf.random_normal((H, D)))
loss = tf.losses.mean_squared_error(x, tf.matmul(tf.nn.relu(tf.matmul(x, w1)), w2))
step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
feed = {x: np.zeros((N, D), "float32")}
can_draw = importlib.util.find_spec("matplotlib") is not None
tf.show([loss, step], feed, to_file="graph.png" if can_draw else None)
print("drawn into graph.png" if can_draw else "for a picture: pip install 'kerasish[draw]'")
print()

eager, graph = discovery.get("eager"), discovery.get("graph")
W1 = rng.normal(size=(D, D)).astype("float32")
W2 = rng.normal(size=(D, D)).astype("float32")
X = rng.normal(size=(N, D)).astype("float32")


# A condition. Dynamic: Python's own `if`, since there is a value.
def dynamic_if(x, z, w1, w2):
    return x @ w1 if z > 0 else x @ w2


# Static: both ways stand in the graph, and a node chooses in each run.
def static_if(x, z, w1, w2):
    return ops.cond(z > 0, lambda: x @ w1, lambda: x @ w2)


# A loop whose length depends on the data.
def dynamic_loop(x, w):
    rounds = 0
    while float(ops.sum(x * x)) < 1e4:
        x = ops.tanh(x @ w) * 0.5 + x
        rounds += 1
    return x, rounds


def static_loop(x, w):
    return ops.while_loop(
        lambda x, rounds: ops.sum(x * x) < 1e4,
        lambda x, rounds: (ops.tanh(x @ w) * 0.5 + x, rounds + 1),
        (x, 0),
    )


# Recurrence: y[t] = (y[t - 1] + x[t]) * w. Dynamic: `for`; static: foldl and scan.
def dynamic_recurrence(xs, w):
    y, ys = ops.zeros((D,)), []
    for x in xs:
        y = (y + x) * w
        ys.append(y)
    return y, ops.stack(ys)


def static_recurrence(xs, w):
    return ops.scan(lambda y, x: ((y + x) * w,) * 2, ops.zeros((D,)), xs)


def folded_recurrence(xs, w):
    return ops.foldl(lambda y, x: (y + x) * w, ops.zeros((D,)), xs), None


def with_gradient(function):
    """Return a function that gives the result of another, and its gradients."""

    def run(*arrays):
        tensors = [ops.convert_to_tensor(a) for a in arrays]
        with keras.GradientTape() as tape:
            tape.watch(tensors)
            result = function(*tensors)
            total = ops.sum(result[0] if isinstance(result, tuple) else result)
        return [total, *tape.gradient(total, tensors)]

    return run


def same_bits(dynamic, static, *arrays):
    one = eager.function(with_gradient(dynamic))(*arrays)
    other = graph.function(with_gradient(static))(*arrays)
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a is not None]
    return all(np.asarray(a).tobytes() == np.asarray(b).tobytes() for a, b in pairs)


print("cond has the bits of `if`, one way:      ", same_bits(dynamic_if, static_if, X,
      np.float32(1), W1, W2))  # fmt: skip
print("cond has the bits of `if`, other way:    ", same_bits(dynamic_if, static_if, X,
      np.float32(-1), W1, W2))  # fmt: skip
print("while_loop has the bits of `while`:      ", same_bits(dynamic_loop, static_loop, X, W1))
scale = np.float32([0.5, 0.9, 1.0, 1.1, 1.5])
print("scan has the bits of `for`:              ", same_bits(dynamic_recurrence,
      static_recurrence, X, scale))  # fmt: skip
print("foldl has the bits of `for`:             ", same_bits(dynamic_recurrence,
      folded_recurrence, X, scale))  # fmt: skip

traced = graph.function(static_loop)
print("rounds:", [int(traced(X * np.float32(s), W1)[1]) for s in (1, 5, 20)], end=", ")
print("traces:", traced.traces)

# What is dynamic cannot be traced, and is told where.
try:
    graph.function(dynamic_if)(X, np.float32(1), W1, W2)
except SymbolicBoolError as error:
    print()
    print("SymbolicBoolError:", error)
