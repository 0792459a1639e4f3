"""How many threads products get: by their size, in every engine alike; put back after a step."""

import threading

import numpy as np
import pytest

import kerasish as keras
from kerasish import layers, ops
from kerasish.arrays import threads
from kerasish.arrays.spec import Spec
from kerasish.errors import BackendError
from kerasish.testing.bits import assert_same_bits
from tests.engines import current_engine

needs_blas = pytest.mark.skipif(
    threads.blas().path is None, reason="NumPy's library here cannot be told how many threads"
)
RNG = np.random.default_rng(0)


def matrix(*shape):
    return RNG.normal(size=shape).astype("float32")


@pytest.fixture(autouse=True)
def as_before():
    yield
    threads.set_threads(None)


def wanted(m, k, n):
    return threads.wanted(Spec((m, k), "float32"), Spec((k, n), "float32"))


@needs_blas
def test_small_products_want_one_thread_and_large_ones_all():
    assert wanted(16, 16, 16) == threads.ANY  # which takes one by itself
    assert wanted(32, 128, 128) == threads.ONE
    assert wanted(128, 128, 128) == threads.ALL
    assert wanted(1, 64, 64) == threads.ANY
    assert wanted(1, 1000, 2000) == threads.ALL
    assert threads.wanted(matrix(7, 32, 128), matrix(7, 128, 128)) == threads.ONE  # seven of them


@needs_blas
@pytest.mark.parametrize("turned", [(False, False), (True, False), (False, True), (True, True)])
@pytest.mark.parametrize("inner", [1, 3, 64, 100, 128, 384, 385, 500, 700, 784, 1000])
def test_where_one_thread_is_taken_many_give_the_same_bits(inner, turned):
    tried = 0
    for m in (1, 2, 16, 33, 64, 128, 500):
        for n in (1, 3, 10, 64, 128, 257, 800):
            if wanted(m, inner, n) != threads.ONE:
                continue
            a, b = matrix(m, inner), matrix(inner, n)
            a, b = (np.asfortranarray(x) if t else x for x, t in zip((a, b), turned, strict=True))
            found = []
            for count in (1, 2):
                threads.blas().set(count)
                found.append(np.matmul(a, b))
            threads.blas().set(threads.usable_cores())
            assert_same_bits(*found)
            tried += 1
    assert tried >= 3 or not 64 <= inner <= 384


SIZES = {"one": [128, 128], "all": [1200], "mixed": [256, 700]}


def net(sizes):
    keras.utils.set_random_seed(1)
    inner = [layers.Dense(size, "relu") for size in sizes]
    return keras.Sequential([keras.Input((200,)), *inner, layers.Dense(10)])


X, Y = matrix(90, 200), RNG.integers(0, 10, 90)


def trained(sizes, engine, jit=False):
    with current_engine(engine):
        model = net(sizes)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("adam", loss, jit_compile=jit)
        model.fit(X, Y, batch_size=30, epochs=2, verbose=0)
        return [*model.get_weights(), model.predict(X, batch_size=45, verbose=0), model(X)]


@needs_blas
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("kind", SIZES)
def test_every_engine_gives_products_the_same_threads(kind, count):
    keras.config.set_threads(count)
    outside = threads.blas().get()
    found = [trained(SIZES[kind], engine) for engine in ("eager", "graph")]
    assert threads.blas().get() == outside
    for a, b in zip(*found, strict=True):
        assert_same_bits(a, b)


@needs_blas
@pytest.mark.native
@pytest.mark.parametrize("kind", SIZES)
def test_compiled_code_gives_products_the_same_threads(kind):
    pytest.importorskip("llvmlite", reason="compiled code needs the extra `jit`")
    outside = threads.blas().get()
    found = [trained(SIZES[kind], "graph", jit) for jit in (False, True)]
    assert threads.blas().get() == outside
    for a, b in zip(*found, strict=True):
        assert_same_bits(a, b)


@needs_blas
def test_the_number_is_put_back_after_an_error_and_after_turns_within_turns():
    outside = threads.blas().get()
    with threads.turn(threads.ONE):
        assert threads.blas().get() == 1
        with threads.turn(threads.ALL):
            assert threads.blas().get() == threads.threads()
        assert threads.blas().get() == 1
    with pytest.raises(ZeroDivisionError), threads.turn(threads.ONE):
        raise ZeroDivisionError
    assert threads.blas().get() == outside
    with pytest.raises(ValueError, match="inner sizes"):
        ops.matmul(matrix(30, 128), matrix(127, 128))
    assert threads.blas().get() == outside


@needs_blas
def test_python_threads_take_turns_and_every_one_gets_its_bits():
    models = [net(sizes) for sizes in SIZES.values() for _ in range(2)]
    wanted = [model.predict(X, verbose=0, batch_size=90) for model in models]
    outside, wrong = threads.blas().get(), []

    def work(model, result):
        for _ in range(10):
            if model.predict(X, verbose=0, batch_size=90).tobytes() != result.tobytes():
                wrong.append(model)

    running = [threading.Thread(target=work, args=p) for p in zip(models, wanted, strict=True)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(60)
    assert not wrong
    assert threads.blas().get() == outside


def test_the_environment_and_the_setting_decide_on_all(monkeypatch):
    threads._usual.cache_clear()
    monkeypatch.setenv("KERASISH_THREADS", "3")
    assert keras.config.threads() == 3
    keras.config.set_threads(2)
    assert keras.config.threads() == 2
    keras.config.set_threads(None)
    threads._usual.cache_clear()
    monkeypatch.setenv("KERASISH_THREADS", "many")
    with pytest.raises(BackendError, match="KERASISH_THREADS must be a positive whole number"):
        keras.config.threads()
    monkeypatch.delenv("KERASISH_THREADS")
    threads._usual.cache_clear()
    for bad in (0, -1, 1.5, True, "2"):
        with pytest.raises(ValueError, match="`count` must be a positive integer or None"):
            keras.config.set_threads(bad)


@pytest.mark.parametrize(
    "files, cores",
    [
        ({"cpu.max": "max 100000\n"}, 2), ({"cpu.max": "150000 100000\n"}, 2),
        ({"cpu.max": "50000 100000\n"}, 1), ({}, 2),
        ({"cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 1),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 2),
    ],
)  # fmt: skip
def test_a_containers_quota_counts(files, cores, tmp_path, monkeypatch):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(threads, "CONTROL_GROUP", tmp_path)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr("os.process_cpu_count", lambda: 2, raising=False)
    assert threads.usable_cores.__wrapped__() == cores
