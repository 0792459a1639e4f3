"""The threads of a DataLoader: how far they run ahead, and that they always end."""

import gc
import pathlib
import subprocess
import sys
import threading
import time
import traceback
import weakref

import pytest

from kerasish.utils import DataLoader
from kerasish.utils.data import prefetch
from tests.utils.data.datasets import Rows, Stream, seen, worker_threads

ROOT = pathlib.Path(__file__).parents[3]
GENEROUS = 10.0  # seconds until a test gives up; none of them waits so long when it passes


def wait_until(is_true):
    deadline = time.monotonic() + GENEROUS
    while not is_true() and time.monotonic() < deadline:
        time.sleep(0.001)
    assert is_true()


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    yield
    assert not worker_threads()


def test_a_batch_that_is_ready_early_waits_for_its_turn():
    is_third_asked = threading.Event()

    class Crossing(Rows):
        def __getitem__(self, index):
            if index == 0:
                assert is_third_asked.wait(GENEROUS)
            if index == 2:
                is_third_asked.set()
            return super().__getitem__(index)

    dataset = Crossing(6)
    assert seen(DataLoader(dataset, 1, workers=2)) == [[i] for i in range(6)]
    assert dataset.asked[0] == 1


@pytest.mark.parametrize("workers, expected", [(0, "MainThread"), (1, "DataLoader-0")])
def test_rows_are_made_by_the_workers_if_there_are_any(workers, expected):
    dataset = Rows()
    seen(DataLoader(dataset, workers=workers))
    assert dataset.threads == {expected if workers else threading.current_thread().name}


@pytest.mark.parametrize("make", [Rows, Stream])
@pytest.mark.parametrize("workers, ahead", [(1, 1), (2, 1), (2, 3)])
def test_workers_do_not_run_too_far_ahead(make, workers, ahead):
    dataset = make(100)
    asked = dataset.asked if make is Rows else dataset.rows.asked
    batches = iter(DataLoader(dataset, 2, workers=workers, prefetch=ahead))
    assert asked == []
    for given in (1, 2, 3):
        next(batches)
        most = 2 * (given + workers * ahead)
        wait_until(lambda most=most: len(asked) == most)
        time.sleep(0.01)
        assert len(asked) == most
    batches.close()


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("make", [Rows, Stream])
def test_a_batch_is_freed_when_its_user_lets_go(make, workers):
    batches = iter(DataLoader(make(), 2, workers=workers))
    x, _ = next(batches)
    array = weakref.ref(x.numpy())
    del x, _
    assert array() is None
    batches.close()


def leave_by_break(loader):
    for _ in loader:
        break


def raise_at_once(loader, error):
    for _ in loader:
        raise error


def leave_by_error(loader):
    with pytest.raises(ZeroDivisionError):
        raise_at_once(loader, ZeroDivisionError)


def leave_by_interrupt(loader):
    with pytest.raises(KeyboardInterrupt):
        raise_at_once(loader, KeyboardInterrupt)


def leave_by_closing(loader):
    batches = iter(loader)
    next(batches)
    batches.close()
    assert list(batches) == []


def leave_before_beginning(loader):
    iter(loader)


def leave_as_garbage(loader):
    cycle = [iter(loader)]
    cycle.append(cycle)
    next(cycle[0])
    del cycle
    gc.collect()


def leave_at_the_end(loader):
    batches = iter(loader)
    assert len(list(batches)) == 50
    assert not worker_threads()


@pytest.mark.parametrize(
    "leave",
    [
        leave_by_break, leave_by_error, leave_by_interrupt, leave_by_closing,
        leave_before_beginning, leave_as_garbage, leave_at_the_end,
    ],
)  # fmt: skip
@pytest.mark.parametrize("make", [Rows, Stream])
def test_threads_end_when_the_loop_is_left(leave, make):
    leave(DataLoader(make(100), 2, workers=3))
    assert not worker_threads()


