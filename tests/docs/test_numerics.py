"""docs/numerics.md: each rule names the tests that hold it, and these exist."""

import ast
import functools
import pathlib
import re

ROOT = pathlib.Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "numerics.md").read_text(encoding="utf-8")
REFERENCE = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@functools.cache
def names_in(file):
    """The names of the tests in a file."""
    path = ROOT / file
    if not path.exists():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def rules(text):
    """The lines that state a rule: points of a list, and rows of a table after its head."""
    lines = text.splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith("| What |")]
    return [line for line in lines if line.startswith("- ")] + rows


def test_every_rule_names_its_tests():
    assert [rule for rule in rules(PAGE) if not REFERENCE.search(rule)] == []


def test_every_test_that_the_page_names_exists():
    named = REFERENCE.findall(PAGE)
    assert [f"{file}::{test}" for file, test in named if test not in names_in(file)] == []


def test_the_page_has_a_rule_for_each_subject():
    sections = re.split(r"^## ", PAGE, flags=re.M)[1:]
    assert len(sections) >= 14
    assert [s.splitlines()[0] for s in sections if not rules(s)] == []


def test_a_rule_without_a_test_would_be_found():
    assert rules("- a rule\n| What | Why |\n|---|---|\n| a | b |\nprose") == [
        "- a rule",
        "| a | b |",
    ]
    assert not REFERENCE.search("- a rule of `tests/nothing.py`")
    assert names_in("tests/nothing.py") == set()
