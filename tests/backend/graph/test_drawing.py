"""Pictures of graphs: Graphviz's text without a library, PNG and SVG with matplotlib."""

import re
import sys
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings

from kerasish.arrays.spec import Spec
from kerasish.backend.graph.graph import Graph, make_node
from kerasish.backend.graph.parse import NamedVariable, parse
from kerasish.backend.graph.passes import optimise
from kerasish.backend.graph.passes.report import report
from kerasish.backend.graph.printers import drawing
from kerasish.backend.graph.printers.boxes import LONGEST, chart
from kerasish.backend.graph.printers.drawing import can_draw, draw, draw_both, to_dot, to_png
from kerasish.backend.graph.trace import trace
from kerasish.errors import BackendError
from kerasish.primitives import state
from tests.backend.graph.example_graphs import (
    HOSTILE,
    every_pass,
    long_chain,
    training_step,
    with_graphs_inside,
)
from tests.backend.graph.random_graphs import graphs

PNG = b"\x89PNG\r\n\x1a\n"
LABEL = r'"((?:[^"\\]|\\.)*)"'  # DOT's quoted string


@pytest.fixture
def matplotlib():
    return pytest.importorskip("matplotlib", reason="the extra `draw` is not installed")


def hostile():
    """A graph whose variable has a name that means something in every format."""
    variable = NamedVariable(HOSTILE, (2,), "float32")
    node = make_node(state.read, variable=variable)
    return Graph((), (node,), ((variable, node),))


def two_layer_step():
    step, shapes = training_step()
    return trace(step, *(Spec(shape, "float32") for shape in shapes))


def texts(path):
    """The texts of an SVG file, one per line of a label."""
    root = ElementTree.parse(path).getroot()
    return ["".join(t.itertext()) for t in root.iter("{http://www.w3.org/2000/svg}text")]


# DOT


def check_dot(graph):
    """Every box and every arrow stands there once, in nothing but well-formed lines."""
    lines = to_dot(graph).split("\n")
    found = chart(graph)
    assert lines[0] == "digraph {"
    assert lines[-1] == "}"
    nodes = [line for line in lines[2:-1] if "->" not in re.sub(LABEL, "", line)]
    arrows = lines[2 + len(nodes) : -1]
    for i, line in enumerate(nodes):
        match = re.fullmatch(rf'  n{i} \[label={LABEL}, fillcolor="#[0-9a-f]{{6}}"\];', line)
        assert match, line
        label = match[1].replace("\\\\", "\0").split("\\n")
        label = [text.replace('\\"', '"').replace("\0", "\\") for text in label]
        assert tuple(label) == found.boxes[i].lines
    assert len(nodes) == len(found.boxes)
    assert arrows == [f"  n{a} -> n{b};" for a, b in found.arrows]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(graphs())
def test_every_node_and_edge_stands_in_dot_once(graph):
    check_dot(graph)


def test_names_from_files_cannot_break_out_of_dot():
    check_dot(hostile())
    assert 'label="w0 = read a\\"b\\\\c\\\\nd]; evil ' in to_dot(hostile())


def test_one_node_is_three_lines_of_dot():
    text = to_dot(parse("x: f32[2]\na = multiply x x\nassign dense/bias = a\nreturn"))
    assert text.split("\n")[2:-1] == [
        '  n0 [label="x0\\nf32[2]", fillcolor="#cfe3f7"];',
        '  n1 [label="v0 = multiply x0 x0\\nf32[2]", fillcolor="#ffffff"];',
        '  n2 [label="assign dense/bias = v0", fillcolor="#f8cfcb"];',
        "  n0 -> n1;", "  n0 -> n1;", "  n1 -> n2;",
    ]  # fmt: skip


def test_a_node_that_holds_graphs_is_one_box_with_their_sizes():
    found = chart(with_graphs_inside())
    assert found.boxes[1].lines == (
        "v0 = branch x0", "then={2 nodes}", "otherwise={2 nodes}", "rows=3", "f32[4]",
    )  # fmt: skip
    assert found.boxes[1].kind.name == "holds graphs"
    check_dot(with_graphs_inside())


def test_long_texts_are_cut():
    names = " ".join(f"x{i}" for i in range(40))
    inputs = ", ".join(names.split())
    graph = parse(f"{inputs}: f32[1]\na = concatenate {names} axis=0\nreturn a")
    (line, *_) = chart(graph).boxes[40].lines
    assert (len(line), line[-1]) == (LONGEST, "…")


@pytest.mark.parametrize("text, wanted", [
    ("constant 0.1: f32[]", "c0 = constant 0.1"),
    ("constant [1, 2]: i32[2]", "c0 = constant [1, 2]"),
    ("constant [[7]]: i32[1,1]", "c0 = constant [[7]]"),
    ("constant nan: f16[]", "c0 = constant nan"),
    ("constant [1, 2, 3, 4, 5]: i32[5]", "c0 = constant ..."),
])  # fmt: skip
def test_short_constants_are_told(text, wanted):
    assert chart(parse(f"a = {text}\nreturn a")).boxes[0].lines[0] == wanted


