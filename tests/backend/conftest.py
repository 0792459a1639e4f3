"""Both engines, and how a function is made in each."""

import pytest

from kerasish.backend import discovery


@pytest.fixture(params=["eager", "graph"])
def engine(request):
    """Each engine in turn; it is not made the current one."""
    return discovery.get(request.param)


@pytest.fixture
def graph():
    return discovery.get("graph")
