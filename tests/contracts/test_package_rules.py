"""What package code never contains: assertions, stubs, notes to self, rooms without a meaning."""

import ast
import re

from tests.contracts.package import FILES, name, nodes_with_functions

SCHEDULE = "kerasish/optimizers/schedules/learning_rate_schedule.py:LearningRateSchedule"

# file:class.method → why raising NotImplementedError is its contract and not a stub.
ABSTRACT = {
    "kerasish/initializers/initializer.py:Initializer.__call__": "each initializer defines it",
    "kerasish/_registry/configurable.py:Configurable.constructor_config": "as in Keras",
    "kerasish/layers/layer.py:Layer.call": "each layer defines it",
    "kerasish/layers/merging/base_merge.py:Merge.merge": "each merging layer defines it",
    "kerasish/losses/loss.py:Loss.call": "each loss defines it",
    "kerasish/metrics/metric.py:Metric.update_state": "each metric defines it",
    "kerasish/metrics/metric.py:Metric.result": "each metric defines it",
    "kerasish/models/model.py:Model.call": "each subclassed model defines it",
    "kerasish/ops/operation.py:Operation.call": "each operation defines it",
    "kerasish/optimizers/optimizer.py:Optimizer.update": "each optimizer defines it",
    "kerasish/tape/function.py:Function.forward": "each function of one's own defines it",
    "kerasish/tape/function.py:Function.backward": "each function of one's own defines it",
    f"{SCHEDULE}.__call__": "each schedule defines it",
    f"{SCHEDULE}.get_config": "each schedule defines it",
    "kerasish/regularizers/regularizer.py:Regularizer.get_config": "as in Keras",
    "kerasish/utils/py_dataset.py:PyDataset.__getitem__": "each dataset defines it",
    "kerasish/utils/py_dataset.py:PyDataset.num_batches": "a dataset defines it, or __len__",
}
WITHOUT_MEANING = {"helpers", "common", "misc", "lib"}


def found(kind, where=lambda node: True):
    return [
        f"{name(path)}:{node.lineno}"
        for path in FILES
        for node, _ in nodes_with_functions(path)
        if isinstance(node, kind) and where(node)
    ]


def test_checks_are_errors_and_not_assertions():
    assert not found(ast.Assert), "python -O drops assertions: raise an error instead"


def test_only_abstract_methods_raise_not_implemented():
    stubs = [
        place
        for path in FILES
        for node, around in nodes_with_functions(path)
        if isinstance(node, ast.Raise)
        and "NotImplementedError" in ast.dump(node)
        and (place := f"{name(path)}:{'.'.join(outer.name for outer in around)}") not in ABSTRACT
    ]
    assert not stubs, f"stubs, or abstract methods to list in ABSTRACT with their reason: {stubs}"


def test_the_list_of_abstract_methods_names_what_exists():
    existing = {
        f"{name(path)}:{'.'.join(outer.name for outer in around)}"
        for path in FILES
        for node, around in nodes_with_functions(path)
        if isinstance(node, ast.Raise)
    }
    assert set(ABSTRACT) <= existing


def test_nothing_is_left_to_do():
    notes = [
        f"{name(path)}:{number}: {line.strip()}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b(?! #\d)", line)
    ]
    assert not notes, "a TODO names an issue: `TODO #12: …`\n" + "\n".join(notes)


def test_no_exception_is_swallowed_blindly():
    assert not found(ast.ExceptHandler, lambda node: node.type is None)


def test_imports_name_what_they_take():
    assert not found(ast.ImportFrom, lambda node: node.names[0].name == "*")


def test_every_module_says_what_it_is_for():
    silent = [
        name(path)
        for path in FILES
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent


def test_rooms_are_named_after_what_they_hold():
    names = {part for path in FILES for part in name(path).removesuffix(".py").split("/")}
    assert not names & WITHOUT_MEANING
    assert [name(path) for path in FILES if path.name == "utils.py"] == []


def test_package_code_names_no_place_of_a_machine():
    places = [
        f"{name(path)}:{node.lineno}: {node.value}"
        for path in FILES
        for node, _ in nodes_with_functions(path)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.match(r"(/(home|root|work|tmp|Users)/|[A-Z]:\\)", node.value)
    ]
    assert not places
