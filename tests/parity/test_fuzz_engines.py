"""Random programs in every engine: no crash, the same bits. Keras is not asked.

More of them: `python -m tests.parity.fuzz --engines-only --minutes 30`.
"""

import pytest

from tests.parity.fuzz.__main__ import engines
from tests.parity.fuzz.areas import AREAS, check

ENGINES = engines()
INTERPRETED = ("eager", "graph")


def assert_alike(area, seed, engines=ENGINES):
    found = check(AREAS[area], seed, None, engines)
    assert not found, "\n\n".join(map(str, found))


@pytest.mark.parametrize("block", range(6))
def test_random_ops_have_the_same_bits(block):
    for seed in range(40 * block, 40 * block + 40):
        assert_alike("ops", seed, INTERPRETED)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("area", ["optimizers", "losses", "layers", "activations"])
def test_a_random_program_has_the_same_bits(area, seed):
    assert_alike(area, seed, INTERPRETED)


@pytest.mark.parametrize("seed", range(6))
def test_a_random_model_trains_to_the_same_bits(seed):
    assert_alike("models", seed, INTERPRETED)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_an_ordinary_net_at_real_size_trains_to_the_same_bits(seed):
    assert_alike("nets", seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 112))
def test_random_models_train_to_the_same_bits(seed):
    assert_alike("models", seed)
