"""A file has one concept: 400 lines at most. A function fits a screen."""

import ast

from tests.contracts.package import FILES, name, nodes_with_functions

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 60  # without its docstring


def test_no_file_is_longer_than_400_lines():
    sizes = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    long = {file: lines for file, lines in sizes.items() if lines > LINES_OF_A_FILE}
    assert not long, f"split these by concept: {long}"


def test_functions_fit_a_screen():
    long = [
        f"{name(path)}:{node.lineno}: {node.name} has {length(node)} lines"
        for path in FILES
        for node, _ in nodes_with_functions(path)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and length(node) > LINES_OF_A_FUNCTION
    ]
    assert not long, "\n".join(long)


def length(function):
    """Lines from the first statement after the docstring, so arguments and prose are free."""
    first = function.body[1 if ast.get_docstring(function) and len(function.body) > 1 else 0]
    return function.end_lineno - first.lineno + 1
