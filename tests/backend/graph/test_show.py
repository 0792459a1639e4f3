"""`show`: everything about a graph as text, and as a picture where matplotlib is there."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings

import kerasish as keras
from kerasish.backend.graph.graph import Graph, make_node
from kerasish.backend.graph.parse import NamedVariable, parse
from kerasish.backend.graph.passes import optimise
from kerasish.backend.graph.plan.blocks import BLOCK, SMALLEST
from kerasish.backend.graph.plan.buffers import make_plan
from kerasish.backend.graph.printers.text import show_text
from kerasish.backend.graph.show import describe, show
from kerasish.errors import BackendError
from kerasish.primitives import state
from tests.backend.graph.example_graphs import (
    EVERY_PASS,
    HOSTILE,
    every_pass,
    training_step,
    with_graphs_inside,
)
from tests.backend.graph.random_graphs import graphs

WANTED = """
traced: 7 nodes
x0: f32[4]
v0 = cast x0 dtype='float32'
c0 = constant 2.0: f32[]
v1 = negative c0
v2 = multiply v0 v1
v3 = multiply v0 v1
v4 = add v2 v3
return v4

passes
simplify: 7 → 6 nodes (− 1 cast)
fold_constants: 6 → 5 nodes (− 1 negative)
merge_equal: 5 → 4 nodes (− 1 multiply)

after the passes: 4 nodes
x0: f32[4]
c0 = constant -2.0: f32[]
v0 = multiply x0 c0
v1 = add v0 v0
return v1