@pytest.mark.parametrize("make", [Rows, Stream])
def test_a_batch_in_the_making_is_not_finished_for_nobody(make, monkeypatch):
    monkeypatch.setattr(prefetch, "PATIENCE", 0.01)
    is_asked, go_on = threading.Event(), threading.Event()

    class Blocking(Rows):
        def __getitem__(self, index):
            row = super().__getitem__(index)
            if index == 150:
                is_asked.set()
                assert go_on.wait(GENEROUS)
            return row

    dataset = make(1000)
    rows = Blocking(1000)
    if make is Stream:
        dataset.rows = rows
    else:
        dataset = rows
    for _ in DataLoader(dataset, 100, workers=1):
        assert is_asked.wait(GENEROUS)
        break  # after PATIENCE, whatever the thread is busy with
    (thread,) = worker_threads()
    go_on.set()
    thread.join(GENEROUS)
    assert rows.asked == list(range(151))


class NoSuchImageError(Exception):
    """A class of our own, because OSError's instances cannot be referred to weakly."""


def read(index):
    raise NoSuchImageError(index)


class Broken(Rows):
    def __getitem__(self, index):
        return read(index) if index == 5 else super().__getitem__(index)


@pytest.mark.parametrize("workers", [0, 1, 3])
@pytest.mark.parametrize("make", [Rows, Stream])
def test_an_error_comes_where_its_batch_would_have_come(make, workers):
    dataset = Broken()
    if make is Stream:
        dataset = Stream()
        dataset.rows = Broken()
    received = []
    batches = (y.numpy().tolist() for _, y in DataLoader(dataset, 2, workers=workers))
    with pytest.raises(NoSuchImageError) as caught:
        received.extend(batches)
    assert received == [[0, 1], [2, 3]]
    assert caught.value.args == (5,)
    frames = [frame.name for frame in traceback.extract_tb(caught.tb)]
    assert frames[-2:] == ["__getitem__", "read"]
    assert not worker_threads()


def test_an_error_is_the_very_object_and_no_cycle_keeps_it():
    raised = []

    class Remembering(Rows):
        def __getitem__(self, index):
            error = NoSuchImageError(index)
            raised.append(weakref.ref(error))
            try:
                raise error
            finally:
                del error

    def is_the_very_object():
        try:
            seen(DataLoader(Remembering(1), workers=1))
        except NoSuchImageError as error:
            return error is raised[0]()

    gc.disable()
    try:
        assert is_the_very_object()
        assert raised[0]() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("workers", [0, 2])
def test_an_error_of_collate_comes_as_it_is(workers):
    def collate(rows):
        if rows[0][1] == 4:
            raise NoSuchImageError("in collate")
        return rows[0][1]

    batches = iter(DataLoader(Rows(), 2, workers=workers, collate=collate))
    assert [next(batches), next(batches)] == [0, 2]
    with pytest.raises(NoSuchImageError, match="in collate"):
        next(batches)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_stray_stopiteration_does_not_end_the_epoch_in_silence(workers):
    class Stray(Rows):
        def __getitem__(self, index):
            return next(iter(())) if index == 5 else super().__getitem__(index)

    with pytest.raises(RuntimeError, match="StopIteration"):
        seen(DataLoader(Stray(), 2, workers=workers))


@pytest.mark.parametrize("workers", [0, 2])
def test_a_stream_may_hold_what_it_must_close(workers):
    closed = []

    class File(Stream):
        def __iter__(self):
            try:
                yield from super().__iter__()
            finally:
                closed.append(True)

    leave_by_break(DataLoader(File(), 2, workers=workers))
    assert closed == [True]


def run(program):
    code = (
        "import signal, threading, time\n"
        "from kerasish.utils import DataLoader\n"
        "from tests.utils.data.datasets import Rows, worker_threads\n"
    )
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code + program],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_a_program_ends_while_a_loader_is_in_use():
    done = run(
        "loader = DataLoader(Rows(100, pause=0.001), workers=2)\n"
        "batches = iter(loader)\n"
        "next(batches)\n"
        "print('done')\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="there a signal waits for the next batch")
def test_an_interrupt_while_waiting_for_a_batch_leaves_no_threads():
    done = run(
        "class Interrupting(Rows):\n"
        "    def __getitem__(self, index):\n"
        "        if index == 3:\n"
        "            time.sleep(0.05)\n"
        "            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)\n"
        "            time.sleep(0.05)\n"
        "        return index\n"
        "try:\n"
        "    for _ in DataLoader(Interrupting(), workers=1): pass\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted', worker_threads())\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted []\n", "")
