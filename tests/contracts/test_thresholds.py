"""Every number that switches a way of running on can be lowered, so that small tests reach it."""

import ast

import pytest

from tests import thresholds
from tests.contracts.package import FILES, name

ROOMS = ("arrays/", "backend/", "training/", "primitives/")
DRAWING = "backend/graph/printers/"  # boxes, layers and pictures: nothing runs there


def numbers_of(path):
    """Names of the module's own numbers, in capitals."""
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            target = statement.targets[0].id
            if target.isupper() and is_number(statement.value):
                yield target


def is_number(value):
    if isinstance(value, ast.Tuple):
        return False
    try:
        return isinstance(eval(compile(ast.Expression(value), "", "eval"), {}), (int, float))
    except Exception:
        return False


def test_every_threshold_is_known():
    known = {f"{m}.{n}" for m, values in thresholds.LOWERED.items() for n in values}
    known |= set(thresholds.OTHERS)
    found = set()
    for path in FILES:
        file = name(path).removeprefix("kerasish/")
        is_drawing = file.startswith(DRAWING) and file.count("/") == DRAWING.count("/")
        if file.startswith(ROOMS) and not (
            is_drawing and not file.endswith(("choose.py", "budget.py"))
        ):
            module = file.removesuffix(".py").replace("/", ".")
            found |= {f"{module}.{number}" for number in numbers_of(path)}
    assert not found - known, "put these into tests/thresholds.py"


@pytest.mark.parametrize("module", thresholds.LOWERED)
def test_what_is_lowered_is_there_and_lower(module):
    for number, low in thresholds.LOWERED[module].items():
        with thresholds.lowered():
            pass  # mock.patch refuses names that are not there
        full = getattr(__import__(f"kerasish.{module}", fromlist=["x"]), number)
        assert low < full or number.startswith("SHARE")
