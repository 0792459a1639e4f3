"""Files that lie about what they hold: each is one error, soon, and the model is as it was."""

import io
import os
import pathlib
import subprocess
import sys
import time
import tracemalloc

import h5py
import numpy as np
import pytest

import kerasish as keras
from kerasish.errors import ModelFileError
from kerasish.saving import load_weights, save_weights

ROOT = pathlib.Path(__file__).parents[2]
KERNEL = "layers/dense/vars/0"
VARS = "layers/dense/vars"


def make_model():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])


@pytest.fixture
def path(tmp_path):
    """A good file that a test may spoil."""
    path = tmp_path / "m.weights.h5"
    save_weights(make_model(), path)
    return path


def spoil(name):
    """Register a function that spoils an open file."""

    def register(function):
        SPOILED[name] = function
        return function

    return register


SPOILED = {}


@spoil("soft link")
def _(file, folder):
    file.move(KERNEL, "elsewhere")
    file[KERNEL] = h5py.SoftLink("/elsewhere")


@spoil("soft link to nowhere")
def _(file, folder):
    del file[KERNEL]
    file[KERNEL] = h5py.SoftLink("/nowhere")


@spoil("soft link of a group")
def _(file, folder):
    file.move("layers", "elsewhere")
    file["layers"] = h5py.SoftLink("/elsewhere")


@spoil("external link")
def _(file, folder):
    with h5py.File(folder / "secret.h5", "w") as other:
        other["data"] = np.ones((3, 2), "float32")
    del file[KERNEL]
    file[KERNEL] = h5py.ExternalLink(str(folder / "secret.h5"), "/data")


@spoil("external link of a group")
def _(file, folder):
    with h5py.File(folder / "secret.h5", "w") as other:
        file.copy(VARS, other, "vars")
    del file[VARS]
    file[VARS] = h5py.ExternalLink(str(folder / "secret.h5"), "/vars")


@spoil("external storage")
def _(file, folder):
    (folder / "secret").write_bytes(bytes(24))
    del file[KERNEL]
    where = [(str(folder / "secret"), 0, h5py.h5f.UNLIMITED)]
    file.create_dataset(KERNEL, (3, 2), "float32", external=where)


@spoil("virtual dataset")
def _(file, folder):
    with h5py.File(folder / "secret.h5", "w") as other:
        other["data"] = np.ones((3, 2), "float32")
    del file[KERNEL]
    layout = h5py.VirtualLayout((3, 2), "float32")
    layout[:] = h5py.VirtualSource(str(folder / "secret.h5"), "data", (3, 2))
    file.create_virtual_dataset(KERNEL, layout)


def replace_by(**arguments):
    def function(file, folder):
        del file[KERNEL]
        file.create_dataset(KERNEL, **arguments)

    return function


SPOILED |= {
    "other shape": replace_by(data=np.ones((2, 3), "float32")),
    "text": replace_by(data=np.full((3, 2), b"x")),
    "text of any length": replace_by(data=[["x"] * 2] * 3),
    "references": replace_by(shape=(3, 2), dtype=h5py.ref_dtype),
    "compound": replace_by(data=np.zeros((3, 2), "f4,f4")),
    "enumeration": replace_by(shape=(3, 2), dtype=h5py.enum_dtype({"a": 1})),
    "arrays as elements": replace_by(shape=(3, 2), dtype=np.dtype("(2,)f4")),
    "opaque": replace_by(data=np.zeros((3, 2), "V4")),
    "complex": replace_by(data=np.zeros((3, 2), "c8")),
    "long double": replace_by(data=np.zeros((3, 2), np.longdouble)),
    "no shape": replace_by(data=h5py.Empty("f4")),
    "never written": replace_by(shape=(3, 2), dtype="f4"),
    "pieces never written": replace_by(shape=(3, 2), dtype="f4", chunks=(1, 2)),
    "packed and never written": replace_by(shape=(3, 2), dtype="f4", compression="gzip"),
    "giant": replace_by(shape=(1 << 40, 1 << 20), dtype="f8"),
    "giant in packed pieces": replace_by(
        shape=(1 << 20, 1 << 20), dtype="f4", chunks=(1 << 10, 1 << 10), compression="gzip"
    ),
    "unknown filter": replace_by(data=np.ones((3, 2), "f4"), chunks=(3, 2), compression="lzf"),
}


@spoil("giant pieces")
def _(file, folder):
    del file[KERNEL]
    pieces = {"maxshape": (None, None), "chunks": (1 << 14, 1 << 14), "compression": "gzip"}
    file.create_dataset(KERNEL, (3, 2), "f4", **pieces)


@spoil("group as dataset")
def _(file, folder):
    del file[KERNEL]
    file.create_group(KERNEL)


@spoil("dataset as group")
def _(file, folder):
    del file[VARS]
    file[VARS] = np.ones(2)


@spoil("missing dataset")
def _(file, folder):
    del file[KERNEL]


@spoil("missing group")
def _(file, folder):
    del file["layers"]


@spoil("one variable too many")
def _(file, folder):
    file[f"{VARS}/2"] = np.ones(2)


@spoil("other names")
def _(file, folder):
    file.move(KERNEL, f"{VARS}/kernel")


@spoil("layout of Keras 2")
def _(file, folder):
    file.attrs["layer_names"] = ["dense"]


