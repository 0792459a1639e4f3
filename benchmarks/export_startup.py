"""How quickly does a prediction come out of a fresh process, and how large is an exported file?

    python benchmarks/export_startup.py --rounds 15

A net of 784-256-10 answers once: from a graph file through `loader.py`, copied out alone; through
kerasish with `load_weights` and `predict`; and, for comparison, a process that imports NumPy and
does nothing. They take turns; medians and ratios are printed.
"""

from __future__ import annotations

import argparse
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).parents[1]
SIZES = (784, 256, 10)
MODEL = """
import kerasish as keras
model = keras.Sequential([
    keras.Input((784,)), keras.layers.Dense(256, "relu"), keras.layers.Dense(10, "softmax"),
])
"""
PROGRAMS = {
    "python alone": "pass",
    "import numpy": "import numpy",
    "loader.py": """
import numpy as np, loader
np.save("y", loader.load("m.kgraph")(np.load("x.npy")))
""",
    "kerasish": MODEL + """
import numpy as np
model.load_weights("m.weights.h5")
np.save("z", model.predict(np.load("x.npy"), verbose=0))
""",
}  # fmt: skip


def run(program, folder):
    """Return the seconds that a fresh process takes for a program."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], cwd=folder, check=True)
    return time.perf_counter() - start


def prepare(folder):
    """Write the model in both forms; return the bytes of its weights."""
    sys.path.insert(0, str(ROOT))
    import kerasish as keras

    space = {}
    exec(MODEL, space)
    model = space["model"]
    keras.export.export(model, folder / "m.kgraph")
    model.save_weights(folder / "m.weights.h5")
    shutil.copy(ROOT / "kerasish" / "export" / "loader.py", folder)
    np.save(folder / "x.npy", np.random.default_rng(0).normal(size=(32, 784)).astype("float32"))
    return sum(weight.nbytes for weight in model.get_weights())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        weights = prepare(folder)
        (folder / "kerasish").symlink_to(ROOT / "kerasish")
        times = {name: [] for name in PROGRAMS}
        for _ in range(rounds + 1):
            for name, program in PROGRAMS.items():
                times[name].append(run(program, folder))
        same = (folder / "y.npy").read_bytes() == (folder / "z.npy").read_bytes()
        size = (folder / "m.kgraph").stat().st_size
    print(f"{platform.platform()}, Python {platform.python_version()}, NumPy {np.__version__}")
    medians = {name: statistics.median(found[1:]) for name, found in times.items()}
    numpy = medians["import numpy"]
    for name, seconds in medians.items():
        print(f"{name:14} {1000 * seconds:7.1f} ms   {seconds / numpy:5.2f} × import numpy")
    loader = medians["loader.py"]
    print(f"kerasish takes {medians['kerasish'] / loader:.2f} × the time of loader.py")
    print(f"file {size:,} bytes, weights {weights:,}: {size / weights:.4f} ×; same bits: {same}")


if __name__ == "__main__":
    main()
