"""Compiled code trains to the bits of the other engines, batch by batch and many at once."""

import warnings

import pytest

import kerasish as keras
from tests.bits.test_random_models import Case, compare, flat

pytestmark = pytest.mark.native
pytest.importorskip("llvmlite", reason="compiled code needs the extra `jit`")


@pytest.fixture(autouse=True)
def engine_as_before():
    before = keras.backend.backend()
    yield
    keras.backend.set_backend(before)


def check(seed, watched):
    case = Case(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        eager, _ = case.train("eager", watched)
        native, why = case.train("graph", watched, jit=True)
    compare(dict(flat(eager)), dict(flat(native)), f"seed {seed}, {case.mix}, ")
    steps = [line for line in why.splitlines() if line.startswith("train")]
    assert steps
    assert all("native (compiled)" in line for line in steps), why


@pytest.mark.parametrize("watched", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_a_random_model_trains_to_the_same_bits(seed, watched):
    check(seed, watched)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6, 100))
def test_random_models_train_to_the_same_bits(seed):
    check(seed, watched=seed % 2 == 0)
