import csv

import numpy as np
import pytest

from kerasish.callbacks import CSVLogger
from tests.callbacks.stand_in import run


def rows(path, separator=","):
    with open(path, newline="") as file:
        return list(csv.reader(file, delimiter=separator))


def test_each_epoch_is_a_line(tmp_path):
    path = tmp_path / "log.csv"
    run(CSVLogger(path), [0.5, 0.25], "loss")
    assert rows(path) == [["epoch", "loss", "val_loss"], ["0", "0.5", "NA"], ["1", "0.25", "NA"]]


def test_a_second_training_goes_on_or_writes_over(tmp_path):
    path = tmp_path / "log.csv"
    logger = CSVLogger(path, separator=";", append=True)
    run(logger, [0.5], "val_loss")
    run(logger, [0.25], "val_loss")
    assert rows(path, ";") == [["epoch", "val_loss"], ["0", "0.5"], ["0", "0.25"]]
    run(CSVLogger(path), [0.1], "val_loss")
    assert rows(path) == [["epoch", "val_loss"], ["0", "0.1"]]


def test_arrays_are_written_in_brackets(tmp_path):
    path = tmp_path / "log.csv"
    run(CSVLogger(path), [np.array([1, 2])], "val_confusion")
    assert rows(path)[1] == ["0", '"[1, 2]"']


def test_going_on_keeps_to_the_columns_of_the_file(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("val_loss,epoch,loss\n0.5,0,1.0\n")
    run(CSVLogger(path, append=True), [0.25], "loss")
    assert rows(path) == [["val_loss", "epoch", "loss"], ["0.5", "0", "1.0"], ["NA", "0", "0.25"]]


def test_going_on_says_what_the_file_has_no_column_for(tmp_path):
    path = tmp_path / "log.csv"
    run(CSVLogger(path), [0.5], "val_loss")
    with pytest.warns(UserWarning, match=r"has no columns for \['val_accuracy'\]"):
        run(CSVLogger(path, append=True), [0.25], "val_accuracy")
    assert rows(path)[1:] == [["0", "0.5"], ["0", "NA"]]
    path.write_text("")
    run(CSVLogger(path, append=True), [0.5], "val_loss")
    assert rows(path) == [["epoch", "val_loss"], ["0", "0.5"]]
