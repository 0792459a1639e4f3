"""A name that is not there says whether Keras has it, and what to use."""

import importlib
import subprocess
import sys

import pytest

import kerasish as keras
from kerasish._absent import AbsentModules, explain_absence, keras_names
from tests.contracts.test_public_names import NAMESPACES


def error_of(program):
    with pytest.raises((AttributeError, ImportError)) as caught:
        exec(program, {"keras": keras})
    return f"{type(caught.value).__name__}: {caught.value}"


NOT_YET = "is in Keras but not in kerasish yet."


@pytest.mark.parametrize(
    "program, expected",
    [
        ("keras.layers.Conv2D", f"AttributeError: `keras.layers.Conv2D` {NOT_YET}"),
        ("from kerasish.layers import Conv2D", f"ImportError: `keras.layers.Conv2D` {NOT_YET}"),
        (
            "from kerasish.layers import Dense, Conv2D",
            f"ImportError: `keras.layers.Conv2D` {NOT_YET}",
        ),
        ("keras.applications", f"AttributeError: `keras.applications` {NOT_YET}"),
        ("from kerasish import applications", f"ImportError: `keras.applications` {NOT_YET}"),
        ("import kerasish.applications", f"ModuleNotFoundError: `keras.applications` {NOT_YET}"),
        (
            "from kerasish.applications.vgg16 import VGG16",
            f"ModuleNotFoundError: `keras.applications` {NOT_YET}",
        ),
        (
            "from kerasish.optimizers.legacy import Adam",
            f"ModuleNotFoundError: `keras.optimizers.legacy` {NOT_YET} Use `kerasish.optimizers`.",
        ),
        ("keras.ops.image", f"AttributeError: `keras.ops.image` {NOT_YET}"),
        (
            "keras.ops.numpy.add",
            f"AttributeError: `keras.ops.numpy.add` {NOT_YET} There is `kerasish.ops.add`.",
        ),
        (
            "keras.Dense",
            "AttributeError: module 'kerasish' has no attribute 'Dense'. "
            "There is `kerasish.layers.Dense`.",
        ),
        (
            "keras.layers.dens",
            "AttributeError: module 'kerasish.layers' has no attribute 'dens'. "
            "Did you mean 'Dense'?",
        ),
        ("keras.zzzz", "AttributeError: module 'kerasish' has no attribute 'zzzz'."),
        ("keras.layers._x", "AttributeError: module 'kerasish.layers' has no attribute '_x'"),
        ("import kerasish.zzzz", "ModuleNotFoundError: No module named 'kerasish.zzzz'"),
    ],
)  # fmt: skip
def test_an_absent_name_says_what_to_do(program, expected):
    assert error_of(program) == expected


@pytest.mark.parametrize("path", ["utils.to_categorical", "datasets.mnist", "models.load_model"])
def test_some_names_come_with_what_to_use_instead(path):
    assert "`" in error_of(f"keras.{path}").split(NOT_YET)[1]


def test_what_is_said_to_be_used_is_there():
    _, instead = keras_names()
    for text in instead.values():
        for path in text.split("`"):
            name = path.split("(")[0].split(" ")[0]
            if name.startswith("kerasish."):
                module, _, last = name.rpartition(".")
                assert hasattr(importlib.import_module(module), last), text


def test_nothing_that_is_there_is_said_to_be_missing():
    _, instead = keras_names()
    there = {name for name in NAMESPACES if name != "kerasish"}
    assert not {f"kerasish.{name}" for name in instead} & there
    for path in instead:
        namespace, _, name = f"kerasish.{path}".rpartition(".")
        if namespace in NAMESPACES:
            assert name not in importlib.import_module(namespace).__all__, path


@pytest.mark.parametrize("namespace", [n for n in NAMESPACES if n.count(".") < 2])
def test_dir_lists_public_names_only(namespace):
    module = importlib.import_module(namespace)
    own = {"kerasish.graph", "kerasish.tape", "kerasish.testing"}  # no namespaces of Keras
    if namespace not in own:
        assert set(dir(module)) - {"__version__"} == set(module.__all__)


def test_the_finder_knows_nothing_of_modules_that_are_there():
    found = [AbsentModules.find_spec(f"kerasish.{name}", ["elsewhere"]) for name in ("ops", "x")]
    assert found == [None, None]
    assert AbsentModules.find_spec("applications") is None


def test_the_list_is_read_only_when_a_name_is_missing():
    program = (
        "import kerasish as keras; keras.layers.Dense; keras.Sequential\n"
        "from kerasish._absent import keras_names\n"
        "print(keras_names.cache_info().currsize)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "0\n"


def test_the_message_of_a_namespace_is_there_for_each_name_of_keras():
    names, _ = keras_names()
    assert sum(map(len, names.values())) > 1000
    for namespace, inner in names.items():
        place = f"kerasish.{namespace}".rstrip(".")
        if place in NAMESPACES:
            module = importlib.import_module(place)
            absent = [name for name in inner if not hasattr(module, name)]
            assert all(NOT_YET in explain_absence(place, name) for name in absent)


def test_the_version_says_whose_interface_this_is():
    assert keras.__version__.startswith("3.")
    assert keras.version() == keras.__version__
    major, minor = map(int, keras.__version__.split(".")[:2])
    assert (major, minor) >= (3, 0)
    assert keras.__version__.endswith(f"+kerasish.{keras.__release__}")
