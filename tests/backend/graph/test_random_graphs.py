"""Random graphs keep every bit: after each pass, under the plan, run after run."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kerasish.backend import pool
from kerasish.backend.flat import flatten
from kerasish.backend.graph.passes import ORDER, optimise
from kerasish.backend.graph.plan import blocks
from kerasish.backend.graph.plan.buffers import make_plan
from kerasish.backend.graph.printers.numpy.program import Program
from kerasish.backend.graph.verify import verify
from tests.backend.graph.random_graphs import (
    LARGE,
    at_once,
    graphs,
    inputs_of,
    quiet,
    same,
    variables_of,
)
from tests.thresholds import lowered

CHECKED = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


def check(graph, program, source=None):
    """Run three times with other inputs, each time against computing node by node."""
    kept = []
    for seed in range(3):
        arrays = inputs_of(graph, seed)
        before = [np.array(a) for a in arrays]
        outputs, updated = at_once(graph, arrays)
        with quiet():
            found = program(*arrays)
        for one, other in zip(found, outputs, strict=True):
            assert same(one, other), source
            assert np.asarray(one).flags.c_contiguous or one.base is not None
        for (variable, _), value in zip(graph.updates, updated, strict=True):
            assert same(variable.numpy(), value), source
        assert all(same(a, b) for a, b in zip(arrays, before, strict=True)), "an input was written"
        kept.append((found, outputs))
    for found, outputs in kept:
        assert all(map(same, found, outputs)), "an output was written by a later run"


def reset(graph, values):
    for variable, value in zip(variables_of(graph), values, strict=True):
        variable.assign(value)


@CHECKED
@given(graphs())
def test_a_plan_keeps_every_bit(graph):
    program = Program(make_plan(verify(graph)))
    check(graph, program, program.source.text)


@CHECKED
@given(graphs(), st.sampled_from(ORDER))
def test_a_pass_keeps_every_bit(graph, optimise_once):
    changed = verify(optimise_once(verify(graph)))
    assert [n.spec for n in changed.outputs] == [n.spec for n in graph.outputs]
    assert changed.inputs == graph.inputs
    values = [v.numpy() for v in variables_of(graph)]
    for seed in range(2):
        arrays = inputs_of(graph, seed)
        wanted, found = at_once(graph, arrays), at_once(changed, arrays)
        for one, other in zip(wanted[0] + wanted[1], found[0] + found[1], strict=True):
            assert same(one, other), f"{graph}\n\n{changed}"
    assert all(map(same, values, [v.numpy() for v in variables_of(graph)]))


@CHECKED
@given(graphs())
def test_all_passes_and_the_plan_keep_every_bit(graph):
    changed = verify(optimise(graph))
    program = Program(make_plan(changed))
    check(graph, program, f"{graph}\n\n{changed}\n\n{program.source.text}")


@CHECKED
@given(graphs(most_variables=3))
def test_variables_in_one_buffer_keep_every_bit(graph):
    variables = variables_of(graph)
    if variables:
        flatten(variables)
    program = Program(make_plan(graph))
    check(graph, program, program.source.text)


@CHECKED
@given(graphs())
def test_memory_that_is_used_again_keeps_every_bit(graph):
    arrays = inputs_of(graph, 0)
    wanted = at_once(graph, arrays)
    with mock.patch.object(pool, "SMALLEST", 0):
        found = at_once(graph, arrays)
        for one, other in zip(wanted[0] + wanted[1], found[0] + found[1], strict=True):
            assert same(one, other), str(graph)
        check(graph, Program(make_plan(graph)))


@CHECKED
@given(graphs(known=LARGE))
def test_what_only_large_arrays_reach_keeps_every_bit(graph):
    with lowered():
        plan = make_plan(verify(graph))
        program = Program(plan)
        check(graph, program, program.source.text)
        program = Program(make_plan(verify(optimise(graph))))
        check(graph, program, program.source.text)


def test_random_graphs_reach_blocks():
    blocked = set()

    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    @given(graphs(known=LARGE))
    def draw(graph):
        with lowered():
            plan = make_plan(graph)
        blocked.update(len(s.steps) for s in plan.steps if isinstance(s, blocks.Group))

    draw()
    assert max(blocked) >= 4


@CHECKED
@given(graphs())
def test_passes_come_to_an_end(graph):
    once = optimise(graph)
    assert len(once.nodes()) <= len(graph.nodes())
    assert str(optimise(once)) == str(optimise(optimise(once)))


@pytest.mark.slow
@settings(max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graphs())
def test_thousands_of_graphs_keep_every_bit(graph):
    values = [v.numpy() for v in variables_of(graph)]
    check(graph, Program(make_plan(graph)))
    reset(graph, values)
    check(graph, Program(make_plan(optimise(graph))))


@pytest.mark.slow
@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graphs(known=LARGE))
def test_thousands_of_graphs_keep_every_bit_where_only_large_ones_come(graph):
    with lowered():
        check(graph, Program(make_plan(optimise(graph))))
