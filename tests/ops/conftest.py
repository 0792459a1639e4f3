"""Every engine, for functions whose values must be the same in each."""

import functools

import pytest

from tests.engines import ENGINES, compute


@pytest.fixture(params=ENGINES)
def run(request):
    """Compute a function of arrays in one engine; the result is a tensor."""
    return functools.partial(compute, request.param)
