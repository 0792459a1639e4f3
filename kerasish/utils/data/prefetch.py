"""Batches made ahead by threads and handed out in order. What a batch is, the caller knows."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

# Whoever leaves a loop waits for its threads, so that files they read can be closed; but not for
# longer than this, should a thread hang in code of the user.
PATIENCE = 5.0  # seconds


class Stopped(Exception):
    """Raised in a thread whose work nobody waits for any more."""


def until(stop: threading.Event, items: Iterable[Any]) -> Iterator[Any]:
    """Yield the items, and raise `Stopped` as soon as `stop` is set."""
    for item in items:
        if stop.is_set():
            raise Stopped
        yield item


class _Outcome(NamedTuple):
    batch: Any = None
    error: BaseException | None = None


class Prefetcher:
    """Threads that make a batch of each task, ahead of whoever takes the batches.

    The threads know this object and not the iterator, so that dropping the iterator ends them:
    a `break`, an exception, garbage collection, or the end of the program.

    Args:
        tasks: what to make batches of; asked by one thread at a time.
        make: makes the batch of one task; called by several threads at once.
        finish: called on each batch as it is handed out, in the thread of whoever takes it.
        workers: how many threads.
        ahead: how many batches may be ready or in the making at a time.
        stop: set when nobody wants more; `tasks` and `make` look at it through `until`.
    """

    def __init__(
        self,
        tasks: Iterator[Any],
        make: Callable[[Any], Any],
        finish: Callable[[Any], Any],
        workers: int,
        ahead: int,
        stop: threading.Event,
    ) -> None:
        self._tasks = tasks
        self._make = make
        self._finish = finish
        self._workers = workers
        self._ahead = ahead
        self._stop = stop
        self._asking = threading.Lock()  # held by the thread whose turn it is to take a task
        # With an RLock inside: garbage collection may call `stop` while its thread holds it.
        self._changed = threading.Condition()
        self._outcomes: dict[int, _Outcome] = {}
        self._taken = 0  # tasks
        self._given = 0  # batches
        self._is_last = False  # no task is left
        self._threads: list[threading.Thread] = []

    def batches(self) -> Iterator[Any]:
        """Return the iterator over the batches, in the order of the tasks.

        What `tasks` or `make` raised is raised where the batch would have come.
        """
        batches = self._hand_out()
        weakref.finalize(batches, self.stop)  # at the end of the program, too
        return batches

    def stop(self) -> None:
        """End the threads, each as soon as it comes back from the user's code."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
            threads, self._threads = self._threads, []
        if threading.current_thread() in threads:
            return  # garbage was collected in one of them: the others may be waiting for it
        deadline = time.monotonic() + PATIENCE
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _hand_out(self) -> Iterator[Any]:
        try:
            self._start()
            while self._wait():
                yield self._finish(self._give())  # and keep nothing while the caller works on it
        finally:
            self.stop()

    def _start(self) -> None:
        for number in range(self._workers):
            # Daemons, because Python waits for other threads before it tells them to end.
            thread = threading.Thread(target=self._work, name=f"DataLoader-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def _wait(self) -> bool:
        """Wait for the batch whose turn it is; say whether there is one."""
        with self._changed:
            self._changed.wait_for(self._is_next_known)
            return self._given in self._outcomes

    def _give(self) -> Any:
        """Return the batch whose turn it is, or raise its error."""
        with self._changed:
            outcome = self._outcomes.pop(self._given)
            self._given += 1
            self._changed.notify_all()
        if outcome.error is None:
            return outcome.batch
        try:
            raise outcome.error
        finally:
            del outcome  # the error's traceback holds this frame, which must not hold the error

    def _is_next_known(self) -> bool:
        is_over = self._is_last and self._given >= self._taken
        return self._given in self._outcomes or is_over or self._stop.is_set()

    def _work(self) -> None:
        while self._work_once():
            pass

    def _work_once(self) -> bool:
        """Make one batch, and keep nothing of it here; say whether to go on."""
        turn = self._take()
        if turn is None:
            return False
        number, task = turn
        try:
            outcome = _Outcome(self._make(task))
        except BaseException as error:
            outcome = _Outcome(error=error)
        self._put(number, outcome)
        del outcome  # as in `_give`
        return True

    def _take(self) -> tuple[int, Any] | None:
        """Wait for room, then take the next task and its number; None if there is no more."""
        with self._asking:
            with self._changed:
                self._changed.wait_for(self._has_room)
                if self._is_last or self._stop.is_set():
                    return None
                number = self._taken
            try:
                task = next(self._tasks)
            except StopIteration:
                self._end(number)
                return None
            except BaseException as error:
                self._put(number, _Outcome(error=error))
                self._end(number + 1)
                return None
            self._taken = number + 1
            return number, task

    def _has_room(self) -> bool:
        has_room = self._taken - self._given < self._ahead
        return has_room or self._is_last or self._stop.is_set()

    def _put(self, number: int, outcome: _Outcome) -> None:
        with self._changed:
            self._outcomes[number] = outcome
            self._changed.notify_all()

    def _end(self, taken: int) -> None:
        """Let everybody know that so many tasks were all there were."""
        with self._changed:
            self._taken = taken
            self._is_last = True
            self._changed.notify_all()
