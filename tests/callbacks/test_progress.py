import io
import os
import re
import sys

import pytest
from tqdm.utils import disp_len

from kerasish.callbacks import CallbackList, ProgbarLogger
from kerasish.callbacks import progress as progress_module
from kerasish.callbacks.bar import (
    columns_of,
    final_rows,
    make_bar,
    open_bars,
    running_row,
    signs_for,
)
from kerasish.callbacks.progress import Progress, resolve_verbose
from tests.callbacks.stand_in import Model


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def make_terminal(monkeypatch):
    """Called within a test, because pytest sets `sys.stdout` after the fixtures."""

    def make():
        monkeypatch.setattr(sys, "stdout", Terminal())
        monkeypatch.setenv("TERM", "xterm")
        return sys.stdout

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
    monkeypatch.setenv("TERM", "dumb")
    assert resolve_verbose("auto") == 2
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert resolve_verbose("auto") == 2
    monkeypatch.setattr(sys, "stdout", None)
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
    assert "Epoch 3/30\n" in shown
    assert "\r 5/10 ━━━━━━━━━━────────── 0s " in shown
    assert "/step - loss: 0.1234" in shown
    progress.epoch_end({"loss": 0.1, "val_loss": 0.2})
    assert "10/10 ━━━━━━━━━━━━━━━━━━━━ 0s " in terminal.getvalue()
    assert terminal.getvalue().endswith("/step - loss: 0.1000 - val_loss: 0.2000\n")
    assert capsys.readouterr().err == ""


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
    progress.close()
    assert 15 <= len(asked) <= 20


def test_a_bar_knows_how_to_end_without_knowing_how_many(make_terminal, clock):
    terminal = make_terminal()
    progress = Progress(1)
    progress.epoch_begin(0, 1, None)
    clock.now += 1
    progress.update(7, {"loss": 1.0})
    assert "7/Unknown 0s" in terminal.getvalue()
    progress.epoch_end({"loss": 0.5})
    assert "\r7/7 ━" in terminal.getvalue()
    assert terminal.getvalue().endswith("loss: 0.5000\n")


NAMES = ["accuracy: 0.5859", "loss: 0.6641", "val_accuracy: 0.5781", "val_loss: 0.6513"]


@pytest.mark.parametrize("columns", [200, 80, 40, 20])
def test_every_log_is_seen_whole_at_the_end_in_a_terminal_of_any_width(columns):
    rows = final_rows(16, 0.4, NAMES, columns).split("\n")
    assert all(len(row) <= max(columns, 24) for row in rows)
    assert re.split(r"\s+- ", " ".join(rows))[1:] == NAMES


def test_hundreds_of_logs_are_written_once_at_the_end(make_terminal, clock, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    terminal = make_terminal()
    logs = {f"metric_{i}": float(i) for i in range(300)}
    progress = Progress(1)
    progress.epoch_begin(0, 1, 10)
    clock.now += 1
    progress.update(5, logs)
    assert all(len(row) < 80 for row in re.split("[\r\n]", terminal.getvalue()))
    progress.epoch_end(logs)
    assert terminal.getvalue().count("metric_299: 299.0000") == 1


@pytest.mark.parametrize("columns", [80, 40, 20, 10, 4, 1])
def test_a_bar_on_its_way_is_one_row_that_leaves_the_last_column_free(columns):
    for logs in ([], NAMES, ["准确率: 0.5000"] * 9):
        row = running_row(3, 16, 1.0, logs, columns)
        assert "\n" not in row
        assert disp_len(row) <= max(columns - 1, 1)


def test_a_row_of_a_notebook_has_no_end():
    assert running_row(3, 16, 1.0, NAMES, None).endswith(NAMES[-1])


def test_a_bar_is_written_in_signs_that_the_stream_knows():
    assert signs_for(io.StringIO()) == "─━"
    assert signs_for(io.TextIOWrapper(io.BytesIO(), encoding="ascii")) == ".="


def test_columns_make_a_row_shorter_but_never_longer_than_the_terminal(monkeypatch):
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((80, 24)))
    stream = io.StringIO()
    stream.fileno = lambda: 1
    monkeypatch.setenv("COLUMNS", "40")
    assert columns_of(stream) == 40
    monkeypatch.setenv("COLUMNS", "400")
    assert columns_of(stream) == 80


def test_a_bar_in_a_pipe_is_written_once_without_control_characters(capsys, clock):
    progress = Progress(1)
    progress.epoch_begin(0, 2, 10)
    clock.now += 1
    assert not progress.due()
    progress.update(5, pytest.fail)
    progress.epoch_end({"loss": 0.5})
    progress.close()
    assert capsys.readouterr() == (
        "Epoch 1/2\n10/10 ━━━━━━━━━━━━━━━━━━━━ 1s 100ms/step - loss: 0.5000\n", ""
    )  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")
def test_a_bar_shows_in_a_terminal_that_reports_no_size(monkeypatch):
    import pty

    controlling, terminal = pty.openpty()  # 0 × 0, as under `script` or a bare `docker -t`
    with os.fdopen(terminal, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.setenv("TERM", "xterm")
        progress = Progress("auto")
        progress.epoch_begin(0, 1, 10)
        progress.epoch_end({"loss": 0.5})
        shown = b""
        while b"loss" not in shown:  # a terminal hands over what it has
            shown += os.read(controlling, 10_000)
        shown = shown.decode()
    os.close(controlling)
    assert "10/10 ━" in shown
    assert "loss: 0.5000" in shown


def test_a_bar_may_be_closed_twice(make_terminal):
    terminal = make_terminal()
    progress = Progress(1)
    progress.epoch_begin(0, 1, 10)
    assert open_bars()
    progress.close()
    progress.close()
    assert not open_bars()
    assert terminal.getvalue().endswith("\n")


def test_a_bar_that_nobody_closed_takes_no_other_with_it(make_terminal):
    make_terminal()
    forgotten, bar = make_bar(10, "", 80), make_bar(10, "", 80)
    forgotten.close()
    forgotten.close()  # as when it is collected
    assert [open_bar is bar for open_bar in open_bars()] == [True]
    bar.close()


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
