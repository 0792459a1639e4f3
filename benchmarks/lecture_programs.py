"""Two programs of the lecture beside PyTorch: a session's training step, and a long tape.

    python benchmarks/lecture_programs.py --rounds 7

`two-layer` is one training step (N=64, D=1000, H=100: relu, squared error, gradients, gradient
descent) through `Session.run`. `products` are its five matrix products in NumPy, written into
memory that is there already; `products-new` the same as one writes them, `x @ w`. `chain` is 1,000
small operations forward and backward. Peers: `pip install 'kerasish[bench]'`.
"""

from __future__ import annotations

import _turns
import numpy as np

N, D, H = 64, 1000, 100
CASES = {
    "two-layer": ("graph", "eager", "torch", "products", "products-new"),
    "chain": ("eager", "torch"),
}
STEPS = {"two-layer": 300, "chain": 20}


def arrays():
    """Return inputs, targets and weights."""
    rng = np.random.default_rng(0)
    shapes = ((N, D), (N, D), (D, H), (H, D))
    return [rng.normal(size=s).astype("float32") * np.float32(0.1) for s in shapes]


def session(engine):
    """Return a maker of steps through `Session.run`."""

    def make():
        from kerasish import graph as tf

        xs, ys, w1s, w2s = arrays()
        x, y = tf.placeholder(tf.float32, (N, D)), tf.placeholder(tf.float32, (N, D))
        w1, w2 = tf.Variable(w1s), tf.Variable(w2s)
        diff = tf.matmul(tf.nn.relu(tf.matmul(x, w1)), w2) - y
        loss = tf.reduce_mean(tf.reduce_sum(diff * diff, axis=1))
        g1, g2 = tf.gradients(loss, [w1, w2])
        updates = tf.group(w1.assign(w1 - 1e-6 * g1), w2.assign(w2 - 1e-6 * g2))
        session = tf.Session(engine)
        session.run(tf.global_variables_initializer())
        feed = {x: xs, y: ys}
        return lambda: session.run([loss, updates], feed_dict=feed)

    return make


def torch_step():
    """Return a step of PyTorch's eager loop."""
    import torch

    x, y, w1, w2 = map(torch.from_numpy, arrays())
    w1.requires_grad_(), w2.requires_grad_()

    def step():
        diff = x.mm(w1).relu().mm(w2) - y
        loss = (diff * diff).sum(1).mean()
        loss.backward()
        with torch.no_grad():
            w1.sub_(1e-6 * w1.grad), w2.sub_(1e-6 * w2.grad)
            w1.grad = w2.grad = None
        return loss.item()

    return step


def products(reuse):
    """Return a maker of the step's five matrix products alone."""

    def make():
        x, y, w1, w2 = arrays()
        h, out, g2 = np.empty((N, H), "f"), np.empty((N, D), "f"), np.empty((H, D), "f")
        gh, g1 = np.empty((N, H), "f"), np.empty((D, H), "f")

        def step():
            np.matmul(x, w1, h), np.matmul(h, w2, out), np.matmul(h.T, y, g2)
            np.matmul(y, w2.T, gh), np.matmul(x.T, gh, g1)

        def new():
            h = x @ w1
            return h @ w2, h.T @ y, x.T @ (y @ w2.T)

        return step if reuse else new

    return make


def chain(full):
    """Return 1,000 small operations forward, and the walk back."""
    x, b = full((4,), 0.5, requires_grad=True), full((4,), 1e-3)

    def step():
        y = x
        for _ in range(500):
            y = y * b
            y = y + b
        y.sum().backward()
        x.grad = None

    return step


def eager_chain():
    """Return the chain on kerasish's tape."""
    import kerasish
    from kerasish import tape

    kerasish.config.set_backend("eager")
    return chain(tape.full)


def torch_chain():
    """Return the chain on PyTorch's."""
    import torch

    return chain(torch.full)


MAKERS = {
    ("two-layer", "graph"): session("graph"), ("two-layer", "eager"): session("eager"),
    ("two-layer", "torch"): torch_step, ("two-layer", "products"): products(True),
    ("two-layer", "products-new"): products(False),
    ("chain", "eager"): eager_chain, ("chain", "torch"): torch_chain,
}  # fmt: skip


def measure(peer, name):
    """Return the time of a step, in microseconds."""
    step, steps = MAKERS[name, peer](), STEPS[name]

    def epoch():
        for _ in range(steps):
            step()

    return _turns.shortest(epoch, steps, repeats=5)


if __name__ == "__main__":
    _turns.main(__file__, __doc__.splitlines()[0], CASES, measure, ("graph", "eager"))
