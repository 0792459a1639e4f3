"""Programs: a case as source text, and what running it in a package gives."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Program:
    """A case: source text that leaves its findings in `result`.

    The text may use `K` (the package), `np`, `nan`, `inf`, `bfloat16`, and of its side:
    `call(f, *arrays)` and `function(f)` (traced by the graph engine), `gradient(f, *arrays)`,
    `fill(owner, seed)` (weights that both packages get).

    Attributes:
        area: what drew it.
        seed: the integer that reproduces it.
        text: the source.
        subject: the op, loss, layer, … that it is about.
        tags: what else known differences and rules of comparison may ask for.
        keras: whether it was drawn for Keras, too; the same seed draws otherwise for engines.
    """

    area: str
    seed: int
    text: str
    subject: str
    tags: frozenset[str] = field(default_factory=frozenset)
    keras: bool = False

    def __str__(self) -> str:
        alone = "" if self.keras else " --engines-only"
        return (
            f"area {self.area}, seed {self.seed} ({self.subject}); again with\n"
            f"  python -m tests.parity.fuzz --only {self.area} --seed {self.seed} --cases 1"
            f"{alone}\n" + "".join(f"    {line}\n" for line in self.text.splitlines())
        )


@dataclass
class Outcome:
    """What a program left behind: values by name, or the error that ended it."""

    values: dict[str, Any] = field(default_factory=dict)
    error: BaseException | None = None

    def __str__(self) -> str:
        if self.error is not None:
            text = " ".join(str(self.error).split())
            return f"{type(self.error).__name__}: {text[:200]}"
        return ", ".join(self.values)


class OutOfTime(BaseException):
    """A case took longer than it may; no `except Exception` of a package swallows it."""


def run(program: Program, side: Any, seconds: float = 60) -> Outcome:
    """Return what a program does on one side: an engine of kerasish, or Keras."""
    names: dict[str, Any] = {"np": np, "nan": np.nan, "inf": np.inf, **side.names()}
    with side, quiet(), time_limit(seconds):
        try:
            exec(compile(program.text, f"<{program.area} {program.seed}>", "exec"), names)
            return Outcome(dict(flat("result", names["result"], side.to_numpy)))
        except Exception as error:
            return Outcome(error=error)


def flat(name: str, value: Any, to_numpy: Callable[[Any], Any]) -> Iterator[tuple[str, Any]]:
    """Yield every array of a nested result with its path, e.g. `result["loss"][0]`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(f"{name}[{key!r}]", inner, to_numpy)
    elif isinstance(value, (list, tuple)):
        for i, inner in enumerate(value):
            yield from flat(f"{name}[{i}]", inner, to_numpy)
    elif value is None or isinstance(value, (str, bool, int, float)):
        yield name, value
    else:
        yield name, to_numpy(value)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Let no warning of NumPy's, JAX's or Keras's reach the screen or end a program."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End what runs within with OutOfTime after so many seconds of this process's own time.

    It is the time of its cores, so that a busy machine ends nothing; on the main thread, on POSIX.
    """

    def stop(number: int, frame: Any) -> None:
        raise OutOfTime(f"longer than {seconds} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def bfloat16() -> Any:
    """Return NumPy's bfloat16 dtype, or None without ml_dtypes."""
    try:
        import ml_dtypes
    except ImportError:
        return None
    return ml_dtypes.bfloat16


class Engine:
    """One engine of kerasish: `eager`, `graph` (interpreted) or `compiled`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._before: tuple[Any, Any] = (None, None)

    def __enter__(self) -> Engine:
        import kerasish

        self._before = (kerasish.config.backend(), os.environ.get("KERASISH_JIT"))
        os.environ["KERASISH_JIT"] = "1" if self.name == "compiled" else "0"
        kerasish.config.set_backend("eager" if self.name == "eager" else "graph")
        kerasish.backend.clear_session()
        kerasish.utils.set_random_seed(1)
        return self

    def __exit__(self, *error: Any) -> None:
        import kerasish

        backend, jit = self._before
        kerasish.config.set_backend(backend)
        kerasish.config.set_dtype_policy("float32")
        if jit is None:
            del os.environ["KERASISH_JIT"]
        else:
            os.environ["KERASISH_JIT"] = jit

    def names(self) -> dict[str, Any]:
        """Return what a program may use."""
        import kerasish

        return {
            "K": kerasish,
            "bfloat16": bfloat16(),
            "call": self.call,
            "function": self.function,
            "gradient": self.gradient,
            "fill": fill,
            "jit": self.name == "compiled",
        }

    def to_numpy(self, value: Any) -> Any:
        """Return a tensor, a variable or an array as an array."""
        return value.numpy() if hasattr(value, "numpy") else np.asarray(value)

    def function(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as the engine runs it: the graph engine traces it."""
        from kerasish.backend.discovery import current

        return current().function(function)  # type: ignore[no-any-return]

    def call(self, function: Callable[..., Any], *arrays: Any) -> Any:
        """Return `function(*arrays)`; the graph engine traces it."""
        return self.function(function)(*arrays)

    def gradient(self, function: Callable[..., Any], *arrays: Any) -> list[Any]:
        """Return the gradient by each array of floats; what arrives is 1, 2, 3, 1, …"""
        import kerasish as keras

        def step(*arrays: Any) -> list[Any]:
            tensors = [keras.ops.convert_to_tensor(x) for x in arrays]
            sources = [x for x in tensors if "float" in x.dtype]
            with keras.backend.GradientTape() as tape:
                for source in sources:
                    tape.watch(source)
                out = first_float(function(*tensors), str)
            return list(tape.gradient(out, sources, arriving(out.shape, out.dtype)))

        found = self.call(step, *arrays)
        floats = [x for x in map(np.asarray, arrays) if "float" in x.dtype.name]
        return [np.zeros_like(x) if g is None else g for g, x in zip(found, floats, strict=True)]


