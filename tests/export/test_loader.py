"""The loader by itself: what it may import, how long it is, and what it says of wrong inputs."""

import ast
import shutil
import subprocess
import sys

import numpy as np
import pytest

from kerasish import layers
from kerasish.export import export, load
from tests.export.alone import LOADER, sequential

ROOT = LOADER.parents[2]
TREE = ast.parse(LOADER.read_text(encoding="utf-8"))


def calls():
    return {ast.unparse(node.func) for node in ast.walk(TREE) if isinstance(node, ast.Call)}


def test_the_loader_imports_numpy_and_the_standard_library_alone():
    imported = set()
    for node in ast.walk(TREE):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(node.module)
    assert "numpy" in imported
    assert {name.split(".")[0] for name in imported - {"numpy"}} <= sys.stdlib_module_names


def test_the_loader_has_no_more_than_250_lines():
    assert len(LOADER.read_text(encoding="utf-8").splitlines()) <= 250


def test_the_loader_executes_nothing_out_of_a_file():
    dangerous = {"eval", "exec", "compile", "__import__", "globals", "locals", "vars", "setattr"}
    assert not calls() & dangerous
    assert not {name for name in calls() if "pickle" in name or "import" in name}
    assert [name for name in sorted(calls()) if name in ("open", "np.load")] == ["np.load", "open"]


@pytest.fixture
def runner(tmp_path):
    model = sequential((3,), layers.Dense(2))
    export(model, tmp_path / "model.kgraph")
    return load(tmp_path / "model.kgraph")


def test_other_numbers_are_cast_as_a_model_casts_them(runner):
    x = np.arange(6).reshape(2, 3)
    expected = runner(x.astype("float32")).tolist()
    for given in (x, x.tolist(), x.astype("float64"), x.astype("uint8"), np.asfortranarray(x)):
        assert runner(given).tolist() == expected


@pytest.mark.parametrize("x, message", [
    (np.ones((2, 4)), r"of shape \(None, 3\), here \(2, 3\). Received: float64 of shape \(2, 4\)"),
    (np.ones(3), r"takes numbers of shape \(None, 3\)"),
    (np.array([["a", "b", "c"]]), "Received: <U1 of shape"),
    (np.array([[None] * 3]), "Received: object of shape"),
    (np.ones((1, 3), complex), "Received: complex128"),
])  # fmt: skip
def test_a_wrong_input_is_named(runner, x, message):
    with pytest.raises(ValueError, match=message) as caught:
        runner(x)
    assert type(caught.value) is ValueError
    assert next(iter(runner.inputs)) in str(caught.value)


def test_a_wrong_number_of_inputs_is_counted(tmp_path):
    export(lambda a, b: a + b, tmp_path / "sum.kgraph", (None, 2), (None, 2))
    runner = load(tmp_path / "sum.kgraph")
    x = np.ones((1, 2))
    assert runner({"b": x, "a": x}).tolist() == [[2.0, 2.0]]
    for given in ((x,), (x, x, x), ({"a": x},), ({"a": x, "b": x, "c": x},), ()):
        with pytest.raises(ValueError, match=r"The inputs are \['a', 'b'\]. Received: "):
            runner(*given)
    with pytest.raises(ValueError, match=r"Input 'b'.*here \(1, 2\).*Received.*\(2, 2\)"):
        runner(x, np.ones((2, 2)))


def test_the_inputs_and_the_file_stay_as_they_were(runner, tmp_path):
    x = np.ones((2, 3), "float32")
    before = (tmp_path / "model.kgraph").read_bytes()
    first = runner(x)
    first[...] = 7  # the caller's own
    assert (x == 1).all()
    assert not (runner(x) == 7).any()
    assert (tmp_path / "model.kgraph").read_bytes() == before


def test_the_loader_is_a_program(tmp_path):
    model = sequential((3,), layers.Dense(2))
    export(model, tmp_path / "model.kgraph")
    shutil.copy(LOADER, tmp_path / "loader.py")
    x = np.ones((5, 3), "float32")
    np.save(tmp_path / "x.npy", x)
    command = [sys.executable, "-I", "loader.py", "model.kgraph", "x.npy", "y.npy"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert np.load(tmp_path / "y.npy").tobytes() == model.predict(x, verbose=0).tobytes()


def test_importing_kerasish_leaves_export_alone():
    program = "import sys, kerasish; kerasish.Model; print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT
    )
    assert "kerasish.models" in found.stdout.split()
    assert not [name for name in found.stdout.split() if name.startswith("kerasish.export")]
