"""What can be exported, for one size of the batch or for all; and what is refused, and why."""

import json

import numpy as np
import pytest

import kerasish as keras
from kerasish import layers, ops
from kerasish.export import ExportError, export, load
from kerasish.testing.bits import assert_same_bits
from tests.export.alone import sequential

SIZES = (1, 2, 3, 7, 64)


def header(path):
    data = path.read_bytes()
    return json.loads(data[24 : 24 + int.from_bytes(data[16:24], "little")])


FUNCTIONS = {
    "zeros of the batch": lambda x: ops.concatenate([x, ops.zeros((x.shape[0], 2))], axis=1),
    "zeros like": lambda x: ops.zeros_like(x) + x[:, ::-1],
    "the batch's size": lambda x: x / x.shape[0],
    "a whole number": lambda x: ops.cast(x, "int32") * x.shape[0] + (2 * x.shape[0] - 3),
    "rows of a table": lambda x: x + ops.broadcast_to(np.arange(4.0, dtype="float32"), x.shape),
    "flat": lambda x: ops.reshape(x, (-1,)),
    "flat and back": lambda x: ops.reshape(ops.reshape(x, (-1,)) * 2, x.shape),
    "twice": lambda x: ops.concatenate([x, x], axis=0),
    "backwards": lambda x: ops.flip(x, 0),
    "padded": lambda x: ops.pad(x, ((1, 2), (0, 1)), constant_values=-np.inf),
    "sorted": lambda x: ops.sort(x, axis=-1),
    "ranks": lambda x: ops.argsort(x, axis=0),
    "running": lambda x: ops.cumsum(x, axis=0),
    "of the batch": lambda x: x - ops.max(x, axis=0),
    "mean of the batch": lambda x: ops.mean(x, axis=0) + ops.var(x),
    "total": lambda x: ops.sum(x),
    "last row": lambda x: x[-1],
    "gram": lambda x: ops.matmul(x, ops.transpose(x)),
    "input itself": lambda x: x,
    "a piece of the input": lambda x: x[:, 1:3],
    "nan": lambda x: ops.where(x > 0, x, np.nan),
    "negative zero": lambda x: x * -0.0,
    "transposed constant": lambda x: x @ ops.transpose(
        ops.convert_to_tensor(np.random.default_rng(3).normal(size=(5, 4)).astype("float32"))),
    "bool": lambda x: ops.logical_and(x > 0, ops.isfinite(x)),
    "complex": lambda x: ops.cast(x, "complex64") * 1j,
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_works_for_every_size_of_the_batch(name, tmp_path):
    function, rng = FUNCTIONS[name], np.random.default_rng(0)
    export(function, tmp_path / "f.kgraph", (None, 4))
    runner = load(tmp_path / "f.kgraph")
    for size in SIZES:
        x = rng.normal(size=(size, 4)).astype("float32")
        assert_same_bits(runner(x), function(ops.convert_to_tensor(x)), f"{name}, {size} rows")


def test_outputs_must_not_change_places_with_the_batch(tmp_path):
    def swapping(x):
        pair = [x + 1, x + 2]
        return pair if x.shape[0] > 1000 else pair[::-1]

    def nesting(x):
        return x + 1 if x.shape[0] > 1000 else [x + 1]

    for function in (swapping, nesting):
        with pytest.raises(ExportError, match="batch_size="):
            export(function, tmp_path / "f.kgraph", (None, 4))


def test_exporting_leaves_the_model_as_it_was(tmp_path):
    model = sequential((3,), layers.Dense(2, activity_regularizer="l2"), layers.Dropout(0.5))
    x = np.ones((2, 3), "float32")
    before, weights = model.predict(x, verbose=0), model.get_weights()
    export(model, tmp_path / "model.kgraph")
    assert model.losses == []
    assert_same_bits(model.predict(x, verbose=0), before)
    for one, other in zip(model.get_weights(), weights, strict=True):
        assert_same_bits(one, other)


@pytest.mark.parametrize("name, function", {
    "square": lambda x: ops.zeros((x.shape[0] ** 2,)) + x[0, 0],
    "half": lambda x: x[: x.shape[0] // 2],
    "at most a hundred": lambda x: x[:100],
    "at least a hundred": lambda x: ops.concatenate([x] * (2 if x.shape[0] < 100 else 1)),
    "counting": lambda x: x + ops.expand_dims(ops.arange(x.shape[0], dtype="float32"), 1),
    "mean over the batch": lambda x: x * (1 / x.shape[0]),
}.items())  # fmt: skip
def test_what_depends_on_the_batch_otherwise_needs_a_fixed_one(name, function, tmp_path):
    path = tmp_path / "f.kgraph"
    with pytest.raises(ExportError, match=r"batch_size="):
        export(function, path, (None, 4))
    assert list(tmp_path.iterdir()) == []
    export(function, path, (None, 4), batch_size=6)
    x = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
    assert_same_bits(load(path)(x), function(ops.convert_to_tensor(x)), name)
    with pytest.raises(ValueError, match=r"takes numbers of shape \(6, 4\)"):
        load(path)(x[:5])


def test_a_weight_that_is_read_twice_is_stored_once(tmp_path):
    shared = layers.Dense(300, use_bias=False)
    model = sequential((300,), shared, layers.Lambda(lambda x: shared(ops.tanh(x))))
    export(model, tmp_path / "model.kgraph")
    found = header(tmp_path / "model.kgraph")["constants"]
    assert [entry["shape"] for entry in found] == [[300, 300]]
    assert (tmp_path / "model.kgraph").stat().st_size < 300 * 300 * 4 + 4096


def test_data_are_aligned(tmp_path):
    export(sequential((3,), layers.Dense(5, "gelu")), tmp_path / "model.kgraph")
    data = (tmp_path / "model.kgraph").read_bytes()
    assert (24 + int.from_bytes(data[16:24], "little")) % 64 == 0
    assert all(entry["start"] % 64 == 0 for entry in header(tmp_path / "model.kgraph")["constants"])


def test_the_same_model_gives_the_same_file(tmp_path):
    model = sequential((3,), layers.Dense(5, "gelu"))
    export(model, tmp_path / "a.kgraph")
    export(model, tmp_path / "b.kgraph")
    assert (tmp_path / "a.kgraph").read_bytes() == (tmp_path / "b.kgraph").read_bytes()


class Counting(layers.Layer):
    def build(self, input_shape):
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False, name="calls")

    def call(self, x):
        self.calls.assign_add(1.0)
        return x * self.calls


class Noisy(layers.Layer):
    def call(self, x):
        return x + keras.random.normal(x.shape, seed=self.seed)

    def __init__(self):
        super().__init__(name="noisy")
        self.seed = keras.random.SeedGenerator(3)


@pytest.mark.parametrize("layer, message", [
    (Counting(name="counter"), r"holds no state, but '\S*calls' is assigned.* in layer 'counter'"),
    (Noisy(), r"holds no state, but '\S*seed\S*' is assigned .* in layer 'noisy'"),
])  # fmt: skip
def test_state_is_refused_with_its_layer(layer, message, tmp_path):
    with pytest.raises(ExportError, match=message):
        export(sequential((3,), layer), tmp_path / "model.kgraph")
    assert list(tmp_path.iterdir()) == []


def test_a_loop_is_refused_with_its_layer(tmp_path):
    class Branching(layers.Layer):
        def call(self, x):
            return ops.cond(ops.sum(x) > 0, lambda: x, lambda: -x)

    model = sequential((3,), Branching(name="branching"))
    with pytest.raises(ExportError, match=r"cannot hold the primitive 'cond' in layer 'branching'"):
        export(model, tmp_path / "model.kgraph")


@pytest.mark.parametrize("target, specs, message", [
    (keras.Sequential([layers.Dense(2)]), (), "is not built: call it on data first"),
    (3, (), "Expected a model or a function of tensors. Received: target=3"),
    (lambda x: x, (), "pass an InputSpec or a shape for each"),
    (lambda x: x, ((None, None, 3),), r"Only the first size of input 'x' may be unknown"),
    (lambda x: x, (keras.InputSpec(ndim=2),), "An input needs a shape. Received: input='x'"),
    (lambda x: x, (keras.InputSpec(shape=(3,), dtype="string"),), "no values of dtype string"),
    (lambda x: 3.0, ((None, 3),), "An output is no tensor. Received: output=3.0"),
    (lambda x, y: x, ({"a": (3,)}, {"a": (3,)}), "Inputs need different names"),
])  # fmt: skip
def test_what_cannot_be_exported_is_said(target, specs, message, tmp_path):
    with pytest.raises(ExportError, match=message):
        export(target, tmp_path / "model.kgraph", *specs)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_there_survives_a_failed_export(tmp_path):
    path = tmp_path / "model.kgraph"
    path.write_bytes(b"before")
    with pytest.raises(ExportError):
        export(lambda x: x[:100], path, (None, 4))
    assert path.read_bytes() == b"before"


def test_handles_arrays_and_shapes_say_what_is_wanted(tmp_path):
    path = tmp_path / "f.kgraph"
    for spec, dtype in (
        ((None, 3), "float32"),
        (keras.InputSpec(shape=(None, 3), dtype="int32"), "int32"),
        (keras.KerasTensor((None, 3), "float64", name="x"), "float64"),
    ):
        export(lambda x: x * 2, path, spec)
        assert load(path).inputs == {"x": ((None, 3), dtype)}
    export(lambda x: x * 2, path, np.ones((5, 3)))
    assert load(path).inputs == {"x": ((5, 3), "float64")}
