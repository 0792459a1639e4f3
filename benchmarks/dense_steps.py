"""How long is a training step of a dense net, through `fit`, beside the peers?

    python benchmarks/dense_steps.py                       # all cases and peers that are installed
    python benchmarks/dense_steps.py --rounds 7 --cases 16-32-1 --peers graph jit

Each measurement is a process of its own; the peers take turns, round after round, and medians
and ratios are printed with the machine and the versions. Peers: `pip install 'kerasish[bench]'`.
"""

from __future__ import annotations

import itertools
import os

import _turns
import numpy as np

CASES = {  # sizes, loss, batch, batches of an epoch
    "4-16-16-3": ((4, 16, 16, 3), "crossentropy", 16, 4000),
    "16-32-1": ((16, 32, 1), "mse", 32, 4000),
    "1000-100-1000": ((1000, 100, 1000), "mse", 64, 200),
    "784-512-512-10": ((784, 512, 512, 10), "crossentropy", 128, 100),
    "32-(64x8)-4": ((32, *[64] * 8, 4), "crossentropy", 64, 800),
}
SGD = {"1000-100-1000"}  # trained by plain gradient descent, the others by Adam
PEERS = (
    "native", "graph", "eager", "torch", "jit", "scan", "keras-jax", "keras-torch",
    "keras-tensorflow", "sklearn", "products",
)  # fmt: skip


def data(sizes, loss, batch, steps):
    """Return inputs and targets for so many batches."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch * steps, sizes[0])).astype("float32")
    if loss == "mse":
        return x, rng.normal(size=(batch * steps, sizes[-1])).astype("float32")
    return x, rng.integers(0, sizes[-1], batch * steps)


def keras_model(keras, sizes, loss):
    """Return a compiled model: ReLU between, logits at the end."""
    layers = [keras.Input((sizes[0],))]
    layers += [keras.layers.Dense(n, activation="relu") for n in sizes[1:-1]]
    model = keras.Sequential([*layers, keras.layers.Dense(sizes[-1])])
    target = "mse"
    if loss != "mse":
        target = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    jit = {"jit_compile": JIT[0]} if JIT else {}
    model.compile(optimizer_of(sizes), target, **jit)
    return model


JIT = []  # what kerasish's `compile` is told


def optimizer_of(sizes):
    """Return the name of the optimizer of a case."""
    return "sgd" if "-".join(map(str, sizes)) in SGD else "adam"


def fit_with(keras, case):
    """Time `fit`: the second and third call, the first one compiles."""
    sizes, loss, batch, _steps = case
    x, y = data(*case)
    model = keras_model(keras, sizes, loss)
    model.fit(x[: batch * 20], y[: batch * 20], batch_size=batch, epochs=1, verbose=0)

    def epoch():
        model.fit(x, y, batch_size=batch, epochs=1, verbose=0)

    return epoch


def kerasish_fit(engine, jit=False):
    """Time kerasish in one of its engines, by NumPy's calls alone or compiled."""

    def make(case):
        import kerasish

        kerasish.config.set_backend(engine)
        JIT[:] = [jit]
        return fit_with(kerasish, case)

    return make


def keras_on(backend):
    """Time Keras on one of its backends."""

    def make(case):
        os.environ["KERAS_BACKEND"] = backend
        import keras

        return fit_with(keras, case)

    return make


def sklearn_mlp(case):
    """Time scikit-learn's own nets: a pass over the rows, in their order of the moment."""
    from sklearn import neural_network

    sizes, loss, batch, _steps = case
    kind = neural_network.MLPRegressor if loss == "mse" else neural_network.MLPClassifier
    model = kind(hidden_layer_sizes=sizes[1:-1], batch_size=batch, solver=optimizer_of(sizes))
    x, y = data(*case)
    y = y.ravel() if loss != "mse" or y.shape[1] == 1 else y
    classes = {} if loss == "mse" else {"classes": np.arange(sizes[-1])}
    model.partial_fit(x[:batch], y[:batch], **classes)
    return lambda: model.partial_fit(x, y)


def torch_eager(case):
    """Time PyTorch's eager loop: a shuffled index, slices of it, Adam."""
    import torch

    sizes, loss, batch, _steps = case
    x, y = (torch.from_numpy(a) for a in data(*case))
    layers = []
    for n, m in itertools.pairwise(sizes[:-1]):
        layers += [torch.nn.Linear(n, m), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers, torch.nn.Linear(sizes[-2], sizes[-1]))
    kind = torch.optim.Adam if optimizer_of(sizes) == "adam" else torch.optim.SGD
    optimizer = kind(model.parameters(), lr=1e-3)
    measure = torch.nn.MSELoss() if loss == "mse" else torch.nn.CrossEntropyLoss()

    def epoch():
        order = torch.randperm(len(x))
        for start in range(0, len(x), batch):
            index = order[start : start + batch]
            optimizer.zero_grad()
            value = measure(model(x[index]), y[index])
            value.backward()
            optimizer.step()

    return epoch


