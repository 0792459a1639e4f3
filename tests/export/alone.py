"""Runs graph files where kerasish is not: the loader alone in a folder, in a fresh process."""

import pathlib
import shutil
import subprocess
import sys

import numpy as np

import kerasish as keras
from kerasish import tree
from kerasish.export import export, loader
from kerasish.testing.bits import assert_same_bits

BATCHES = (1, 2, 3, 7, 64)
LOADER = pathlib.Path(loader.__file__)
PROGRAM = """
import sys
import numpy as np

sys.path.insert(0, sys.argv[1])
import loader

def arrays(structure):
    if isinstance(structure, dict):
        structure = [structure[key] for key in sorted(structure)]
    if isinstance(structure, (list, tuple)):
        return [array for item in structure for array in arrays(item)]
    return [structure]

given = np.load(sys.argv[1] + "/given.npz")
found = {}
for name in given["names"]:
    runner = loader.load(f"{sys.argv[1]}/{name}.kgraph")
    for size in given["sizes"]:
        inputs = [given[f"{name} {size} {i}"] for i in range(len(runner.inputs))]
        for i, array in enumerate(arrays(runner(*inputs))):
            found[f"{name} {size} {i}"] = array
np.savez(sys.argv[1] + "/found.npz", **found)
assert not [module for module in sys.modules if module.split(".")[0] == "kerasish"]
"""


def draw(spec, size, rng):
    """Numbers for an input; whole ones are small, so that they may be indices."""
    shape = tuple(size if s is None else s for s in spec.shape)
    if "int" in spec.dtype:
        return rng.integers(0, 4, shape).astype(spec.dtype)
    return (rng.normal(size=shape) * 3).astype(spec.dtype)


def check_alone(folder, models, sizes=BATCHES):
    """Check that each model predicts the same bits here as its file does there.

    Args:
        folder: an empty one.
        models: by name; each was made with inputs, in the order of their names.
        sizes: of the batches.
    """
    rng = np.random.default_rng(0)
    shutil.copy(LOADER, folder / "loader.py")
    given, expected = {"names": list(models), "sizes": list(sizes)}, {}
    for name, model in models.items():
        export(model, folder / f"{name}.kgraph")
        for size in sizes:
            inputs = tree.map_structure(lambda x, n=size: draw(x, n, rng), model.input)
            for i, array in enumerate(tree.flatten(inputs)):
                given[f"{name} {size} {i}"] = array
            outputs = model.predict(inputs, batch_size=size, verbose=0)
            for i, array in enumerate(tree.flatten(outputs)):
                expected[f"{name} {size} {i}"] = array
    np.savez(folder / "given.npz", **given)
    command = [sys.executable, "-I", "-W", "error", "-c", PROGRAM, str(folder)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    with np.load(folder / "found.npz") as found:
        assert set(found) == set(expected)
        for name, array in expected.items():
            assert_same_bits(found[name], array, name)


def shaken(model, seed=0):
    """Give every weight other numbers than its initializer did, as training would."""
    rng = np.random.default_rng(seed)
    for variable in model.variables:
        if variable.dtype.startswith("float"):
            low = 0.5 if "variance" in variable.name else -1.5
            variable.assign(rng.uniform(low, 1.5, variable.shape))
    return model


def sequential(shape, *layers, dtype="float32"):
    """A model of some layers with changed weights."""
    return shaken(keras.Sequential([keras.Input(shape, dtype=dtype), *layers]))
