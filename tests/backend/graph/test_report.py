"""The report of the passes: what each did, in numbers and in words."""

from collections import Counter
from itertools import pairwise

from hypothesis import given, settings

from kerasish.backend.graph.parse import parse
from kerasish.backend.graph.passes import ORDER, optimise
from kerasish.backend.graph.passes.report import Step, count, report
from tests.backend.graph.example_graphs import every_pass
from tests.backend.graph.random_graphs import graphs


def test_each_pass_has_a_line():
    assert [str(step) for step in report(every_pass())] == [
        "simplify: 7 → 6 nodes (− 1 cast)",
        "fold_constants: 6 → 5 nodes (− 1 negative)",
        "merge_equal: 5 → 4 nodes (− 1 multiply)",
    ]


def test_a_pass_that_found_nothing_says_so():
    steps = report(parse("x, y: f32[4]\na = add x y\nreturn a"))
    assert [step.changed for step in steps] == [False] * len(ORDER)
    assert [str(step) for step in steps] == [f"{p.__name__}: changed nothing" for p in ORDER]


def test_a_pass_that_only_takes_other_inputs_says_so():
    (step, *_) = report(parse("x: f32[4]\na = reshape x shape=(2,2)\nb = reshape a shape=(1,4)\n"
                              "c = exp a\nreturn b c"))  # fmt: skip
    assert str(step) == "simplify: 4 nodes, other inputs for some"


def test_what_a_pass_adds_is_told():
    before = parse("x: f32[2,3]\na = transpose x axes=(1,0)\nreturn a")
    after = parse("x: f32[2,3]\na = transpose x axes=(1,0)\nb = contiguous a\nreturn b")
    step = Step("lay_out", before, after)
    assert (step.removed, step.added) == (Counter(), Counter(contiguous=1))
    assert str(step) == "lay_out: 2 → 3 nodes (+ 1 contiguous)"
    assert repr(step) == "<Step lay_out: 2 → 3 nodes (+ 1 contiguous)>"


def test_passes_can_be_left_out():
    steps = report(every_pass(), without=["simplify"])
    assert [step.name for step in steps] == ["fold_constants", "merge_equal"]
    assert str(steps[-1].after) == str(optimise(every_pass(), without=["simplify"]))


def test_without_passes_there_is_nothing_to_report():
    assert report(every_pass(), without=[p.__name__ for p in ORDER]) == []


@settings(max_examples=60, deadline=None, derandomize=True)
@given(graphs())
def test_a_report_ends_where_the_passes_end(graph):
    steps = report(graph)
    assert [step.name for step in steps] == [p.__name__ for p in ORDER]
    assert steps[0].before is graph
    assert all(a.after is b.before for a, b in pairwise(steps))
    assert str(steps[-1].after) == str(optimise(graph))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(graphs())
def test_before_and_added_less_removed_is_after(graph):
    for step in report(graph):
        assert count(step.before) + step.added - step.removed == count(step.after)
        assert not step.added & step.removed
        if not step.changed:
            assert str(step.before) == str(step.after)
