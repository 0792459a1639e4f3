"""Imports point downwards, and heavy packages are imported late and in one place each.

The order of the rooms is the import-linter contract in pyproject.toml, read from there.
"""

import ast
import re
import sys
import tomllib

import pytest

from tests.contracts.package import FILES, ROOT, name, nodes_with_functions

# Third-party package → the files (by the start of their name) that may import it.
HOME = {
    "numpy": ["kerasish/"],
    "h5py": ["kerasish/saving/"],
    "tqdm": ["kerasish/"],
    "llvmlite": [
        "kerasish/backend/graph/printers/native/compiler.py",
        "kerasish/backend/graph/printers/native/machine.py",
    ],
    "cupy": ["kerasish/arrays/device.py", "kerasish/backend/graph/printers/cupy/"],
    "ml_dtypes": ["kerasish/arrays/dtype.py"],
    "matplotlib": ["kerasish/backend/graph/printers/drawing.py"],
    "pytest": ["kerasish/testing/"],
}
AT_THE_TOP_OF_A_FILE = {"numpy", "pytest"}  # the others only inside a function
# These speak to users and therefore use the package as users do: `import kerasish as keras`.
USERS_OF_THE_WHOLE = {"kerasish/__main__.py", "kerasish/demo.py"}
# What writes graphs down traces them, whatever engine is in force.
WRITERS_OF_GRAPHS = {"kerasish/export/encoding.py", "kerasish/export/inference.py"}


def rooms():
    """Room → its line, counted from the top."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = pyproject["tool"]["importlinter"]["contracts"]
    return {
        room: line
        for line, text in enumerate(contract["layers"])
        for room in re.findall(r"\w+", text)
    }


LINE = rooms()


def room(module):
    return module.split(".")[1] if "." in module else None


def imports(path):
    """Yield (line number, module, is inside a function) for each import that really happens."""
    package = name(path).removesuffix(".py").removesuffix("/__init__").split("/")
    if path.name != "__init__.py":
        package.pop()
    ignored = only_for_types(path)
    for node, around in nodes_with_functions(path):
        inside = any(not isinstance(outer, ast.ClassDef) for outer in around)
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, inside
        elif isinstance(node, ast.ImportFrom) and node not in ignored:
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, [base, node.module]))
            if module == "kerasish":  # `from kerasish import ops` is about the room `ops`
                for alias in node.names:
                    yield node.lineno, f"kerasish.{alias.name}", inside
            else:
                yield node.lineno, module, inside


def only_for_types(path):
    """The statements under `if TYPE_CHECKING:`."""
    return {
        statement
        for node, _ in nodes_with_functions(path)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for statement in node.body
    }


def test_every_room_has_its_line():
    present = {name(path).split("/")[1].removesuffix(".py") for path in FILES} - {"__init__"}
    assert present <= set(LINE), f"not in pyproject.toml's contract: {present - set(LINE)}"


def test_imports_point_downwards():
    upwards = []
    for path in FILES:
        here = name(path).split("/")[1].removesuffix(".py")
        if here == "__init__":
            continue
        for number, module, _ in imports(path):
            if module.split(".")[0] != "kerasish":
                continue
            if module == "kerasish" and name(path) in USERS_OF_THE_WHOLE:
                continue
            if LINE.get(room(module), -1) < LINE[here]:
                upwards.append(f"{name(path)}:{number}: {here} imports {module}")
    assert not upwards, "\n".join(upwards)


def test_engines_do_not_know_each_other():
    strangers = [
        f"{name(path)}:{number}: imports {module}"
        for here, other in (("eager", "graph"), ("graph", "eager"))
        for path in FILES
        if name(path).startswith(f"kerasish/backend/{here}/")
        for number, module, _ in imports(path)
        if module.startswith(f"kerasish.backend.{other}")
    ]
    assert not strangers, "\n".join(strangers)


def test_nothing_above_the_backend_names_an_engine():
    named = [
        f"{name(path)}:{number}: imports {module}"
        for path in FILES
        if not name(path).startswith("kerasish/backend/") and name(path) not in WRITERS_OF_GRAPHS
        for number, module, _ in imports(path)
        if re.match(r"kerasish\.backend\.(eager|graph)\b", module)
    ]
    assert not named, "\n".join(named)


def test_third_party_packages_are_imported_where_they_belong():
    strays = []
    for path in FILES:
        for number, module, inside in imports(path):
            top = module.split(".")[0]
            if top == "kerasish" or top in sys.stdlib_module_names:
                continue
            if not any(name(path).startswith(start) for start in HOME.get(top, [])):
                strays.append(f"{name(path)}:{number}: {top} does not belong here")
            elif not inside and top not in AT_THE_TOP_OF_A_FILE:
                strays.append(f"{name(path)}:{number}: {top} should be imported inside a function")
    assert not strays, "\n".join(strays)


@pytest.mark.parametrize(
    "source, expected",
    [
        ("import h5py", (1, "h5py", False)),
        ("def read():\n    import h5py", (2, "h5py", True)),
        ("class Reader:\n    from h5py import File", (2, "h5py", False)),
        ("from kerasish import layers", (1, "kerasish.layers", False)),
        ("from . import nn", (1, "kerasish.ops", False)),
        ("from ..layers import Dense", (1, "kerasish.layers", False)),
    ],
)
def test_the_reader_of_imports_sees_each_form(source, expected, monkeypatch):
    path = ROOT / "kerasish" / "ops" / "example.py"
    monkeypatch.setattr("tests.contracts.package.tree", lambda path: ast.parse(source))
    assert list(imports(path)) == [expected]


def test_the_reader_of_imports_skips_what_is_only_for_types(monkeypatch):
    source = "if TYPE_CHECKING:\n    from kerasish.models import Model"
    parsed = ast.parse(source)
    monkeypatch.setattr("tests.contracts.package.tree", lambda path: parsed)
    assert list(imports(ROOT / "kerasish" / "ops" / "example.py")) == []
