"""`import kerasish` costs little more than `import numpy`: heavy packages wait until used."""

import statistics
import subprocess
import sys
import time

import pytest

HEAVY = ["h5py", "tqdm", "numba", "llvmlite", "cupy", "scipy", "pandas", "sklearn", "matplotlib"]
# Of the standard library: slow to import, and nothing that defining a model needs.
SLOW_STANDARD = [
    "argparse", "asyncio", "concurrent.futures", "email", "http", "importlib.metadata",
    "multiprocessing", "sqlite3", "ssl", "unittest", "urllib.request", "xml", "zipfile",
]  # fmt: skip
OWN_MODULES = 250  # files of ours read at import
RATIO = 1.3  # of `import numpy`, the bar of the first release


def modules_after(program):
    code = f"{program}\nimport sys\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.fixture(scope="module")
def brought():
    """The modules that kerasish brings beyond those of NumPy and of the interpreter itself."""
    return modules_after("import numpy, kerasish") - modules_after("import numpy")


def test_importing_kerasish_leaves_heavy_packages_alone(brought):
    assert not brought.intersection(HEAVY)


def test_importing_kerasish_leaves_slow_parts_of_the_standard_library_alone(brought):
    assert not brought.intersection(SLOW_STANDARD)


def test_importing_kerasish_reads_few_files(brought):
    assert sum(module.split(".")[0] == "kerasish" for module in brought) <= OWN_MODULES


def test_importing_kerasish_prints_nothing():
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", "import kerasish"], capture_output=True, text=True
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@pytest.mark.slow
def test_importing_kerasish_takes_little_longer_than_numpy():
    def seconds(program):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True)
        return time.perf_counter() - start

    pairs = [(seconds("import numpy"), seconds("import kerasish")) for _ in range(15)]
    ratio = statistics.median(ours / theirs for theirs, ours in pairs)
    assert ratio <= RATIO, f"import kerasish takes {ratio:.2f} × import numpy"
