"""Memory that is used again: only when nobody refers to it in any way."""

import threading

import numpy as np
import pytest

from kerasish import ops
from kerasish.backend import pool
from kerasish.backend.tensor import Tensor

SHAPE = (300, 51)  # no other test has this one
FLOAT32 = np.dtype("float32")


@pytest.fixture
def array():
    return pool.take(SHAPE, FLOAT32)


def address(array):
    return array.__array_interface__["data"][0]


def test_memory_that_nobody_holds_is_used_again():
    first = pool.take(SHAPE, FLOAT32)
    where = address(first)
    del first
    assert address(pool.take(SHAPE, FLOAT32)) == where


HOLDERS = {
    "the array": lambda a: a,
    "a list": lambda a: [a],
    "a view": lambda a: a[1:],
    "a view of a view": lambda a: a.reshape(-1)[5:].reshape(5, -1),
    "a broadcast view": lambda a: np.broadcast_to(a, (2, *SHAPE)),
    "a tensor": Tensor,
    "a memoryview": memoryview,
    "another library": lambda a: np.from_dlpack(Tensor(a)),
    "a bound method": lambda a: a.sum,
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_memory_that_is_held_is_left_alone(holder):
    array = pool.take(SHAPE, FLOAT32)
    where, kept = address(array), HOLDERS[holder](array)
    del array
    assert address(pool.take(SHAPE, FLOAT32)) != where
    del kept
    taken = [address(pool.take(SHAPE, FLOAT32))]
    assert where in taken


def test_results_of_eager_steps_do_not_overwrite_one_another():
    x = Tensor(np.ones(SHAPE, dtype="float32"))
    results = [x * float(i) for i in range(20)]
    views = [ops.reshape(x + float(i), (-1,))[7:9] for i in range(20)]
    arrays = [(x - float(i)).numpy() for i in range(20)]
    for i in range(20):
        assert set(results[i].numpy().ravel().tolist()) == {float(i)}
        assert views[i].tolist() == [1.0 + i] * 2
        assert arrays[i].min() == arrays[i].max() == 1.0 - i


def test_a_variable_keeps_what_it_was_assigned():
    import kerasish as keras

    v = keras.Variable(np.zeros(SHAPE, dtype="float32"))
    for i in range(5):
        v.assign(v + 1.0)
        _ = v * 100.0
        assert set(v.numpy().ravel().tolist()) == {i + 1.0}


def test_threads_have_pools_of_their_own():
    def work(i):
        x = Tensor(np.full(SHAPE, float(i), dtype="float32"))
        for _ in range(50):
            x = x + 1.0
        found[i] = x

    found = {}
    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {i: set(x.numpy().ravel().tolist()) for i, x in found.items()} == {
        i: {i + 50.0} for i in range(4)
    }


def test_a_pool_does_not_grow_without_end(monkeypatch):
    monkeypatch.setattr(pool, "LARGEST_TOTAL", 1 << 18)
    kept = [pool.take((1 << 12, i), FLOAT32) for i in range(1, 9)]
    assert pool._pool.total <= (1 << 18) + kept[-1].nbytes
