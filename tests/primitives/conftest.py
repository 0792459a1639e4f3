"""The graph engine, for laws that both engines must keep."""

import pytest

from kerasish.backend import discovery


@pytest.fixture
def graph():
    return discovery.get("graph")
