"""Which printer runs a plan, when it changes, and what is said of it."""

import threading
import time

import numpy as np
import pytest

import kerasish as keras
from kerasish import layers, ops
from kerasish.backend import compute, discovery
from kerasish.backend.graph.printers import budget, choose
from kerasish.backend.graph.printers.budget import Budget
from kerasish.backend.graph.printers.native import machine, self_check
from kerasish.backend.graph.printers.native.jobs import BESIDE
from kerasish.errors import BackendError
from kerasish.primitives.random import random_uniform
from kerasish.testing.bits import assert_same_bits

X = np.random.default_rng(0).normal(size=(5, 7)).astype("float32")


def function_of(step, jit):
    function = discovery.get("graph").function(step)
    function.jit_compile = jit
    return function


def step(x):
    return ops.tanh(x @ ops.transpose(x)) * 2.0 + 1.0


def test_without_a_compiler_there_is_one_sentence(monkeypatch):
    monkeypatch.setattr(machine, "is_there", lambda: False)
    with pytest.raises(BackendError, match=r"needs llvmlite: pip install 'kerasish\[jit\]'"):
        function_of(step, True)(X)
    function = function_of(step, "auto")
    function(X)
    assert function.explain() == [
        "f32[5,7]: numpy (llvmlite is not installed: pip install 'kerasish[jit]')"
    ]
    assert "llvmlite is not installed" in discovery.get("graph").printers()


def test_false_never_compiles():
    function = function_of(step, False)
    for _ in range(choose.WORTH_IT + 5):
        function(X)
    assert function.explain() == ["f32[5,7]: numpy (jit_compile=False)"]


def test_the_environment_decides_where_nothing_else_was_said(monkeypatch):
    monkeypatch.setenv("KERASISH_JIT", "0")
    function = function_of(step, None)
    function(X)
    assert "jit_compile=False" in function.explain()[0]
    monkeypatch.setenv("KERASISH_JIT", "perhaps")
    with pytest.raises(BackendError, match="KERASISH_JIT must be one of"):
        function_of(step, None)(X)


@pytest.fixture
def compiler():
    pytest.importorskip("llvmlite", reason="compiled code needs the extra `jit`")


@pytest.fixture
def soon(monkeypatch, compiler):
    """Spend all the time there is on compiling: each run does a piece, and waits for LLVM."""
    from kerasish.backend.graph.printers.native import jobs

    monkeypatch.setattr(budget, "SHARE", float("inf"))
    monkeypatch.setattr(choose, "PAUSE", 0.0)
    wait = jobs.Job.is_done
    monkeypatch.setattr(
        jobs.Job, "is_done", lambda job: wait(job) or job._process.wait() is not None
    )
    return choose.WORTH_IT + 200  # runs that are enough for all pieces


