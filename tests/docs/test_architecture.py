"""The printed step in docs/architecture.md is the one that the page's model runs."""

import pathlib
import re

import numpy as np
import pytest

import kerasish as keras
from kerasish import layers
from tests.engines import current_engine

ROOT = pathlib.Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"


@pytest.fixture
def graph_engine():
    with current_engine("graph"):
        yield


@pytest.mark.usefixtures("graph_engine")
def test_the_page_shows_the_step_as_it_runs():
    block = re.search(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    shown = [line.partition("#")[0].strip() for line in block[1].splitlines()]
    model = keras.Sequential([keras.Input(shape=(3,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 3)), np.ones((8, 1)), batch_size=4, epochs=1, verbose=0)
    source = model._functions["train"].show_source()
    body = source.partition("def run(")[2].partition("return")[0]
    runs = [line.strip() for line in body.splitlines()[1:]]
    assert [line for line in shown if line] == [line for line in runs if line]


def test_the_page_names_every_file_of_the_backend():
    text = PAGE.read_text(encoding="utf-8")
    files = {path.name for path in (ROOT / "kerasish" / "backend").glob("*.py")} - {"__init__.py"}
    assert sorted(file for file in files if f"`{file}`" not in text) == []
