"""Each program in examples/ runs, shortened to two epochs, in a folder of its own."""

import os
import pathlib
import subprocess
import sys

import pytest

EXAMPLES = sorted((pathlib.Path(__file__).parents[2] / "examples").glob("*.py"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_an_example_runs(example, tmp_path):
    environment = os.environ | {
        "KERASISH_EXAMPLE_EPOCHS": "2",
        "PYTHONPATH": str(example.parents[1]),
    }
    run = subprocess.run(
        [sys.executable, "-W", "error", str(example)],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert run.stdout.strip(), "an example ends by showing what it did"