@pytest.mark.native
@pytest.mark.usefixtures("compiler")
class TestCompiled:
    def test_true_compiles_at_once(self):
        function = function_of(step, True)
        assert_same_bits(function(X), function_of(step, False)(X))
        assert function.explain() == ["f32[5,7]: native (compiled)"]
        assert "define i32 @step(ptr %table)" in function.show_source()

    def test_auto_goes_over_to_compiled_code_and_nobody_notices(self, soon):
        function = function_of(step, "auto")
        first = function(X)
        assert "once there were 50 runs" in function.explain()[0]
        for _ in range(soon):
            assert_same_bits(function(X), first)
        assert function.explain() == ["f32[5,7]: native (compiled)"]
        assert_same_bits(function(X), first)

    def test_auto_spends_no_more_than_a_share_of_the_time(self, monkeypatch):
        clock = [100.0]
        monkeypatch.setattr(time, "perf_counter", lambda: clock[0])
        begun = []

        def pieces(plan, beside):
            while True:
                begun.append(clock[0])
                clock[0] += 0.03
                yield 0.0

        from kerasish.backend.graph.printers.native import beside

        monkeypatch.setattr(beside, "compiling", pieces)
        work = choose._Work(None, Budget())
        while clock[0] < 110:
            work.go_on()
            clock[0] += 1e-4
        for number, moment in enumerate(begun):
            assert 0.03 * (number + 1) <= budget.SHARE * (moment - 100) * 1.001
        assert len(begun) > 20

    @pytest.mark.parametrize("seconds_of_a_run, waits", [(2e-3, True), (2e-4, False)])
    def test_where_products_keep_all_cores_busy_llvm_waits(
        self, monkeypatch, seconds_of_a_run, waits
    ):
        clock, begun = [100.0], []
        monkeypatch.setattr(time, "perf_counter", lambda: clock[0])

        def pieces(plan, beside):
            yield BESIDE
            begun.append(clock[0])

        monkeypatch.setattr("kerasish.backend.graph.printers.native.beside.compiling", pieces)
        work = choose._Work(None, Budget())
        while not begun:
            work.go_on()
            clock[0] += seconds_of_a_run
        assert (begun[0] - 100 > BESIDE / budget.SHARE) is waits

    def test_what_lies_on_disk_needs_no_llvm_beside_us(self, monkeypatch, tmp_path):
        from kerasish.backend.graph.printers.native.beside import compiling

        monkeypatch.setenv("KERASISH_CACHE", str(tmp_path / "cache"))
        function = function_of(step, False)
        function(X)
        plan = next(iter(function.specialisations.values())).program.plan
        costs = [sum(compiling(plan, beside=True)) for _ in range(2)]
        assert costs[0] >= BESIDE > costs[1]

    def test_the_next_process_finds_what_was_compiled(self, monkeypatch, tmp_path):
        from kerasish.backend.graph.printers.native import compiler

        monkeypatch.setenv("KERASISH_CACHE", str(tmp_path / "cache"))
        wanted = function_of(step, True)(X)
        monkeypatch.setattr(compiler, "object_code", lambda text: 1 / 0)
        function = function_of(step, True)
        assert_same_bits(function(X), wanted)
        assert function.explain() == ["f32[5,7]: native (compiled)"]

    def test_where_bits_would_differ_numpy_goes_on(self, monkeypatch):
        def differs(beside):
            return "a bit differs"
            yield 0.0

        monkeypatch.setattr(self_check, "checking", differs)
        function = function_of(step, True)
        assert_same_bits(function(X), function_of(step, False)(X))
        assert function.explain() == ["f32[5,7]: numpy (a bit differs)"]

    def test_the_self_check_finds_a_bit_that_differs(self, monkeypatch):
        from kerasish.backend.graph.printers.native import formula

        monkeypatch.setenv("KERASISH_CACHE", "off")
        monkeypatch.setattr(self_check, "_answers", [])
        assert choose.complaint() is None
        self_check._answers.clear()
        monkeypatch.setitem(formula._ARITHMETIC, formula.ast.Add, "fsub")
        assert "differs from NumPy" in choose.complaint()

    def test_whatever_goes_wrong_while_compiling_the_runs_go_on(self, monkeypatch, soon):
        monkeypatch.setattr(self_check, "checking", lambda beside: 1 / 0)
        function = function_of(step, "auto")
        for _ in range(soon):
            function(X)
        assert "compiling failed: ZeroDivisionError" in function.explain()[0]

    def test_where_no_other_process_compiles_this_one_does(self, monkeypatch, soon):
        monkeypatch.setenv("KERASISH_CACHE", "off")
        monkeypatch.setattr("sys.executable", "/nowhere/python")
        function = function_of(step, "auto")
        for _ in range(soon):
            function(X)
        assert function.explain() == ["f32[5,7]: native (compiled)"]

    def test_loops_are_left_to_numpy(self):
        function = function_of(
            lambda x: ops.while_loop(lambda y: ops.sum(y) < 9, lambda y: y * 2, x), True
        )
        function(np.ones(2, "float32"))
        assert "numpy (the native printer has no words for the primitive loop" in str(
            function.explain()
        )

    def test_a_plan_of_thousands_of_steps_is_left_to_numpy(self):
        def long(x):
            for _ in range(2500):
                x = x + 1.0
            return x

        function = function_of(long, True)
        assert float(function(np.float32(0))) == 2500.0
        assert "a plan of 2,500 steps" in function.explain()[0]

    def test_arrays_without_elements_are_left_to_numpy(self):
        function = function_of(lambda x: ops.sum(x * 2.0, 0), True)
        assert function(np.zeros((0, 3), "float32")).tolist() == [0.0, 0.0, 0.0]
        assert "arrays without elements" in function.explain()[0]

    def test_an_error_in_a_step_that_python_computes_arrives(self, monkeypatch):
        v = keras.Variable(1.0)
        seed = ops.convert_to_tensor(np.array([1, 2], "uint32"))

        def draw(x):
            v.assign_add(1.0)
            return random_uniform(ops.cast(x, "uint32"), shape=(3,), dtype="float32")

        function = function_of(draw, True)
        assert_same_bits(function(seed.numpy()), random_uniform(seed, shape=(3,), dtype="float32"))
        assert "native" in function.explain()[0]

        def broken(*args, **kwargs):
            raise OSError("no numbers left")

        monkeypatch.setattr(type(random_uniform), "forward", broken)
        monkeypatch.setattr(compute, "_functions", {})
        again = function_of(draw, True)
        with pytest.raises(OSError, match="no numbers left"):
            again(seed.numpy())

    def test_arrays_of_any_kind_are_fed(self):
        wanted = function_of(step, False)(X)
        function = function_of(step, True)
        unaligned = np.frombuffer(b"x" + X.tobytes(), "float32", offset=1).reshape(X.shape)
        for array in (X.astype(">f4"), unaligned, np.asfortranarray(X), X[::-1][::-1]):
            for _ in range(2):
                assert_same_bits(function(array), wanted)

    def test_threads_run_one_function_at_a_time_each_in_its_own_memory(self):
        function = function_of(step, True)
        arrays = [X * np.float32(k) for k in range(4)]
        wanted = [function_of(step, False)(a).numpy() for a in arrays]
        wrong = []

        def work(array, result):
            for _ in range(200):
                if not np.array_equal(function(array).numpy(), result):
                    wrong.append(array)

        threads = [threading.Thread(target=work, args=p) for p in zip(arrays, wanted, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong

    def test_a_swap_in_the_middle_of_an_epoch_changes_nothing(self, soon):
        x, y = X.repeat(60, 0), X.repeat(60, 0)[:, :1]
        found = []
        for jit in (False, "auto", True):
            keras.utils.set_random_seed(0)
            model = keras.Sequential(
                [keras.Input((7,)), layers.Dense(6, "tanh"), layers.Dropout(0.3), layers.Dense(1)]
            )
            model.compile("adam", "mse", jit_compile=jit)
            history = model.fit(x, y, batch_size=2, epochs=3, verbose=0)
            found.append([*model.get_weights(), np.array(history.history["loss"])])
            assert ("native" in model.explain()) is (jit is not False)
        for one, other in ((0, 1), (0, 2)):
            for a, b in zip(found[one], found[other], strict=True):
                assert_same_bits(a, b)

    def test_ctrl_c_is_heard_between_two_calls(self):
        import _thread

        x = np.zeros((400_000, 4), "float32")
        model = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(1)])
        model.compile("adam", "mse", jit_compile=True)
        model.fit(x[:64], x[:64, :1], batch_size=2, verbose=0)
        timer = threading.Timer(0.2, _thread.interrupt_main)
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            model.fit(x, x[:, :1], batch_size=2, epochs=1000, verbose=0)
        timer.join()
        assert np.isfinite(model.get_weights()[0]).all()

    def test_many_fits_and_predictions_leave_nothing_behind(self, monkeypatch):
        import gc
        import tracemalloc

        monkeypatch.setattr(budget, "SHARE_WHEN_TOLD", float("inf"))
        model = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(1)])
        model.compile("adam", "mse", jit_compile=True)
        x = np.ones((40, 4), "float32")

        def work(count):
            for n in range(count):
                model.predict(x[: 1 + n % 7], verbose=0)
                if n % 10 == 0:
                    model.fit(x, x[:, :1], batch_size=8, verbose=0)
            gc.collect()

        work(100)
        tracemalloc.start()
        grown = []
        for _ in range(3):  # Python's own tables may grow once, by megabytes; a leak goes on
            before = tracemalloc.get_traced_memory()[0]
            work(100)
            grown.append(tracemalloc.get_traced_memory()[0] - before)
        tracemalloc.stop()
        assert min(grown) < 10_000
        assert model._functions["predict"].traces == 7
