"""No primitive without a law test, and no rule that asks for what does not exist."""

import importlib
import pathlib

import numpy as np
import pytest

import kerasish.primitives
from kerasish.arrays.spec import Spec
from kerasish.backend.graph.parse import primitives_by_name
from kerasish.primitives import state
from kerasish.primitives.primitive import Elementwise, Primitive

FOLDER = pathlib.Path(__file__).parent
PRIMITIVES = {
    name: primitive
    for name, primitive in primitives_by_name().items()
    if not isinstance(primitive, state.Source)
}


def test_every_primitive_has_a_law_test():
    files = sorted(FOLDER.glob("test_*.py"))
    modules = [importlib.import_module(f"tests.primitives.{path.stem}") for path in files]
    tested = {case.values[0].name for module in modules for case in getattr(module, "LAWS", ())}
    assert set(PRIMITIVES) - tested == set(), "give these a case in LAWS of their family's test"


def test_every_family_is_known_to_the_parser():
    folder = pathlib.Path(kerasish.primitives.__file__).parent
    defined = set()
    for path in folder.glob("*.py"):
        module = importlib.import_module(f"kerasish.primitives.{path.stem}")
        defined |= {v.name for v in vars(module).values() if isinstance(v, Primitive)}
    assert defined - {"placeholder", "constant", "read"} == set(PRIMITIVES)


def test_names_are_written_once():
    folder = pathlib.Path(kerasish.primitives.__file__).parent
    instances = {}
    for path in folder.glob("*.py"):
        module = importlib.import_module(f"kerasish.primitives.{path.stem}")
        for value in vars(module).values():
            if isinstance(value, Primitive):
                assert instances.setdefault(value.name, value) is value


@pytest.mark.parametrize("name", PRIMITIVES)
def test_a_primitive_has_no_state_and_a_docstring(name):
    primitive = PRIMITIVES[name]
    assert vars(primitive) == {}
    assert type(primitive).__doc__
    assert repr(primitive) == name


def test_a_misspelt_name_in_a_rule_fails_at_import():
    with pytest.raises(TypeError, match=r"Twice.grad_x asks for unknown 'ouput'"):

        class Twice(Elementwise):
            """Doubled."""

            def grad_x(self, g, ouput):
                return g


def test_a_rule_for_no_input_fails_at_import():
    with pytest.raises(TypeError, match=r"Twice.grad_y belongs to no input of \('x',\)"):

        class Twice(Elementwise):
            """Doubled."""

            def grad_y(self, g):
                return g


def test_a_primitive_without_a_shape_rule_says_so():
    class Nothing(Primitive):
        """Nothing."""

    with pytest.raises(TypeError, match="Nothing must define `infer`"):
        Nothing().infer(Spec((), "float32"))


def test_nothing_is_applied_where_no_backend_is():
    from kerasish.primitives import applier

    with pytest.raises(RuntimeError, match="No backend is there to apply add"):
        applier._nobody(PRIMITIVES["add"], (np.ones(1),), {})