class Keras:
    """The real Keras on JAX, whose numerics are the ones to follow."""

    name = "keras"

    def __init__(self) -> None:
        os.environ["KERAS_BACKEND"] = "jax"
        os.environ.setdefault("JAX_PLATFORMS", "cpu")
        import keras

        self.keras = keras
        self.backend = keras.backend.backend()

    def __enter__(self) -> Keras:
        self.keras.backend.clear_session(free_memory=False)  # a collection takes 0.5 s with JAX
        random.seed(1)
        np.random.seed(1)
        return self

    def __exit__(self, *error: Any) -> None:
        self.keras.config.set_dtype_policy("float32")

    def names(self) -> dict[str, Any]:
        """Return what a program may use."""
        return {
            "K": self.keras,
            "bfloat16": bfloat16(),
            "call": self.call,
            "function": lambda function: function,
            "gradient": self.gradient,
            "fill": fill,
            "jit": "auto",
        }

    def to_numpy(self, value: Any) -> Any:
        """Return a tensor, a variable or an array as an array."""
        return np.asarray(self.keras.ops.convert_to_numpy(value))

    def call(self, function: Callable[..., Any], *arrays: Any) -> Any:
        """Return `function(*arrays)`, those of bfloat16 as tensors.

        What Keras computes with NumPy before it makes a tensor has NumPy's dtype, which for
        bfloat16 beside a Python number is float64.
        """
        tensor = self.keras.ops.convert_to_tensor
        return function(
            *(tensor(x) if np.asarray(x).dtype.name == "bfloat16" else x for x in arrays)
        )

    def gradient(self, function: Callable[..., Any], *arrays: Any) -> list[Any]:
        """Return the gradient by each array of floats; what arrives is 1, 2, 3, 1, …"""
        import jax

        tensors = [self.keras.ops.convert_to_tensor(x) for x in arrays]
        where = [i for i, x in enumerate(tensors) if "float" in str(x.dtype)]

        def of_floats(*sources: Any) -> Any:
            given = list(tensors)
            for i, source in zip(where, sources, strict=True):
                given[i] = source
            return first_float(function(*given), lambda dtype: str(dtype))

        out, back = jax.vjp(of_floats, *(tensors[i] for i in where))
        return list(back(self.keras.ops.convert_to_tensor(arriving(out.shape, str(out.dtype)))))


def first_float(result: Any, name: Callable[[Any], str]) -> Any:
    """Return the first tensor of floats in what a function returned: gradients are of it."""
    if isinstance(result, (list, tuple)):
        return next(x for x in result if "float" in name(x.dtype))
    return result


def arriving(shape: Any, dtype: str) -> Any:
    """Return the gradient that arrives at a result: 1, 2, 3, 1, … in its shape."""
    size = int(np.prod(tuple(shape)))
    numbers = (1 + np.arange(size) % 3).reshape(tuple(shape))
    return numbers.astype(bfloat16() if dtype == "bfloat16" else dtype)


def fill(owner: Any, seed: int) -> None:
    """Give a layer or a model weights that depend on their order and the seed alone."""
    rng = np.random.default_rng(seed)
    for weight in owner.weights:
        if "seed" in weight.path.rsplit("/", 1)[-1]:
            continue
        low = 0.5 if "variance" in weight.name or "gamma" in weight.name else -0.7
        weight.assign(rng.uniform(low, 1.2 if low > 0 else 0.7, tuple(weight.shape)).round(3))
