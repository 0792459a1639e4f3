"""Random graphs as compiled code: the bits of NumPy's printer, run after run."""

import pytest
from hypothesis import HealthCheck, assume, given, settings

from kerasish.backend.graph.passes import optimise
from kerasish.backend.graph.plan.buffers import make_plan
from kerasish.backend.graph.verify import verify
from tests.backend.graph.random_graphs import graphs
from tests.backend.graph.test_random_graphs import check

pytestmark = pytest.mark.native
pytest.importorskip("llvmlite", reason="compiled code needs the extra `jit`")

from kerasish.backend.graph.printers.native.layout import Unprintable  # noqa: E402
from kerasish.backend.graph.printers.native.program import NativeProgram  # noqa: E402


@settings(
    max_examples=150, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
@given(graphs())
def test_compiled_code_keeps_every_bit(graph):
    plan = make_plan(optimise(verify(graph)))
    try:
        program = NativeProgram(plan)
    except Unprintable:
        assume(False)
    check(graph, program, program.source.text)
