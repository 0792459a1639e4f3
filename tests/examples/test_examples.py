"""Each program in examples/ runs, shortened to two epochs, in a folder of its own."""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").rglob("*.py"))

# What the programs of the lecture must show, beside running.
SHOWN = {
    "01_by_hand": [
        "tape, gradients to the bit: True",
        "graph, gradients to the bit: True",
        "graph and tape, the sum to the bit: True",
    ],
    "02_static_graph": ["5 rows: 5000.0", "plans: 2"],
    "03_trap": [
        "it stands still: True",
        "it falls: True",
        "a read beside an update sees the old value: True",
        "the next run sees the new one: True",
    ],
    "04_two_layer_net": ["all curves to the bit: True"],
    "05_tf_keras": [
        "DeprecationWarning: `lr`", "DeprecationWarning: `input_shape`",
        "falls in every epoch: True",
    ],
    "06_tape": [
        "autograd and by hand agree: True",
        "MyReLU has the gradient of relu to the bit: True",
        "within no_grad nothing is recorded: True",
    ],
    "07_data_loading": [
        "the same order again, without threads: True",
        "the file of row 100 is gone | raised in __getitem__",
        "all to the bit: True",
    ],
    "08_static_and_dynamic": [
        "merge_equal:", "updates made in place",
        "the bits of `if`, one way:       True", "the bits of `if`, other way:     True",
        "while_loop has the bits of `while`:       True",
        "scan has the bits of `for`:               True",
        "foldl has the bits of `for`:              True",
        "traces: 1", "return x @ w1 if z > 0 else x @ w2", "ops.cond(condition",
    ],
    "09_deployment": ["the bits of predict: True", "GraphFileError: The file is damaged"],
}  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_an_example_runs(example, tmp_path):
    environment = os.environ | {"KERASISH_EXAMPLE_EPOCHS": "2", "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-W", "error", str(example)],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert run.stdout.strip(), "an example ends by showing what it did"
    for text in SHOWN.get(example.stem, []):
        assert text in run.stdout
    assert ": False" not in run.stdout


def test_every_program_of_the_lecture_is_looked_at():
    assert {path.stem for path in (ROOT / "examples" / "lecture").glob("*.py")} == set(SHOWN)
