"""The packaged digits: what they are, how they are split, and that a zipped package reads them."""

import hashlib
import os
import pathlib
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from kerasish.datasets import digits

FOLDER = pathlib.Path(digits.__file__).parent


def test_the_default_split_is_fixed():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    assert x_train.shape == (1437, 8, 8)
    assert y_train.shape == (1437,)
    assert x_test.shape == (360, 8, 8)
    assert y_test.shape == (360,)
    assert {array.dtype for array in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}
    assert y_test[:12].tolist() == [8, 0, 8, 9, 8, 8, 0, 4, 3, 6, 1, 0]
    assert hashlib.sha256(x_train.tobytes()).hexdigest()[:12] == "470362fa765a"


def test_values_are_counts_of_inked_pixels_and_every_digit_occurs():
    (images, labels), _ = digits.load_data(test_split=0)
    assert (images.min(), images.max()) == (0, 16)
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_a_split_loses_nothing_and_keeps_labels_with_their_images():
    def rows(*pairs):
        return sorted(
            (image.tobytes(), int(label))
            for images, labels in pairs
            for image, label in zip(images, labels, strict=True)
        )

    assert rows(*digits.load_data(0.3, seed=1)) == rows(*digits.load_data(0.8, seed=2))


def test_the_seed_decides_the_split():
    same, other = digits.load_data(seed=7), digits.load_data(seed=8)
    assert np.array_equal(same[0][0], digits.load_data(seed=7)[0][0])
    assert not np.array_equal(same[0][0], other[0][0])


def test_each_call_returns_arrays_of_its_own():
    digits.load_data()[0][0][:] = 0
    assert digits.load_data()[0][0].any()


@pytest.mark.parametrize("test_split", [-0.1, 1.5, float("nan")])
def test_an_impossible_split_is_refused(test_split):
    with pytest.raises(ValueError, match=r"`test_split` should be .* Received: test_split="):
        digits.load_data(test_split=test_split)


def test_the_digits_are_read_from_a_zipped_package(tmp_path):
    archive = tmp_path / "package.zip"
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("kerasish/__init__.py", "")
        package.write(FOLDER.parent / "_absent.py", "kerasish/_absent.py")
        for name in ("__init__.py", "digits.py", "digits.npz"):
            package.write(FOLDER / name, f"kerasish/datasets/{name}")
    program = (
        "from kerasish.datasets import digits\n"
        "print(digits.__file__, digits.load_data()[1][0].sum())"
    )
    environment = {**os.environ, "PYTHONPATH": str(archive)}
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    path, total = run.stdout.split()
    assert path.startswith(str(archive))
    assert int(total) == digits.load_data()[1][0].sum()
