"""How many threads a matrix product gets: one where more do not pay, all of them above.

NumPy's OpenBLAS hands a product of 32 x 128 by 128 x 128 to all its threads, which wait actively
for each other; that costs small nets much on cores that are busy with other work. Where the
bits of a product depend on the number of threads, the number that NumPy would take stays.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import math
import os
import pathlib
import sys
import threading
from typing import Any, ClassVar

import numpy as np

from kerasish.errors import BackendError, explain

VARIABLE = "KERASISH_THREADS"
CONTROL_GROUP = pathlib.Path("/sys/fs/cgroup")
# Multiplications. From 64 x 128 by 128 x 128 on, two threads took 0.7 of one thread's time on idle
# cores, and with half as many 1.0 to 1.1 of it (OpenBLAS 0.3.31, two virtual cores).
LIMIT = 1 << 20
ALWAYS_ONE = 1 << 18  # OpenBLAS takes one thread for products up to here by itself
ALWAYS_ONE_FOR_VECTORS = 9000  # and for a matrix times a vector up to here

ANY, ONE, ALL = 0, 1, 2  # what a product wants: what there is, one thread, or all


class _Blas:
    """The library that computes NumPy's products, if it can be told how many threads to take.

    Attributes:
        path: where it was found; None if there is none that is known here.
        set, get: its functions.
        address: where `set` begins, for compiled code.
    """

    def __init__(self) -> None:
        self.path: str | None = None
        for path in _loaded():
            for name in ("scipy_openblas{}64_", "scipy_openblas{}", "openblas{}64_", "openblas{}"):
                with contextlib.suppress(OSError, AttributeError):
                    library = ctypes.CDLL(path)
                    self.set: Any = getattr(library, name.format("_set_num_threads"))
                    self.get: Any = getattr(library, name.format("_get_num_threads"))
                    self.set.argtypes, self.set.restype = [ctypes.c_int], None
                    self.address = ctypes.cast(self.set, ctypes.c_void_p).value or 0
                    self.path = path
                    return


def _loaded() -> list[str]:
    """The files of OpenBLAS that came with NumPy, or that this process has loaded."""
    home = pathlib.Path(np.__file__).parent
    found = [str(p) for d in (home.parent / "numpy.libs", home / ".dylibs") for p in d.glob("*")]
    with contextlib.suppress(OSError):
        lines = pathlib.Path("/proc/self/maps").read_text(errors="replace").splitlines()
        found += [line.split()[-1] for line in lines if "/" in line]
    return list(dict.fromkeys(path for path in found if "openblas" in os.path.basename(path)))


@functools.cache
def blas() -> _Blas:
    """Return the library, looked for at the first call."""
    return _Blas()


_chosen: list[int] = []  # what set_threads was told


def set_threads(count: int | None) -> None:
    """Choose how many threads a large matrix product gets.

    Args:
        count: the number; None for the usual one: that of `KERASISH_THREADS`, or else of the
            cores that this process may use.

    Raises:
        ValueError: when it is no positive whole number.
    """
    if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 1):
        raise ValueError(explain("`count` must be a positive integer or None", count=count))
    _chosen[:] = [] if count is None else [count]


def threads() -> int:
    """Return how many threads a large matrix product gets; a small one gets one."""
    return _chosen[0] if _chosen else _usual()


@functools.cache
def _usual() -> int:
    text = os.environ.get(VARIABLE, "")
    if not text:
        return usable_cores()
    if not text.isdecimal() or int(text) < 1:
        raise BackendError(f"{VARIABLE} must be a positive whole number. Received: {text!r}")
    return int(text)


@functools.cache
def usable_cores() -> int:
    """Return how many cores this process may keep busy: its affinity, and a container's quota."""
    if sys.version_info >= (3, 13):
        cores = os.process_cpu_count() or 1
    else:
        is_known = hasattr(os, "sched_getaffinity")
        cores = len(os.sched_getaffinity(0)) if is_known else os.cpu_count() or 1
    return max(1, math.ceil(min(cores, _quota())))