plan: 2 steps; 64 bytes of memory
"""


@pytest.fixture
def step(graph):
    """The two-layer training step, traced."""
    step, shapes = training_step()
    function = graph.function(step)
    function(*(np.ones(shape, "float32") for shape in shapes))
    return function


def test_a_graph_is_shown_from_trace_to_plan(capsys):
    shown = show(every_pass())
    assert capsys.readouterr().out == f"{shown}\n"
    assert str(shown) == WANTED.strip()
    assert repr(shown) == "<Shown 7 → 4 nodes>"


def test_the_graphs_that_are_shown_can_be_read_back(capsys):
    _, traced, _, after, _ = "\n\n".join(["", str(show(every_pass()))]).split("\n\n")
    assert str(parse(traced.split("\n", 1)[1])) == str(parse(EVERY_PASS))
    assert str(parse(after.split("\n", 1)[1])) == str(optimise(parse(EVERY_PASS)))


def test_a_training_step_is_shown_with_its_updates(step, capsys):
    text = str(show(step))
    assert text.startswith("traced: ")
    assert "assign w1 = " in text
    assert "2 of 2 updates made in place" in text.splitlines()[-1]


def test_what_is_shown_of_a_function_is_what_runs(step, capsys):
    (specialisation,) = step.specialisations.values()
    (view,) = show(step).views
    assert view.traced is specialisation.traced
    assert view.graph is specialisation.graph
    assert view.plan is specialisation.program.plan
    assert str(show(specialisation)) == str(show(step))


def test_a_graph_that_no_pass_changed_is_not_written_twice(capsys):
    text = str(show(parse("x, y: f32[4]\na = add x y\nreturn a")))
    assert "after the passes: 3 nodes\nthe same\n" in text
    assert text.count("v0 = add x0 x1") == 1


def test_each_specialisation_of_a_function_is_shown(graph, capsys):
    function = graph.function(lambda x: x * 2.0)
    for size in (2, 3):
        function(np.ones(size, "float32"))
    shown = show(function)
    assert str(shown).startswith("specialisation 1 of 2: of f32[2]\n\ntraced: 3 nodes\n")
    assert "\n\n\nspecialisation 2 of 2: of f32[3]\n\ntraced: 3 nodes\n" in str(shown)
    assert repr(shown) == "<Shown 3 → 3 nodes; 3 → 3 nodes>"


def test_a_function_that_was_not_called_has_no_graph(graph):
    def forward(x):
        return x

    with pytest.raises(BackendError, match=r"There is no graph yet. .*forward.* Call the function"):
        show(graph.function(forward))


@pytest.mark.parametrize("target", [None, len, "x: f32[4]"])
def test_what_has_no_graph_is_refused(target):
    with pytest.raises(TypeError, match=r"There is no graph to show\. Expected: a function of"):
        show(target)


@pytest.mark.parametrize("text, wanted", [
    ("x: f32[4]\nreturn", "plan: 0 steps; 0 bytes of memory"),
    ("x: f32[4]\na = exp x\nreturn a", "plan: 1 step; 0 bytes of memory"),
    ("x: f32[4]\na = exp x\nb = cumsum a axis=0 reverse=False\nreturn b",
     "plan: 2 steps; 64 bytes of memory"),
    (f"x: f32[{SMALLEST}]\na = exp x\nb = exp a\nreturn b",
     f"plan: 2 steps, some of them block by block (1 run); {4 * BLOCK:,} bytes of memory"),
    ("w = read w: f32[4]\na = exp w\nassign w = a\nassign b = a\nreturn",
     "plan: 1 step; 64 bytes of memory; 0 of 2 updates made in place"),
    ("w = read w: f32[4]\na = exp w\nassign w = a\nreturn",
     "plan: 1 step; 0 bytes of memory; 1 of 1 updates made in place"),
])  # fmt: skip
def test_the_facts_of_a_plan(text, wanted):
    assert describe(make_plan(parse(text))) == wanted


# Text


@settings(max_examples=60, deadline=None, derandomize=True)
@given(graphs())
def test_text_for_people_is_the_text_that_can_be_read(graph):
    assert show_text(graph) == str(graph)


def test_graphs_inside_a_node_stand_indented_beneath_it():
    small = ["x0: f32[4]", "v0 = exp x0", "return v0"]
    deep = [
        "x0: f32[4]", "v0 = branch x0 then={2 nodes} otherwise={2 nodes}",
        "    then:", *(f"        {s}" for s in small),
        "    otherwise:", *(f"        {s}" for s in small), "return v0",
    ]  # fmt: skip
    assert show_text(with_graphs_inside()).split("\n") == [
        "x0: f32[4]", "v0 = branch x0 rows=3 then={2 nodes} otherwise={2 nodes}",
        "    then:", *(f"        {s}" for s in small),
        "    otherwise:", *(f"        {s}" for s in deep), "return v0",
    ]  # fmt: skip


def test_names_from_files_cannot_steer_a_terminal():
    variable = NamedVariable(HOSTILE, (2,), "float32")
    node = make_node(state.read, variable=variable)
    text = show_text(Graph((), (), ((variable, node),)))
    assert len(text.splitlines()) == 3
    assert "\x1b" not in text
    assert r"d]; evil -> n0 $x$ <b>&\x1b[31m" in text


# Pictures


def test_everything_is_drawn_into_one_file(graph, tmp_path, capsys):
    pytest.importorskip("matplotlib", reason="the extra `draw` is not installed")
    function = graph.function(lambda x: keras.ops.exp(x) * keras.ops.exp(x))
    for size in (2, 3):
        function(np.ones(size, "float32"))
    shown = show(function, tmp_path / "all.svg")
    svg = (tmp_path / "all.svg").read_text(encoding="utf-8")
    assert svg.count("before the passes: 4 nodes</text>") == 2
    assert svg.count("after the passes: 3 nodes</text>") == 2
    assert svg.count("merge_equal: 4 → 3 nodes (− 1 exp)</text>") == 2
    assert shown._repr_png_().startswith(b"\x89PNG")


def test_without_matplotlib_there_is_text(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    shown = show(every_pass())
    assert shown._repr_png_() is None
    assert capsys.readouterr().out == f"{shown}\n"
    with pytest.raises(BackendError, match=r"pip install 'kerasish\[draw\]'"):
        show(every_pass(), tmp_path / "graph.png")
    assert capsys.readouterr().out == ""