# matplotlib


@pytest.mark.parametrize("make", [two_layer_step, every_pass, with_graphs_inside, hostile])
def test_a_picture_holds_the_label_of_every_node(make, tmp_path, matplotlib):
    draw(make(), tmp_path / "graph.svg", title="what was traced")
    found = texts(tmp_path / "graph.svg")
    assert found[0] == "what was traced"
    labels = [line for box in chart(make()).boxes for line in box.lines]
    kinds = [kind.name for kind in chart(make()).kinds]
    assert found[1:] == kinds + labels


def test_a_picture_is_a_png(tmp_path, matplotlib):
    figure = draw(every_pass(), str(tmp_path / "graph.PNG"))
    assert (tmp_path / "graph.PNG").read_bytes().startswith(PNG)
    assert to_png(figure).startswith(PNG)


def test_a_picture_has_an_arrow_for_each_pair(matplotlib):
    from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

    (axes,) = draw(two_layer_step()).axes
    found = chart(two_layer_step())
    kinds = [type(patch) for patch in axes.patches]
    assert kinds.count(FancyArrowPatch) == len(set(found.arrows))
    assert kinds.count(FancyBboxPatch) == len(found.boxes)


@pytest.mark.parametrize("make", [two_layer_step, every_pass, with_graphs_inside])
def test_no_two_texts_overlap_and_each_fits_its_box(make, matplotlib):
    from matplotlib.patches import FancyBboxPatch

    figure = draw_both(make(), optimise(make()))
    (axes,) = figure.axes
    renderer = figure.canvas.get_renderer()
    extents = [text.get_window_extent(renderer) for text in axes.texts]
    for i, a in enumerate(extents):
        assert not any(a.overlaps(b) for b in extents[i + 1 :]), axes.texts[i]
        assert figure.bbox.contains(a.x0, a.y0)
        assert figure.bbox.contains(a.x1, a.y1)
    for patch in axes.patches:
        if isinstance(patch, FancyBboxPatch):
            box = patch.get_window_extent(renderer)
            for text in extents:
                if box.overlaps(text):
                    assert box.x0 <= text.x0 <= text.x1 <= box.x1


def test_both_graphs_and_the_report_stand_in_one_picture(tmp_path, matplotlib):
    graph = every_pass()
    draw_both(graph, optimise(graph), tmp_path / "both.svg")
    found = texts(tmp_path / "both.svg")
    assert "before the passes: 7 nodes" in found
    assert "after the passes: 4 nodes" in found
    assert {str(step) for step in report(graph)} <= set(found)


def test_a_larger_graph_has_a_larger_picture(matplotlib):
    small, large = (draw(long_chain(n)).get_size_inches() for n in (2, 60))
    assert small[1] < 5
    assert large[1] > 30


def test_the_same_graph_gives_the_same_file(tmp_path, matplotlib):
    for name in ("a.svg", "b.svg"):
        draw(two_layer_step(), tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_drawing_leaves_no_global_state(matplotlib):
    before = dict(matplotlib.rcParams)
    draw(every_pass())
    assert dict(matplotlib.rcParams) == before
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()


# What cannot be drawn


def test_a_missing_matplotlib_is_told_with_its_cure(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert not can_draw()
    graph = every_pass()
    for call in (lambda: draw(graph), lambda: draw_both(graph, graph, "graph.png")):
        with pytest.raises(BackendError) as caught:
            call()
        assert str(caught.value) == (
            "Drawing a graph needs matplotlib: pip install 'kerasish[draw]'."
        )


@pytest.mark.parametrize("name", ["graph", "graph.jpg", "graph.svg.gz"])
def test_other_kinds_of_files_are_refused(name, tmp_path, matplotlib):
    with pytest.raises(BackendError, match=r"Expected: \.png or \.svg\. Received: to_file="):
        draw(every_pass(), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_graph_that_nobody_could_read_is_refused(matplotlib, monkeypatch):
    monkeypatch.setattr(drawing, "MOST", 10)
    draw(long_chain(8))
    with pytest.raises(BackendError, match=r"at most 10 nodes.*number=11.*to_dot\(graph\)"):
        draw(long_chain(9))


def test_a_huge_picture_has_fewer_dots(matplotlib, monkeypatch):
    assert draw(long_chain(9)).dpi == 120
    monkeypatch.setattr(drawing, "SIDE", 500)
    assert max(draw(long_chain(9)).bbox.size) == pytest.approx(500)
    monkeypatch.setattr(drawing, "PIXELS", 1000)
    assert draw(long_chain(9)).bbox.size.prod() == pytest.approx(1000)