@pytest.mark.parametrize("name", SPOILED)
def test_a_spoiled_file_is_one_error_and_changes_nothing(name, path, tmp_path):
    with h5py.File(path, "a") as file:
        SPOILED[name](file, tmp_path)
    model = make_model()
    before = model.get_weights()
    tracemalloc.start()
    start = time.perf_counter()
    with pytest.raises(ModelFileError) as caught:
        load_weights(model, path)
    assert time.perf_counter() - start < 1
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()
    assert "m.weights.h5" in str(caught.value)
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "name, what",
    [
        ("external link", r"at layers/dense/vars/0: '0' is a ExternalLink"),
        ("external storage", "the data lies in another file"),
        ("virtual dataset", "a virtual dataset"),
        ("never written", r"should have 24 bytes, but 0 are stored"),
        ("giant", r"shape \(3, 2\) in the model, \(1099511627776, 1048576\) in the file|stored"),
        ("text", "expected numbers"),
        ("unknown filter", r"needs the filters \[32000\]"),
        ("missing dataset", "2 variables in the model, 1 in the file"),
        ("missing group", "it is not in the file"),
        ("layout of Keras 2", "layout of Keras 1 and 2"),
    ],
)
def test_the_error_says_what_and_where(name, what, path, tmp_path):
    with h5py.File(path, "a") as file:
        SPOILED[name](file, tmp_path)
    with pytest.raises(ModelFileError, match=what):
        load_weights(make_model(), path)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_a_truncated_file_is_said_to_be_incomplete(part, path):
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(ModelFileError, match=r"(has [\d,]+ of [\d,]+ bytes|empty|damaged)"):
        load_weights(make_model(), path)


@pytest.mark.parametrize(
    "content, what",
    [
        (b"", "the file is empty; was a save interrupted"),
        (b"weights" * 100, "this is no HDF5 file"),
        (b"PK\x03\x04" + bytes(100), r"a zip archive, as \.keras files are"),
        (b"version https://git-lfs.github.com/spec/v1", "git lfs pull"),
        (b"<!DOCTYPE html><html>Not found", "the download went wrong"),
    ],
)
def test_another_kind_of_file_is_named(content, what, path):
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=what):
        load_weights(make_model(), path)


def test_another_kind_of_file_in_memory_is_named():
    with pytest.raises(ModelFileError, match="this is no HDF5 file"):
        load_weights(make_model(), io.BytesIO(b"weights" * 100))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file '.*gone\.weights\.h5'"):
        load_weights(make_model(), tmp_path / "gone.weights.h5")


def test_a_folder_is_refused(tmp_path):
    (tmp_path / "m.weights.h5").mkdir()
    with pytest.raises(ModelFileError, match="found a folder"):
        load_weights(make_model(), tmp_path / "m.weights.h5")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "m.weights.h5")
    with pytest.raises(ModelFileError, match="a device or a pipe"):
        load_weights(make_model(), tmp_path / "m.weights.h5")


def test_groups_that_hold_themselves_are_walked_once(path):
    with h5py.File(path, "a") as file:
        file["layers/loop"] = file["layers"]
        file["copy"] = file["layers/dense"]
        kernel = file[KERNEL][()]
    model = make_model()
    load_weights(model, path)
    np.testing.assert_array_equal(model.get_weights()[0], kernel)


def test_links_that_nobody_asks_for_are_not_followed(path, tmp_path):
    with h5py.File(path, "a") as file:
        file["outside"] = h5py.ExternalLink(str(tmp_path / "gone.h5"), "/")
        file["inside"] = h5py.SoftLink("/nowhere")
        kernel = file[KERNEL][()]
    model = make_model()
    load_weights(model, path)
    np.testing.assert_array_equal(model.get_weights()[0], kernel)


FLIPPING = """
import io, sys
import numpy as np
import kerasish as keras
from kerasish.errors import ModelFileError
whole = open(sys.argv[1], "rb").read()
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
before = model.get_weights()
refused = 0
for seed in range(150):
    rng = np.random.default_rng(seed)
    content = bytearray(whole)
    for place in rng.integers(0, len(content), size=8):
        content[place] = rng.integers(0, 256)
    model.set_weights(before)
    try:
        keras.saving.load_weights(model, io.BytesIO(bytes(content)))
    except ModelFileError:
        refused += 1
        for a, b in zip(model.get_weights(), before, strict=True):
            np.testing.assert_array_equal(a, b)
print(refused)
"""


def test_flipped_bytes_are_an_error_or_other_numbers_never_a_crash(path):
    run = subprocess.run(
        [sys.executable, "-c", FLIPPING, str(path)], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert 20 <= int(run.stdout) < 150


@pytest.mark.parametrize("dtype", [">f4", "f2", "f8", "i4", "u1", "?"])
def test_other_numbers_are_taken(dtype, path):
    with h5py.File(path, "a") as file:
        del file[KERNEL]
        file[KERNEL] = np.ones((3, 2), dtype)
    model = make_model()
    load_weights(model, path)
    np.testing.assert_array_equal(model.get_weights()[0], np.ones((3, 2)))


def test_packed_numbers_are_taken(path):
    with h5py.File(path, "a") as file:
        del file[KERNEL]
        options = {"compression": "gzip", "shuffle": True, "fletcher32": True}
        file.create_dataset(KERNEL, data=np.ones((3, 2), "f4"), **options)
    model = make_model()
    load_weights(model, path)
    np.testing.assert_array_equal(model.get_weights()[0], np.ones((3, 2)))


def test_bfloat16_is_taken_as_keras_writes_it(path):
    values = np.array([[0.0, 1.0], [-2.0, 0.5], [3.0, 256.0]], "float32")
    with h5py.File(path, "a") as file:
        del file[KERNEL]
        upper = (values.view(np.uint32) >> 16).astype(np.uint16).view("V2")
        file.create_dataset(KERNEL, data=upper).attrs["dtype"] = "bfloat16"
    model = make_model()
    load_weights(model, path)
    np.testing.assert_array_equal(model.get_weights()[0], values)
