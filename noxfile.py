"""The front door to every check: `nox -s lint types tests`; `nox -l` lists what there is.

Each session makes its own environment. Inside one that has the `dev` extra already,
`nox --no-venv --no-install -s lint types` runs the same commands without installing anything.
"""

import pathlib
import tempfile

import nox

nox.options.sessions = ["lint", "types", "tests"]
nox.options.reuse_venv = "yes"

KERAS = "keras==3.15.1"  # the version whose behaviour and files we follow


def install(session: nox.Session, extras: str) -> None:
    """Install the working tree, editable, with `extras`."""
    session.install("-q", "-e", f".[{extras}]")


@nox.session
def lint(session: nox.Session) -> None:
    """ruff's rules, its format, and the direction of imports."""
    install(session, "dev")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports", "--no-cache", silent=True)


@nox.session
def types(session: nox.Session) -> None:
    """mypy in strict mode over everything from `ops` down."""
    install(session, "dev")
    session.run("mypy")


@nox.session(python=["3.11", "3.12", "3.13"])
def tests(session: nox.Session) -> None:
    """The default tests: everything but slow, gpu and keras."""
    install(session, "test")
    session.run("python", "-m", "pytest", "-q", *(session.posargs or ["-n", "2"]))


@nox.session
def slow(session: nox.Session) -> None:
    """The tests that take more than a few seconds each."""
    install(session, "test")
    session.run(
        "python", "-m", "pytest", "-q", "-m", "slow and not keras and not gpu", *session.posargs
    )


@nox.session
def bits(session: nox.Session) -> None:
    """Engines against each other, bit for bit."""
    install(session, "test")
    session.run("python", "-m", "pytest", "-q", "-m", "not keras and not gpu", "tests/bits")


@nox.session
def native(session: nox.Session) -> None:
    """Compiled code against the other engines, bit for bit; it needs the extra `jit`."""
    install(session, "test,jit")
    session.run("python", "-m", "pytest", "-q", "-m", "native and not slow", *session.posargs)


@nox.session
def doctests(session: nox.Session) -> None:
    """The examples in docstrings."""
    install(session, "test")
    session.run("python", "-m", "pytest", "-q", "--doctest-modules", "kerasish", *session.posargs)


@nox.session
def examples(session: nox.Session) -> None:
    """The programs in examples/ at full length."""
    install(session, "test")
    with tempfile.TemporaryDirectory() as folder:
        for example in sorted(pathlib.Path("examples").resolve().rglob("*.py")):
            with session.chdir(folder):
                session.run("python", str(example))


@nox.session
def keras(session: nox.Session) -> None:
    """Parity with the real Keras (on JAX), installed beside kerasish."""
    install(session, "test")
    session.install("-q", KERAS, "jax")
    env = {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    session.run(
        "python", "-m", "pytest", "-q", "-m", "keras and not gpu", *session.posargs, env=env
    )


@nox.session
def fuzz(session: nox.Session) -> None:
    """Random programs beside the real Keras and in every engine; `nox -s fuzz -- --minutes 30`."""
    install(session, "test,jit")
    session.install("-q", KERAS, "jax")
    env = {"JAX_PLATFORMS": "cpu", "OPENBLAS_NUM_THREADS": "1"}
    session.run("python", "-m", "tests.parity.fuzz", *session.posargs, env=env)


@nox.session
def gpu(session: nox.Session) -> None:
    """The tests that need an NVIDIA GPU; `nox -s gpu -- cuda13` picks the newer CuPy."""
    cuda, *rest = session.posargs or ["cuda12"]
    install(session, f"test,{cuda}")
    session.run("python", "-m", "pytest", "-q", "-m", "gpu", *rest)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error."""
    install(session, "docs")
    session.run("mkdocs", "build", "--strict", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Run benchmarks/: all of them, or the ones named after `--`."""
    install(session, "bench")
    for script in session.posargs or sorted(map(str, pathlib.Path("benchmarks").glob("[!_]*.py"))):
        session.run("python", script)
