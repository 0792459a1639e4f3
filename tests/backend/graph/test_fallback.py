"""What fails in a plan runs in a simpler way, with a warning; wrong data are an error anyway."""

import warnings

import numpy as np
import pytest

import kerasish as keras
from kerasish import layers, ops
from kerasish.backend import discovery
from kerasish.backend.graph.plan import buffers
from kerasish.backend.graph.printers import choose
from kerasish.backend.graph.printers.numpy import source
from kerasish.testing.bits import assert_same_bits
from tests.engines import current_engine

X = np.random.default_rng(0).random((12, 4)).astype("float32")


def trained(engine):
    """A model with seeds, counters and moving averages after some steps, and what is said of it."""
    with current_engine(engine):
        keras.utils.set_random_seed(3)
        model = keras.Sequential(
            [
                keras.Input((4,)), layers.Dense(5, name="first"), layers.BatchNormalization(),
                layers.Dropout(0.4), layers.Dense(1, "tanh", name="last"),
            ]
        )  # fmt: skip
        model.compile("adam", "mse", metrics=["mae"], jit_compile=False)
        model.fit(X, X[:, :1], batch_size=5, epochs=3, verbose=0)
        return [*model.get_weights(), *(v.numpy() for v in model.optimizer.variables)], model


def break_text(monkeypatch, before, after):
    """Let the printed plans hold another call than they should."""
    printed = source.print_plan

    def broken(plan):
        found = printed(plan)
        lines = [
            line.replace(before, after) if i > found.text.count("\n") // 2 else line
            for i, line in enumerate(found.text.split("\n"))
        ]
        return source.Source(
            "\n".join(lines), found.constants, found.variables, found.primitives, found.steps
        )

    monkeypatch.setattr("kerasish.backend.graph.printers.numpy.program.print_plan", broken)


def test_a_step_that_fails_in_its_first_run_is_named_and_the_numbers_are_right(monkeypatch):
    wanted, _ = trained("eager")
    break_text(monkeypatch, "tanh(", "tanh_that_is_not_there(")
    with pytest.warns(RuntimeWarning, match=r"failed in layer '.*last'.*NameError") as caught:
        found, model = trained("graph")
    for a, b in zip(found, wanted, strict=True):
        assert_same_bits(a, b)
    assert len(caught) == 2  # one for each size of the batch
    assert "node by node (what was quicker failed: NameError" in model.explain()


@pytest.mark.parametrize("where", [buffers, choose])
def test_what_cannot_be_planned_or_printed_runs_node_by_node(monkeypatch, where):
    wanted, _ = trained("eager")
    monkeypatch.setattr(choose, "make_plan" if where is buffers else "Program", lambda _: 1 / 0)
    with pytest.warns(RuntimeWarning, match="ZeroDivisionError"):
        found, model = trained("graph")
    for a, b in zip(found, wanted, strict=True):
        assert_same_bits(a, b)
    assert "node by node" in model.explain()


def test_loops_and_branches_run_node_by_node(monkeypatch):
    def step(x):
        y = ops.while_loop(lambda y: ops.sum(y) < 90, lambda y: y * 2, x)
        return ops.cond(ops.sum(y) > 1, lambda: y + 1, lambda: y - 1)

    wanted = step(ops.convert_to_tensor(X))
    monkeypatch.setattr(choose, "Program", lambda _: 1 / 0)
    function = discovery.get("graph").function(step)
    with pytest.warns(RuntimeWarning):
        assert_same_bits(function(X), wanted)


@pytest.mark.native
def test_compiled_code_that_fails_is_replaced_by_numpys_calls(monkeypatch):
    pytest.importorskip("llvmlite", reason="compiled code needs the extra `jit`")
    from kerasish.backend.graph.printers.native import program

    function = discovery.get("graph").function(lambda x: ops.tanh(x @ ops.transpose(x)))
    function.jit_compile = True
    monkeypatch.setattr(program._Bound, "run", lambda self, inputs: 1 / 0)
    with pytest.warns(RuntimeWarning, match="runs numpy from here on"):
        first = function(X)
    assert_same_bits(first, function(X))
    assert "numpy (what was quicker failed: ZeroDivisionError" in function.explain()[0]


def test_an_error_of_the_data_stays_an_error_and_changes_nothing():
    with current_engine("graph"), warnings.catch_warnings():
        warnings.simplefilter("error")
        count = keras.Variable(0.0, trainable=False)

        def step(x, indices):
            count.assign_add(1.0)
            return ops.take(x, indices, axis=0)

        function = discovery.get("graph").function(step)
        for _ in range(2):
            with pytest.raises(IndexError, match="take: an index is out of range"):
                function(X, np.array([12], "int32"))
            assert float(count) == 0.0
        function(X, np.array([11], "int32"))
        with pytest.raises(IndexError, match="Received: index=99"):
            function(X, np.array([99], "int32"))
        assert float(count) == 1.0
