import io
import os
import re
import sys

import pytest

from kerasish.callbacks import CallbackList, ProgbarLogger
from kerasish.callbacks import progress as progress_module
from kerasish.callbacks.progress import Progress, resolve_verbose
from tests.callbacks.stand_in import Model


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def make_terminal(monkeypatch):
    """Called within a test, because pytest sets `sys.stderr` after the fixtures."""

    def make():
        monkeypatch.setattr(sys, "stderr", Terminal())
        return sys.stderr

    return make


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is told to move."""

    class Clock:
        now = 0.0

        def perf_counter(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(progress_module, "time", clock)
    return clock


def test_auto_is_a_bar_on_a_terminal_and_lines_elsewhere(make_terminal, monkeypatch):
    make_terminal()
    assert resolve_verbose("auto") == 1
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert resolve_verbose("auto") == 2
    monkeypatch.setattr(sys, "stderr", None)
    assert resolve_verbose("auto") == 2


@pytest.mark.parametrize("verbose, number", [(0, 0), (1, 1), (2, 2), (True, 1), (False, 0)])
def test_numbers_are_kept(verbose, number):
    assert resolve_verbose(verbose) == number


@pytest.mark.parametrize("verbose", [3, "bar", None])
def test_other_values_are_refused(verbose):
    with pytest.raises(ValueError, match="'auto', 0, 1 or 2"):
        Progress(verbose)


def test_lines_are_one_an_epoch(capsys):
    progress = Progress(2)
    for epoch in range(2):
        progress.epoch_begin(epoch, 2, 5)
        progress.update(3, pytest.fail)
        progress.epoch_end({"loss": 0.5, "accuracy": 0.00001})
    captured = capsys.readouterr()
    assert captured.err == ""
    lines = captured.out.splitlines()
    assert len(lines) == 2
    assert re.fullmatch(
        r"Epoch 1/2 - 5/5 - \d+[mu]s - \d+us/step - loss: 0.5000 - accuracy: 1.0000e-05", lines[0]
    )


def test_one_epoch_has_no_title(capsys):
    progress = Progress(2)
    progress.epoch_begin(0, 1, 5)
    progress.epoch_end({"loss": 0.5})
    assert capsys.readouterr().out.startswith("5/5 - ")


def test_silence_is_silent(capsys):
    progress = Progress(0)
    progress.epoch_begin(0, 2, 5)
    progress.update(3, pytest.fail)
    progress.epoch_end(pytest.fail)
    progress.close()
    assert capsys.readouterr() == ("", "")


def test_a_bar_shows_steps_and_logs(make_terminal, clock, capsys):
    terminal = make_terminal()
    progress = Progress("auto")
    progress.epoch_begin(2, 30, 10)
    clock.now += 1
    progress.update(5, lambda: {"loss": 0.1234})
    shown = terminal.getvalue()
    assert "Epoch 3/30" in shown
    assert "5/10 |" in shown
    assert "loss: 0.1234" in shown
    progress.epoch_end({"loss": 0.1, "val_loss": 0.2})
    assert "10/10 |" in terminal.getvalue()
    assert "loss: 0.1000 - val_loss: 0.2000" in terminal.getvalue()
    assert capsys.readouterr().out == ""


def test_a_bar_asks_for_logs_at_most_every_50_ms(make_terminal, clock):
    make_terminal()
    asked = []

    def logs():
        asked.append(clock.now)
        return {"loss": 1.0}

    progress = Progress(1)
    progress.epoch_begin(0, 1, 1000)
    for step in range(1000):
        clock.now += 0.001
        progress.update(step + 1, logs)
    assert 15 <= len(asked) <= 20


def test_a_bar_knows_how_to_end_without_knowing_how_many(make_terminal, clock):
    terminal = make_terminal()
    progress = Progress(1)
    progress.epoch_begin(0, 1, None)
    clock.now += 1
    progress.update(7, {"loss": 1.0})
    progress.epoch_end({"loss": 0.5})
    assert "7 steps" in terminal.getvalue()
    assert "loss: 0.5000" in terminal.getvalue()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")
def test_a_bar_shows_in_a_terminal_that_reports_no_size(monkeypatch):
    import pty

    controlling, terminal = pty.openpty()  # 0 × 0, as under `script` or a bare `docker -t`
    with os.fdopen(terminal, "w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        progress = Progress("auto")
        progress.epoch_begin(0, 1, 10)
        progress.epoch_end({"loss": 0.5})
        shown = os.read(controlling, 10_000).decode()
    os.close(controlling)
    assert "10/10 |" in shown
    assert "loss: 0.5000" in shown


def test_a_bar_may_be_closed_twice(make_terminal):
    terminal = make_terminal()
    progress = Progress(1)
    progress.epoch_begin(0, 1, 10)
    progress.close()
    progress.close()
    assert terminal.getvalue().endswith("\n")


def test_the_callback_shows_fit_and_leaves_its_validation_out(capsys):
    callbacks = CallbackList(add_progbar=True, model=Model(), verbose=2, epochs=1, steps=4)
    callbacks.on_train_begin()
    callbacks.on_epoch_begin(0)
    assert callbacks.progress_of("train") is callbacks.callbacks[0].progress
    callbacks.on_test_begin()
    assert callbacks.progress_of("test") is None
    callbacks.on_test_end({"loss": 9.0})
    callbacks.on_epoch_end(0, {"loss": 0.5, "val_loss": 9.0})
    callbacks.on_train_end()
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "4/4 - " in out
    assert out.endswith("loss: 0.5000 - val_loss: 9.0000\n")


def test_the_callback_shows_evaluate_and_predict(capsys):
    callbacks = CallbackList(add_progbar=True, verbose=2, steps=4)
    callbacks.on_test_begin()
    callbacks.on_test_batch_end(3, {"loss": 1.0})
    callbacks.on_test_end({"loss": 0.5})
    callbacks.on_predict_begin()
    callbacks.on_predict_end()
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("loss: 0.5000")
    assert second.startswith("4/4 - ")


def test_without_parameters_the_callback_is_silent(capsys):
    bar = ProgbarLogger()
    bar.on_train_begin()
    bar.on_epoch_begin(0)
    bar.on_epoch_end(0, {"loss": 1.0})
    bar.on_train_end()
    assert capsys.readouterr() == ("", "")
