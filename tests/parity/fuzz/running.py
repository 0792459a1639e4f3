"""Running many cases on all cores: each is bounded, and one that ends its process ends no more."""

from __future__ import annotations

import collections
import contextlib
import multiprocessing
import multiprocessing.connection
import os
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.parity.fuzz.areas import AREAS, check
from tests.parity.fuzz.comparing import Difference
from tests.parity.fuzz.known import KNOWN, reason_for
from tests.parity.fuzz.programs import Program

MEMORY = 12 * 2**30  # bytes of address space for NumPy's arrays; JAX reserves some itself
BUSY = 10  # times the seconds that a case may take of a core: by the clock, its process is ended


@dataclass(frozen=True)
class Plan:
    """What is run.

    Attributes:
        areas: names of areas.
        engines: the engines; the first is compared with Keras and with the others.
        keras: whether Keras is asked.
        first: the first seed of each area.
        cases: how many seeds of each area; 0 for as many as there is time for.
        seconds: when no more cases are begun.
    """

    areas: tuple[str, ...]
    engines: tuple[str, ...]
    keras: bool
    first: int
    cases: int
    seconds: float

    def seeds(self) -> Iterator[tuple[str, int]]:
        """Yield an area and a seed, areas in turn: slow ones get fewer in a given time."""
        i = 0
        while not self.cases or i < self.cases:
            yield from ((area, self.first + i) for area in self.areas)
            i += 1


@dataclass
class Report:
    """What was found.

    Attributes:
        cases: how many programs of each area ran.
        seconds: how long those of each area took, over all processes.
        unexplained: differences without a reason.
        explained: how often each entry of KNOWN matched.
    """

    cases: collections.Counter[str] = field(default_factory=collections.Counter)
    seconds: collections.Counter[str] = field(default_factory=collections.Counter)
    unexplained: list[Difference] = field(default_factory=list)
    explained: collections.Counter[str] = field(default_factory=collections.Counter)

    def add(self, area: str, seconds: float, found: Sequence[Difference]) -> None:
        """Count a case and what it showed."""
        self.cases[area] += 1
        self.seconds[area] += seconds  # type: ignore[assignment]
        for difference in found:
            entry = reason_for(difference)
            if entry is None:
                self.unexplained.append(difference)
            else:
                self.explained[entry.reason] += 1

    def text(self, examples: int = 2) -> str:
        """Return a summary: cases by area, differences by kind with the seeds that show them."""
        lines = [
            f"{area}: {count} cases, {self.seconds[area] / count:.2f} s each"
            for area, count in self.cases.items()
        ]
        lines += [f"explained {n} times: {reason}" for reason, n in self.explained.most_common()]
        kinds: dict[tuple[str, ...], list[Difference]] = collections.defaultdict(list)
        for d in self.unexplained:
            kinds[d.program.area, d.program.subject, d.kind, d.side].append(d)
        for key, found in sorted(kinds.items(), key=lambda item: -len(item[1])):
            seeds = sorted({d.program.seed for d in found})
            lines.append(f"\nUNEXPLAINED {' '.join(key)}: {len(seeds)} cases, seeds {seeds[:8]}")
            shortest = sorted(found, key=lambda d: len(d.program.text))[:examples]
            lines += [str(difference) for difference in shortest]
        lines.append(f"\n{len(self.unexplained)} unexplained differences")
        return "\n".join(lines)

    def unused(self) -> list[str]:
        """Return the reasons in KNOWN that matched nothing."""
        return [entry.reason for entry in KNOWN if not self.explained[entry.reason]]


def run(plan: Plan, processes: int = 0) -> Report:
    """Run a plan on all cores and return what was found.

    Args:
        plan: what to run.
        processes: how many; one for each core by default.
    """
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    context = multiprocessing.get_context("spawn")  # JAX has threads, which a fork would lose
    seeds = plan.seeds()
    report = Report()
    deadline = time.monotonic() + plan.seconds
    count = processes or os.cpu_count() or 1
    workers = [Worker(context, plan, seeds, deadline) for _ in range(count)]
    while any(worker.busy for worker in workers):
        ready = [worker.connection for worker in workers if worker.busy]
        multiprocessing.connection.wait(ready, timeout=1)
        for worker in workers:
            worker.look(report)
    for worker in workers:
        worker.stop()
    return report


class Worker:
    """A process that runs cases one by one, and is replaced when one of them ends it."""

    def __init__(
        self, context: Any, plan: Plan, seeds: Iterator[tuple[str, int]], deadline: float
    ) -> None:
        self._context, self._plan, self._seeds, self._deadline = context, plan, seeds, deadline
        self.busy = True
        self._case = ("", 0)
        self._since = 0.0
        self._start()
        self._next()

    def _start(self) -> None:
        self.connection, other = self._context.Pipe()
        self._process = self._context.Process(
            target=serve, args=(other, self._plan.engines, self._plan.keras), daemon=True
        )
        self._process.start()
        other.close()

    def _next(self) -> None:
        case = next(self._seeds, None) if time.monotonic() < self._deadline else None
        self.busy = case is not None
        if case is not None:
            self._case, self._since = case, time.monotonic()
            self.connection.send(case)

    def look(self, report: Report) -> None:
        """Take in what the process found, or that it ended or hangs, and give it more to do."""
        area, seed = self._case
        if not self.busy:
            return
        seconds = time.monotonic() - self._since
        limit = BUSY * AREAS[area].seconds * (len(self._plan.engines) + self._plan.keras)
        if self.connection.poll():
            with contextlib.suppress(EOFError, OSError):
                report.add(area, *self.connection.recv())
                self._next()
                return
        elif self._process.is_alive() and seconds < limit:
            return
        kind = "crash" if seconds < limit else "time"
        self.stop()
        code = self._process.exitcode
        program = Program(area, seed, "", "process", keras=self._plan.keras)
        ended = Difference(kind, "process", f"ended with {code}", "", program, "-")
        report.add(area, seconds, [ended])
        self._start()
        self._next()

    def stop(self) -> None:
        """End the process."""
        self.connection.close()
        self._process.join(timeout=1)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def serve(connection: Any, engines: tuple[str, ...], keras: bool) -> None:
    """Run in a process of its own: take an area and a seed, send back time and differences."""
    from tests.parity.fuzz.programs import Keras

    asked = Keras() if keras else None
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while True:
            area, seed = connection.recv()
            start = time.monotonic()
            found = check(AREAS[area], seed, asked if AREAS[area].keras else None, engines)
            connection.send((time.monotonic() - start, found))