def jax_step(case):
    """Return a step in JAX, not compiled yet, and the state that it begins with."""
    import jax
    import jax.numpy as jnp

    sizes, loss, _batch, _steps = case
    adam = optimizer_of(sizes) == "adam"
    rng = np.random.default_rng(1)
    params = [
        (jnp.asarray(rng.normal(size=(n, m)).astype("f") / np.sqrt(n)), jnp.zeros(m))
        for n, m in itertools.pairwise(sizes)
    ]
    zeros = jax.tree.map(jnp.zeros_like, params)

    def objective(params, x, y):
        for w, b in params[:-1]:
            x = jax.nn.relu(x @ w + b)
        out = x @ params[-1][0] + params[-1][1]
        if loss == "mse":
            return jnp.mean((out - y) ** 2)
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(out), y[:, None], 1))

    def step(state, x, y):
        params, m, v, t = state
        value, g = jax.value_and_grad(objective)(params, x, y)
        if not adam:
            return (jax.tree.map(lambda p, g: p - 1e-3 * g, params, g), m, v, t + 1), value
        m = jax.tree.map(lambda m, g: m + (g - m) * 0.1, m, g)
        v = jax.tree.map(lambda v, g: v + (g * g - v) * 0.001, v, g)
        rate = 1e-3 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        params = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-7), params, m, v)
        return (params, m, v, t + 1), value

    return step, (params, zeros, zeros, jnp.float32(1))


def jax_jit(case):
    """Time one call of a jitted step for each batch, gathered by NumPy."""
    import jax

    step, state = jax_step(case)
    step, state, batch = jax.jit(step), [state], case[2]
    x, y = data(*case)

    def epoch():
        order = np.random.permutation(len(x))
        for start in range(0, len(x), batch):
            index = order[start : start + batch]
            state[0], value = step(state[0], x[index], y[index])
        value.block_until_ready()

    return epoch


def jax_scan(case):
    """Time a whole epoch in one compiled call: rows gathered within, `lax.scan` over batches."""
    import jax
    import jax.numpy as jnp

    step, state = jax_step(case)
    state, batch = [state], case[2]
    x, y = map(jnp.asarray, data(*case))

    @jax.jit
    def run(state, order):
        return jax.lax.scan(lambda s, i: step(s, x[i], y[i]), state, order)

    def epoch():
        order = np.random.permutation(len(x)).reshape(-1, batch)
        state[0], values = run(state[0], order)
        values.block_until_ready()

    return epoch


def products_alone(case):
    """Time a step's matrix products in NumPy, into memory that is there, nothing else."""
    sizes, _loss, batch, steps = case
    rng = np.random.default_rng(0)
    pairs = list(itertools.pairwise(sizes))
    w = [rng.normal(size=p).astype("f") for p in pairs]
    a = [rng.normal(size=(batch, n)).astype("f") for n in sizes]
    g = [np.empty_like(x) for x in w]
    d = [np.empty_like(x) for x in a]

    def epoch():
        for _ in range(steps):
            for i in range(len(w)):
                np.matmul(a[i], w[i], out=d[i + 1])
            for i in reversed(range(len(w))):
                np.matmul(a[i].T, a[i + 1], out=g[i])
                if i:
                    np.matmul(a[i + 1], w[i].T, out=d[i])

    return epoch


MAKERS = {
    "native": kerasish_fit("graph", True), "graph": kerasish_fit("graph"),
    "eager": kerasish_fit("eager"), "torch": torch_eager, "jit": jax_jit, "scan": jax_scan,
    "keras-jax": keras_on("jax"), "keras-torch": keras_on("torch"),
    "keras-tensorflow": keras_on("tensorflow"), "sklearn": sklearn_mlp,
    "products": products_alone,
}  # fmt: skip


SLOW = ("keras-torch", "keras-tensorflow")  # a quarter of an epoch tells enough


def measure(peer, name):
    """Return the time of a step, in microseconds."""
    *case, steps = CASES[name]
    case = (*case, steps // 4 if peer in SLOW else steps)
    return _turns.shortest(MAKERS[peer](case), case[3])


if __name__ == "__main__":
    _turns.main(
        __file__, __doc__.splitlines()[0], dict.fromkeys(CASES, PEERS), measure, ("native", "graph")
    )
