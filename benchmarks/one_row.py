"""How long is a prediction of one row, beside the peers?

    python benchmarks/one_row.py
    python benchmarks/one_row.py --rounds 7 --cases 4-16-16-3 --peers predict onnxruntime

`plan` is the planned graph alone, without `model.predict` around it, and `around` what predicting
takes besides it, both measured in turn in one process; `loader` is an exported model run by
`export/loader.py`. Peers: `pip install 'kerasish[bench]'`.
"""

from __future__ import annotations

import itertools
import os
import pathlib
import tempfile

import _turns
import numpy as np

CASES = {"784-512-512-10": (784, 512, 512, 10), "4-16-16-3": (4, 16, 16, 3)}
PEERS = (
    "native", "graph", "eager", "model(x)", "plan", "around", "loader", "keras-jax", "onnxruntime",
    "torch", "sklearn",
)  # fmt: skip
CALLS = 2000


def row(sizes):
    """Return one row."""
    return np.random.default_rng(0).normal(size=(1, sizes[0])).astype("float32")


def weights(sizes):
    """Return kernels and biases."""
    rng = np.random.default_rng(1)
    return [
        (rng.normal(size=p).astype("f"), np.zeros(p[1], "f")) for p in itertools.pairwise(sizes)
    ]


def built(keras, sizes):
    """Return a model: ReLU between, logits at the end."""
    layers = [keras.layers.Dense(n, activation="relu") for n in sizes[1:-1]]
    model = keras.Sequential([keras.Input(sizes[:1]), *layers, keras.layers.Dense(sizes[-1])])
    return model


def kerasish_model(engine, jit, sizes):
    """Return a model of ours, compiled."""
    import kerasish

    kerasish.config.set_backend(engine)
    model = built(kerasish, sizes)
    model.compile("sgd", "mse", jit_compile=jit)
    return model


def predict(engine, jit):
    """Time `model.predict`."""

    def make(sizes):
        model, x = kerasish_model(engine, jit, sizes), row(sizes)
        return lambda: model.predict(x, verbose=0)

    return make


def called(sizes):
    """Time `model(x)`, in eager code."""
    model, x = kerasish_model("graph", True, sizes), row(sizes)
    return lambda: model(x)


def plan(sizes):
    """Time the compiled plan of the same prediction alone."""
    model, x = kerasish_model("graph", True, sizes), row(sizes)
    model.predict(x, verbose=0)
    specialisation, arrays = model._function("predict").specialise(x)
    program = specialisation.program
    return lambda: program(*arrays)


def loader(sizes):
    """Time an exported model."""
    from kerasish.export import loader

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.kgraph"
        kerasish_model("graph", False, sizes).export(path)
        model = loader.load(path)
    x = row(sizes)
    return lambda: model(x)


def keras_jax(sizes):
    """Time `predict` of Keras on JAX."""
    os.environ["KERAS_BACKEND"] = "jax"
    import keras

    model, x = built(keras, sizes), row(sizes)
    model.compile("sgd", "mse")
    return lambda: model.predict(x, verbose=0)


def onnx(sizes):
    """Time onnxruntime on Gemm and Relu."""
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants, last = [], [], "x"
    for i, (kernel, bias) in enumerate(weights(sizes)):
        constants += [numpy_helper.from_array(kernel, f"w{i}")]
        constants += [numpy_helper.from_array(bias, f"b{i}")]
        nodes.append(helper.make_node("Gemm", [last, f"w{i}", f"b{i}"], [f"h{i}"]))
        last = f"h{i}"
        if i < len(sizes) - 2:
            nodes.append(helper.make_node("Relu", [last], [f"r{i}"]))
            last = f"r{i}"
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size])
        for name, size in (("x", sizes[0]), (last, sizes[-1]))
    ]
    graph = helper.make_graph(nodes, "net", ends[:1], ends[1:], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    session, x = onnxruntime.InferenceSession(model.SerializeToString()), row(sizes)
    return lambda: session.run(None, {"x": x})


def torch_eager(sizes):
    """Time PyTorch, from an array to an array."""
    import torch

    layers = []
    for n, m in itertools.pairwise(sizes):
        layers += [torch.nn.Linear(n, m), torch.nn.ReLU()]
    model, x = torch.nn.Sequential(*layers[:-1]), row(sizes)

    def call():
        with torch.inference_mode():
            return model(torch.from_numpy(x)).numpy()

    return call


def sklearn_mlp(sizes):
    """Time `predict_proba` of scikit-learn."""
    from sklearn.neural_network import MLPClassifier

    x = np.repeat(row(sizes), sizes[-1], 0)
    model = MLPClassifier(hidden_layer_sizes=sizes[1:-1])
    model.partial_fit(x, np.arange(sizes[-1]), classes=np.arange(sizes[-1]))
    return lambda: model.predict_proba(x[:1])


MAKERS = {
    "native": predict("graph", True), "graph": predict("graph", False),
    "eager": predict("eager", False), "model(x)": called, "plan": plan, "loader": loader,
    "keras-jax": keras_jax, "onnxruntime": onnx, "torch": torch_eager, "sklearn": sklearn_mlp,
}  # fmt: skip


def measure(peer, name):
    """Return the time of a call, in microseconds."""
    if peer == "around":
        calls = [MAKERS[kind](CASES[name]) for kind in ("native", "plan")]
        times = [[_shortest(call, CALLS // 10) for call in calls] for _ in range(10)]
        whole, alone = map(min, zip(*times, strict=True))
        return whole - alone
    return _shortest(MAKERS[peer](CASES[name]), CALLS // 20 if peer == "keras-jax" else CALLS)


def _shortest(call, calls):
    def many():
        for _ in range(calls):
            call()

    return _turns.shortest(many, calls)


if __name__ == "__main__":
    _turns.main(
        __file__, __doc__.splitlines()[0], dict.fromkeys(CASES, PEERS), measure,
        ("native", "graph"), unit="a call",
    )  # fmt: skip
