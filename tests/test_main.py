"""`python -m kerasish`: what a user sees of it, and its exit codes."""

import re
import subprocess
import sys

from kerasish import demo


def kerasish(*arguments):
    command = [sys.executable, "-W", "error", "-m", "kerasish", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_demo_shows_the_same_bits_in_both_engines():
    run = kerasish("demo", "--epochs", "3")
    assert run.returncode == 0, run.stdout + run.stderr
    table = re.findall(r"^(eager|graph) +[\d.]+ +(0\.\d{4}) +([0-9a-f]{12})$", run.stdout, re.M)
    assert [row[0] for row in table] == ["eager", "graph"]
    assert table[0][1:] == table[1][1:]
    assert "same bits" in run.stdout


def test_the_demo_fails_in_a_clear_sentence_when_bits_differ(capsys):
    assert demo.verdict(["0123456789ab", "0123456789ac"], [True, True]) == 1
    assert "engines disagree" in capsys.readouterr().out


def test_the_demo_fails_in_a_clear_sentence_when_loading_changes_predictions(capsys):
    assert demo.verdict(["0123456789ab"] * 2, [True, False]) == 1
    assert "predicts something else" in capsys.readouterr().out


def test_info_tells_versions_backends_devices_and_blas():
    run = kerasish("info")
    assert run.returncode == 0, run.stderr
    shown = {line.split()[0] for line in run.stdout.splitlines()}
    assert shown >= {"kerasish", "python", "numpy", "h5py", "backends", "devices", "blas"}
    assert re.search(r"^backends .*eager.*graph", run.stdout, re.M)


def test_without_a_command_it_shows_its_usage():
    run = kerasish()
    assert run.returncode == 2
    assert "demo" in run.stderr
