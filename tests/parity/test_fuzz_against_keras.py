"""Random programs beside the real Keras on JAX. More of them: `nox -s fuzz -- --minutes 30`."""

import importlib.util

import pytest

from tests.parity.fuzz.area_ops import draw_program
from tests.parity.fuzz.areas import AREAS, check, check_program
from tests.parity.fuzz.drawing import Draw
from tests.parity.fuzz.known import reason_for
from tests.parity.fuzz.op_table import OPS
from tests.parity.fuzz.programs import Keras

pytestmark = [
    pytest.mark.keras,
    pytest.mark.skipif(
        not (importlib.util.find_spec("keras") and importlib.util.find_spec("jax")),
        reason="Keras with JAX is not installed, so there is nothing to compare with.",
    ),
]
# Few enough that all of this file takes less than two minutes of one core.
SEEDS = {"activations": 9, "losses": 9, "metrics": 9, "initializers": 6, "constraints": 6,
         "schedules": 3, "optimizers": 3, "layers": 12, "models": 3}  # fmt: skip
BLOCK = 3


@pytest.fixture(scope="module")
def keras():
    return Keras()


def assert_explained(found):
    unexplained = [difference for difference in found if reason_for(difference) is None]
    assert not unexplained, "\n\n".join(map(str, unexplained))


@pytest.mark.parametrize("name", sorted(OPS))
def test_an_op_is_kerass(name, keras):
    program = draw_program(Draw(name, 1, keras=True), name)
    assert_explained(check_program(program, keras, ("eager",)))


@pytest.mark.parametrize(
    "area, start",
    [(area, start) for area, count in SEEDS.items() for start in range(0, count, BLOCK)],
)
def test_random_programs_are_kerass(area, start, keras):
    found = []
    for seed in range(start, min(start + BLOCK, SEEDS[area])):
        found += check(AREAS[area], seed, keras, ("graph",))
    assert_explained(found)
