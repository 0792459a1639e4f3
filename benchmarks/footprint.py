"""What does a framework cost before it does anything: on disk, in memory, until it has started?

    python benchmarks/footprint.py --json benchmarks/results/footprint.json

Each program imports a framework, and trains a small net for a step or two, in a process of its
own; they take turns, and medians are printed. Sizes are those of the installed files of a package
and of all that it requires, in this environment.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time
from importlib import metadata

import _turns

ROOT = pathlib.Path(__file__).parents[1]
NET = """
import numpy as np
model = keras.Sequential([
    keras.Input((4,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(3),
])
model.compile("adam", "mse")
model.fit(np.zeros((32, 4), "f"), np.zeros((32, 3), "f"), batch_size=16, verbose=0)
"""
TORCH = """
model = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3))
optimizer = torch.optim.Adam(model.parameters())
for _ in range(2):
    optimizer.zero_grad()
    torch.nn.MSELoss()(model(torch.zeros(16, 4)), torch.zeros(16, 3)).backward()
    optimizer.step()
"""
SKLEARN = """
import numpy as np
model = MLPRegressor(hidden_layer_sizes=(16,), batch_size=16)
model.partial_fit(np.zeros((32, 4), "f"), np.zeros((32, 3), "f"))
"""
PROGRAMS = {  # name → packages, how it is imported, what trains
    "python": ((), "pass", ""),
    "numpy": (("numpy",), "import numpy", ""),
    "kerasish": (("numpy", "h5py", "tqdm"), "import kerasish as keras", NET),
    "kerasish[jit]": (("numpy", "h5py", "tqdm", "llvmlite"), "import kerasish as keras",
                      NET.replace('"mse"', '"mse", jit_compile=True')),
    "scikit-learn": (("scikit-learn",), "from sklearn.neural_network import MLPRegressor", SKLEARN),
    "torch": (("torch",), "import torch", TORCH),
    "keras-jax": (("keras", "jax"), "import keras", NET),
    "keras-torch": (("keras", "torch"), "import keras", NET),
    "keras-tensorflow": (("keras", "tensorflow-cpu"), "import keras", NET),
}  # fmt: skip
PEAK = "\nimport resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"


def run(name, program):
    """Run a program; return its seconds, and its peak memory in MB."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if name.startswith("keras-"):
        environment["KERAS_BACKEND"] = name.removeprefix("keras-")
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", program + PEAK], env=environment, capture_output=True, text=True
    )
    if done.returncode:
        return None
    return time.perf_counter() - start, int(done.stdout.split()[-1]) / 1024


def requirements(package, seen):
    """Add a package, and all that it requires without extras, to `seen`."""
    name = re.sub(r"[-_.]+", "-", package).lower()
    if name in seen:
        return
    try:
        wanted = metadata.requires(package) or []
    except metadata.PackageNotFoundError:
        return
    seen.add(name)
    for line in wanted:
        if ";" not in line or "extra" not in line.split(";")[1]:
            requirements(re.split(r"[\s<>=!~;\[(]", line)[0], seen)


def megabytes(packages):
    """Return the size of the files of some packages and of what they require."""
    seen = set()
    for package in packages:
        requirements(package, seen)
    files = {f.locate() for name in seen for f in metadata.files(name) or ()}
    return sum(f.stat().st_size for f in files if f.is_file()) / 1e6


def main():
    """Measure in turn, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json")
    options = parser.parse_args()
    compileall.compile_dir(ROOT / "kerasish", quiet=1)  # as pip does with what it installs
    own = sum(f.stat().st_size for f in (ROOT / "kerasish").rglob("*.*") if f.suffix != ".pyc")
    found = {name: {"import": [], "train": []} for name in PROGRAMS}
    for _ in range(options.rounds + 1):  # the first fills the caches
        for name, (_, imported, trains) in PROGRAMS.items():
            for what, program in (("import", imported), ("train", imported + "\n" + trains)):
                found[name][what].append(run(name, program))
    print(_turns.versions())
    print(f"{'':18s}{'MB on disk':>12s}{'s to import':>13s}{'s to train':>12s}{'MB to train':>13s}")
    report = {}
    for name, times in found.items():
        if None in times["import"] + times["train"]:
            continue
        report[name] = {
            "disk_MB": megabytes(PROGRAMS[name][0]) + (own / 1e6 if "kerasish" in name else 0),
            "import_s": statistics.median(t for t, _ in times["import"][1:]),
            "train_s": statistics.median(t for t, _ in times["train"][1:]),
            "memory_MB": statistics.median(m for _, m in times["train"][1:]),
        }
        disk, imported, trained, memory = report[name].values()
        print(f"{name:18s}{disk:12.0f}{imported:13.2f}{trained:12.2f}{memory:13.0f}")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"versions": _turns.versions(), "medians": report}, file, indent=1)


if __name__ == "__main__":
    main()