def _quota() -> float:
    """The share of cores that a control group allows; infinite if there is none."""
    for files in (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        with contextlib.suppress(OSError, ValueError):
            quota, period = " ".join((CONTROL_GROUP / file).read_text() for file in files).split()
            if quota not in ("max", "-1"):
                return int(quota) / int(period)
    return math.inf


# What a product wants.


def wanted(a: Any, b: Any) -> int:
    """Return ANY, ONE or ALL for a product of two arrays, or of what has their shapes and dtypes.

    Args:
        a, b: with `shape` and `dtype`; leading axes are products of their own.
    """
    m, k = a.shape[-2:]
    n = b.shape[-1]
    size = m * k * n
    if size <= ALWAYS_ONE and (size <= ALWAYS_ONE_FOR_VECTORS or (m != 1 and n != 1)):
        return ANY
    if size >= LIMIT:
        return ALL
    return ONE if _is_same(m, k, n, str(a.dtype)) else ALL


@functools.lru_cache(maxsize=4096)
def _is_same(m: int, k: int, n: int, dtype: str) -> bool:
    """Whether one thread gives a product the bits of all, in whatever layout: tried once."""
    if blas().path is None or dtype not in ("float32", "float64"):
        return False
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((m, k)).astype(dtype), rng.standard_normal((k, n)).astype(dtype)
    layouts = [(x, y) for x in (a, np.asfortranarray(a)) for y in (b, np.asfortranarray(b))]
    with turn(MIXED):
        use(ONE)
        one = [np.matmul(x, y).tobytes() for x, y in layouts]
        use(ALL)
        return one == [np.matmul(x, y).tobytes() for x, y in layouts]


# Turns: the number of threads is the process's, and products that want another one must wait.

MIXED = ONE | ALL


def use(want: int) -> None:
    """Let the products that follow have one thread or all; within a turn."""
    blas().set(_count(want))


def _count(want: int) -> int:
    return 1 if want == ONE else threads()


class turn:
    """A run of products in a `with` block, during which nobody changes their number of threads.

    Runs that all want one thread, or all of them, go on beside each other; one that changes between
    the two goes alone. The number of before is set again in the end.

    Args:
        wants: ONE, ALL or MIXED; nothing is done for ANY.
    """

    __slots__ = ("before", "wants")
    _lock = threading.Lock()
    _freed = threading.Condition(_lock)
    _waiting = 0
    _depths: ClassVar[dict[int, int]] = {}  # thread → turns that it has, one within the other
    _now = ANY
    _outside = 0  # the number of threads when nobody has a turn

    def __init__(self, wants: int) -> None:
        self.wants = wants
        self.before = 0

    def __enter__(self) -> None:
        wants, library = self.wants, blas()
        if not wants or library.path is None:
            self.wants = ANY
            return
        me = threading.get_ident()
        with turn._lock:
            depth = turn._depths.get(me, 0) if turn._depths else 0
            if turn._depths and not depth:
                self._wait(wants)
            self.before = before = library.get()
            if not turn._depths:
                turn._now, turn._outside = wants, before
            turn._depths[me] = depth + 1
            if wants != MIXED:
                count = 1 if wants == ONE else threads()
                if before != count:
                    library.set(count)

    @staticmethod
    def _wait(wants: int) -> None:
        """Wait until nobody has a turn who wants something else."""
        turn._waiting += 1
        while turn._depths and (wants == MIXED or turn._now != wants):
            turn._freed.wait()
        turn._waiting -= 1

    def __exit__(self, *error: object) -> None:
        if not self.wants:
            return
        me, library = threading.get_ident(), blas()
        with turn._lock:
            depths = turn._depths
            if depths[me] > 1:
                depths[me] -= 1
                library.set(self.before)
                return
            del depths[me]
            if not depths:  # the last one out
                library.set(turn._outside)
                if turn._waiting:
                    turn._freed.notify_all()
