"""Which backends there are and which one is current: by name, environment and entry point."""

import os
import pathlib
import subprocess
import sys

import pytest

import kerasish as keras
from kerasish.backend import discovery
from kerasish.backend.concrete import ConcreteBackend
from kerasish.backend.interface import Backend
from kerasish.errors import BackendError

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def as_before():
    """The current backend and those that were registered are put back."""
    name, known = keras.backend.backend(), dict(discovery._registered)
    yield
    discovery._registered.clear()
    discovery._registered.update(known)
    keras.backend.set_backend(backend=name)


class Counting(ConcreteBackend):
    """A third party's backend: computes at once, and counts."""

    name = "counting"

    def __init__(self):
        self.applied = 0

    def apply(self, primitive, inputs, params):
        self.applied += 1
        return super().apply(primitive, inputs, params)


def test_ours_are_there_and_answer_every_question():
    assert {"eager", "graph"} <= set(discovery.names())
    for name in ("eager", "graph"):
        backend = discovery.get(name)
        assert backend.name == name
        assert isinstance(backend, Backend)
        assert discovery.get(name) is backend


def test_another_can_be_chosen_and_seen():
    keras.backend.set_backend("eager")
    assert keras.backend.backend() == "eager"
    assert discovery.current() is discovery.get("eager")


def test_an_unknown_name_lists_what_there_is():
    before = keras.backend.backend()
    with pytest.raises(BackendError) as caught:
        keras.backend.set_backend("torch")
    for word in ("There is no backend 'torch'", "'eager'", "'graph'"):
        assert word in str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert keras.backend.backend() == before


def test_a_third_partys_backend_is_registered_and_applies():
    keras.backend.register("counting", Counting)
    assert "counting" in discovery.names()
    keras.backend.set_backend("counting")
    assert keras.backend.backend() == "counting"
    assert float(keras.ops.add(1.0, 2.0)) == 3.0
    assert discovery.current().applied > 0


def test_an_entry_point_is_found(monkeypatch):
    class Entry:
        name = "remote"

        @staticmethod
        def load():
            return Counting

    monkeypatch.setattr(discovery, "_entry_points", lambda: [Entry])
    assert "remote" in discovery.names()
    keras.backend.set_backend("remote")
    assert isinstance(discovery.current(), Counting)


@pytest.mark.parametrize("value, prints", [("eager", "eager"), ("", "graph"), (None, "graph")])
def test_the_environment_chooses(value, prints):
    done = in_a_new_process("print(kerasish.backend.backend())", value)
    assert (done.stdout.strip(), done.returncode) == (prints, 0), done.stderr


def test_an_unknown_name_in_the_environment_is_told_at_first_use():
    done = in_a_new_process("kerasish.ops.ones(2)", "theano")
    assert done.returncode != 0
    assert "There is no backend 'theano'" in done.stderr


def in_a_new_process(code, value):
    environment = {k: v for k, v in os.environ.items() if k != "KERASISH_BACKEND"}
    environment |= {} if value is None else {"KERASISH_BACKEND": value}
    return subprocess.run(
        [sys.executable, "-c", f"import kerasish; {code}"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
