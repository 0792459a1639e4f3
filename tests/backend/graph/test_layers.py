"""Where boxes lie: nothing overlaps, arrows lead down, and few of them cross."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerasish.arrays.spec import Spec
from kerasish.backend.graph.parse import parse
from kerasish.backend.graph.passes import optimise
from kerasish.backend.graph.printers.boxes import chart
from kerasish.backend.graph.printers.drawing import _panel, _size, arrow_lines
from kerasish.backend.graph.printers.layers import BESIDE, place
from kerasish.backend.graph.trace import trace
from tests.backend.graph.example_graphs import long_chain, training_step, with_graphs_inside
from tests.backend.graph.random_graphs import graphs


def two_layer_step():
    step, shapes = training_step()
    return trace(step, *(Spec(shape, "float32") for shape in shapes))


def rectangles(panel):
    sizes = [_size(box) for box in panel.chart.boxes]
    return [
        (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        for (x, y), (w, h) in zip(panel.layout.centres, sizes, strict=True)
    ]


def check(graph):
    """No two boxes overlap, no arrow runs through a box, and all lies within the picture."""
    panel = _panel(graph, "")
    boxes = rectangles(panel)
    for a, b in combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], graph
    for left, top, right, bottom in boxes:
        assert min(left, top) > -0.01
        assert right < panel.layout.width + 0.01
        assert bottom < panel.layout.height + 0.01
    for corners in arrow_lines(panel):
        for (x, y), (x2, y2) in pairwise(corners):
            assert y2 >= y - 0.01, "an arrow leads up"
            for left, top, right, bottom in boxes:  # an arrow turns only between layers
                beside = max(x, x2) < left + 0.01 or min(x, x2) > right - 0.01
                assert beside or y2 < top + 0.01 or y > bottom - 0.01, graph


@pytest.mark.parametrize("graph", [
    two_layer_step(), optimise(two_layer_step()), with_graphs_inside(), long_chain(60),
    parse("x, y: f32[4]\nreturn x"), parse("x: f32[4]\nreturn x x x"), parse("return"),
    parse("x: f32[4]\na = add x x\nassign w = a\nassign b = x\nreturn a"),
])  # fmt: skip
def test_nothing_overlaps(graph):
    check(graph)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(graphs())
def test_nothing_overlaps_in_any_graph(graph):
    check(graph)


def test_a_picture_of_a_training_step_fits_a_page():
    layout = _panel(two_layer_step(), "").layout
    assert max(layout.width, layout.height) < 72 * 13


def test_a_chain_is_a_straight_line():
    layout = place([(50, 10), (90, 10), (10, 10)], [(0, 1), (1, 2)])
    assert layout.layers == (0, 1, 2)
    assert [x for x, _ in layout.centres] == pytest.approx([45] * 3)


def test_what_is_wanted_late_lies_late():
    assert place([(9, 9)] * 4, [(0, 1), (1, 3), (2, 3)]).layers == (0, 1, 1, 2)


def test_neighbours_are_ordered_so_that_no_arrows_cross():
    across = [x for x, _ in place([(9, 9)] * 4, [(0, 3), (1, 2)]).centres]
    assert (across[0] < across[1]) == (across[3] < across[2])


def test_long_arrows_from_one_box_share_their_way():
    layout = place([(9, 9)] * 6, [(0, 1), (1, 2), (2, 3), (0, 3), (3, 4), (0, 4)])
    assert len(layout.bends[0, 4]) == 3
    assert layout.bends[0, 4][:2] == layout.bends[0, 3]


@given(st.lists(st.floats(1, 200), min_size=2, max_size=9))
def test_boxes_of_one_layer_keep_their_distance(widths):
    layout = place([(5, 5), *((width, 5) for width in widths)],
                   [(0, i) for i in range(1, len(widths) + 1)])  # fmt: skip
    ends = sorted((x - w / 2, x + w / 2) for (x, _), w in
                  zip(layout.centres[1:], widths, strict=True))  # fmt: skip
    assert all(b[0] - a[1] >= BESIDE - 1e-6 for a, b in pairwise(ends))


def test_a_chart_has_an_arrow_for_every_input_and_target():
    graph = two_layer_step()
    found = chart(graph)
    assert len(found.boxes) == len(graph.nodes()) + 3
    assert len(found.arrows) == sum(len(n.inputs) for n in graph.nodes()) + 3
    assert all(a < b for a, b in found.arrows)
