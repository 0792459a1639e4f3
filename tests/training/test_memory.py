"""What a training step keeps in memory: what its plan says, and not much more than it must."""

import gc
import tracemalloc

import numpy as np
import pytest

import kerasish as keras
from kerasish import layers
from kerasish.backend.graph.printers import budget
from tests.engines import current_engine

NETS = {
    "4-16-16-3": (4, 16, 16, 3), "16-32-1": (16, 32, 1), "1000-100-1000": (1000, 100, 1000),
    "784-512-512-10": (784, 512, 512, 10), "32-(64x8)-4": (32, *[64] * 8, 4),
}  # fmt: skip
BATCHES = {"4-16-16-3": 16, "16-32-1": 32, "784-512-512-10": 128}  # 64 of the others
LIMIT = 1.2  # times weights, gradients, slots and activations
LARGER = {("16-32-1", "sgd"): 1.3}  # its activations' gradients are as large as the weights'


@pytest.fixture(autouse=True)
def graph_engine():
    with current_engine("graph"):
        yield


def trained(sizes, optimizer, batch, jit=False):
    """A model that made a step, its plan, and arrays for more."""
    hidden = [layers.Dense(n, activation="relu") for n in sizes[1:-1]]
    model = keras.Sequential([keras.Input(sizes[:1]), *hidden, layers.Dense(sizes[-1])])
    model.compile(optimizer, "mse", jit_compile=jit)
    rng = np.random.default_rng(0)
    x, y = (rng.normal(size=(batch, n)).astype("float32") for n in (sizes[0], sizes[-1]))
    model.train_on_batch(x, y)
    (found,) = model._functions["train"].specialisations.values()
    return model, found.chosen, x, y


def nbytes(variables):
    return sum(v.numpy().nbytes for v in variables)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("name", NETS)
def test_a_step_takes_what_weights_gradients_slots_and_activations_take(name, optimizer):
    sizes, batch = NETS[name], BATCHES.get(name, 64)
    model, chosen, _, _ = trained(sizes, optimizer, batch)
    weights, slots = nbytes(model.weights), nbytes(model.optimizer.variables)
    activations = 4 * batch * sum(sizes)
    taken = chosen.plan.memory + weights + slots
    must = weights + weights + slots + activations  # there are as many gradients as weights
    assert taken <= LARGER.get((name, optimizer), LIMIT) * must


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.native)])
def test_what_the_plan_says_is_what_is_allocated(jit):
    if jit:
        pytest.importorskip("llvmlite", reason="compiled code needs the extra `jit`")
    _, chosen, x, y = trained(NETS["784-512-512-10"], "adam", 32, jit)
    program = type(chosen.program)(chosen.plan)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    program(x, y)
    allocated = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    inputs = x.nbytes + y.nbytes if jit else 0  # a compiled epoch gathers them there
    assert allocated <= 1.02 * (chosen.plan.memory + inputs) + 50_000
    if not jit:  # compiled code needs less: what is fused is nowhere
        assert allocated >= chosen.plan.memory


@pytest.mark.slow
@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.native)])
def test_ten_thousand_predictions_and_two_hundred_fits_leave_nothing(jit, monkeypatch):
    if jit:
        pytest.importorskip("llvmlite", reason="compiled code needs the extra `jit`")
    monkeypatch.setattr(budget, "SHARE_WHEN_TOLD", float("inf"))  # all is compiled before
    model, _, x, y = trained(NETS["4-16-16-3"], "adam", 40, jit)

    def work(predictions, fits):
        for n in range(predictions):
            model.predict(x[: 1 + n % 30], verbose=0)
        for _ in range(fits):
            model.fit(x, y, batch_size=16, verbose=0)

    work(500, 20)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    work(10_000, 200)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 100_000  # Python's own tables; an array kept by each call would be megabytes
    assert len(model._functions["predict"].specialisations) == 30
    assert model._functions["predict"].traces == 30
