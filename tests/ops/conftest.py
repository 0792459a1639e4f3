"""Every engine, for functions whose values must be the same in each."""

import pytest

from kerasish import ops
from kerasish.backend.discovery import get


@pytest.fixture(params=["eager", "graph", pytest.param("compiled", marks=pytest.mark.native)])
def run(request):
    """Compute a function of arrays in one engine; the result is a tensor."""
    if request.param == "eager":
        return lambda f, *arrays: f(*[ops.convert_to_tensor(a) for a in arrays])
    if request.param == "compiled":
        pytest.importorskip("llvmlite", reason="compiled code needs the extra `jit`")

    def in_graph(f, *arrays):
        function = get("graph").function(f)
        function.jit_compile = request.param == "compiled"
        return function(*arrays)

    return in_graph
