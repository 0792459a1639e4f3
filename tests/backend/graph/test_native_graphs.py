"""Random graphs as compiled code: the bits of NumPy's printer, run after run."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

from kerasish.backend.graph.parse import parse
from kerasish.backend.graph.passes import optimise
from kerasish.backend.graph.plan.buffers import make_plan
from kerasish.backend.graph.verify import verify
from tests.backend.graph.random_graphs import LARGE, graphs
from tests.backend.graph.test_random_graphs import check
from tests.thresholds import lowered

pytestmark = pytest.mark.native
pytest.importorskip("llvmlite", reason="compiled code needs the extra `jit`")

from kerasish.backend.graph.printers.native.layout import Unprintable  # noqa: E402
from kerasish.backend.graph.printers.native.program import NativeProgram  # noqa: E402

CHECKED = settings(
    max_examples=150, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip


def check_compiled(graph):
    """Compile a graph, if there are words for all of it, and check its bits."""
    plan = make_plan(optimise(verify(graph)))
    try:
        program = NativeProgram(plan)
    except Unprintable:
        assume(False)
    check(graph, program, program.source.text)


@CHECKED
@given(graphs())
def test_compiled_code_keeps_every_bit(graph):
    check_compiled(graph)


@settings(CHECKED, max_examples=50)
@given(graphs(known=LARGE))
def test_compiled_code_keeps_every_bit_where_only_large_arrays_come(graph):
    with lowered():
        check_compiled(graph)


def test_a_part_that_lies_in_what_is_written_is_read_before():
    """Found by random graphs: `v1` is the first element of `v3`, and `v7` is written over `v3`."""
    graph = parse(
        """
        x: f32[1,3]
        t = transpose x axes=(1,0)
        v1 = matmul x t
        v2 = negative v1
        v3 = concatenate v1 v2 axis=0
        v6 = negative v3
        v7 = add v3 v1
        v8 = negative v7
        return v6 v8
        """
    )
    program = NativeProgram(make_plan(graph))
    check(graph, program, program.source.text)


@pytest.mark.parametrize("axes", [(0,), (1,), (0, 1)])
def test_sums_begin_with_zero(axes):
    """Found by random graphs: the sum of zeros of negative sign is 0.0."""
    text = f"x: f32[2,3]\ns = sum x axes={str(axes).replace(' ', '')} keepdims=False\nreturn s"
    (found,) = NativeProgram(make_plan(parse(text)))(np.full((2, 3), -0.0, "float32"))
    assert not np.signbit(found).any()
