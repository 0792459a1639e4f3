"""What the contract tests share: the package's files and their syntax trees."""

import ast
import functools
import pathlib

ROOT = pathlib.Path(__file__).parents[2]
FILES = sorted((ROOT / "kerasish").rglob("*.py"))


def name(path):
    """`kerasish/ops/nn.py`, whatever the machine's separator is."""
    return path.relative_to(ROOT).as_posix()


@functools.cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"), filename=name(path))


def nodes_with_functions(path):
    """Yield each node of a file with the functions and classes around it, outermost first."""

    def walk(node, around):
        for child in ast.iter_child_nodes(node):
            yield child, around
            inner = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            yield from walk(child, (*around, child) if inner else around)

    return walk(tree(path), ())
