"""What users call most explains each of its arguments, by its name."""

import inspect
import re

import pytest

import kerasish as keras

EXPLAINED = [
    keras.Model.compile, keras.Model.fit, keras.Model.evaluate, keras.Model.predict,
    keras.Model.train_on_batch, keras.Model.test_on_batch, keras.Model.predict_on_batch,
    keras.Model.save_weights, keras.Model.load_weights, keras.Model.summary, keras.Sequential,
]  # fmt: skip


@pytest.mark.parametrize("function", EXPLAINED, ids=lambda function: function.__name__)
def test_each_argument_is_explained(function):
    names = set(inspect.signature(function).parameters) - {"self"}
    text = inspect.getdoc(function)
    explained = set(re.findall(r"^    \*{0,2}(\w+):", text, re.MULTILINE))
    assert (
        names - explained - set(re.findall(r"`(\w+)`", text.splitlines()[0])) - {"kwargs"} == set()
    )


@pytest.mark.parametrize("function", EXPLAINED, ids=lambda function: function.__name__)
def test_there_is_an_example_or_where_to_find_one(function):
    text = inspect.getdoc(function)
    assert "Example:" in text or "As `evaluate`" in text


def test_help_shows_the_arguments_of_a_decorated_method():
    assert list(inspect.signature(keras.Model.fit).parameters)[:4] == [
        "self",
        "x",
        "y",
        "batch_size",
    ]
