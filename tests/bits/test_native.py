"""Compiled code trains to the bits of the other engines, batch by batch and many at once."""

import contextlib
import warnings
from unittest import mock

import pytest

import kerasish as keras
from kerasish.backend.graph.printers import budget, choose
from kerasish.backend.graph.printers.native import jobs
from tests.bits.test_random_models import Case, compare, flat
from tests.thresholds import lowered

pytestmark = pytest.mark.native
pytest.importorskip("llvmlite", reason="compiled code needs the extra `jit`")


@pytest.fixture(autouse=True)
def engine_as_before():
    before = keras.backend.backend()
    yield
    keras.backend.set_backend(before)


@contextlib.contextmanager
def every_signature_at_once():
    """Compile the last, smaller batch as soon as the others."""
    with (
        mock.patch.object(choose, "COMES_AGAIN", 1),
        mock.patch.object(budget, "SHARE_WHEN_TOLD", float("inf")),
    ):
        yield


def check(seed, watched):
    case = Case(seed)
    with warnings.catch_warnings(), every_signature_at_once():
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


@pytest.mark.parametrize("seed", range(100, 104))
def test_a_random_model_trains_to_the_same_bits_where_only_large_ones_come(seed):
    with lowered():
        check(seed, watched=False)


@pytest.mark.parametrize("engine", ["eager", "graph"])
@pytest.mark.parametrize("seed", range(104, 107))
def test_a_model_that_goes_over_to_compiled_code_trains_to_the_same_bits(seed, engine):
    """Compiled in the midst of training, since it was worth it after some runs."""
    case = Case(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        with lowered(), mock.patch.object(jobs, "_command", return_value=None):  # by this process
            swapped, why = case.train(engine, watched=False, jit="auto", epochs=60)
        plain, _ = case.train("eager", watched=False, epochs=60)
    compare(dict(flat(plain)), dict(flat(swapped)), f"seed {seed}, {case.mix}, ")
    assert engine == "eager" or "native (compiled)" in why, why


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6, 100))
def test_random_models_train_to_the_same_bits(seed):
    check(seed, watched=seed % 2 == 0)
