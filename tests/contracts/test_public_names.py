"""A name is public if `public_names.txt` has it; every public name resolves.

After adding or removing a public name: `python -m tests.contracts.test_public_names`
rewrites the list, and the change of the list is reviewed with the change of the code.
"""

import importlib
import inspect
import pathlib
import pkgutil

import pytest

RECORD = pathlib.Path(__file__).with_name("public_names.txt")
NAMESPACES = [
    "kerasish",
    "kerasish.activations",
    "kerasish.backend",
    "kerasish.callbacks",
    "kerasish.config",
    "kerasish.constraints",
    "kerasish.datasets",
    "kerasish.datasets.digits",
    "kerasish.dtype_policies",
    "kerasish.export",
    "kerasish.graph",
    "kerasish.initializers",
    "kerasish.layers",
    "kerasish.losses",
    "kerasish.metrics",
    "kerasish.models",
    "kerasish.ops",
    "kerasish.optimizers",
    "kerasish.optimizers.schedules",
    "kerasish.random",
    "kerasish.regularizers",
    "kerasish.saving",
    "kerasish.tape",
    "kerasish.testing",
    "kerasish.tree",
    "kerasish.utils",
]

# Names of TensorFlow 1 that are modules there, too.
GRAPH_WORDS = {f"kerasish.graph.{name}" for name in ("layers", "losses", "nn", "train")}


def public_names():
    return sorted(
        f"{namespace}.{name}"
        for namespace in NAMESPACES
        for name in importlib.import_module(namespace).__all__
    )


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_public_names_resolve_and_stand_once(namespace):
    module = importlib.import_module(namespace)
    missing = [name for name in module.__all__ if not hasattr(module, name)]
    assert not missing
    assert len(module.__all__) == len(set(module.__all__))


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_no_file_hides_a_public_name(namespace):
    """A file `hinge.py` takes the name of a function `hinge` when it is imported after it."""
    module = importlib.import_module(namespace)
    files = {m.name for m in pkgutil.iter_modules(getattr(module, "__path__", []))}
    for name in files & set(module.__all__):
        importlib.import_module(f"{namespace}.{name}")
    hidden = {f"{namespace}.{n}" for n in module.__all__ if inspect.ismodule(getattr(module, n))}
    assert hidden <= {*NAMESPACES, *GRAPH_WORDS}


def test_public_names_are_those_on_record():
    recorded = RECORD.read_text(encoding="utf-8").split()
    assert public_names() == recorded, f"public names changed; run `python -m {__name__}`"


def test_every_package_of_users_is_a_public_namespace():
    inner = {"arrays", "demo", "errors", "primitives"}
    package = importlib.import_module("kerasish")
    rooms = {module.name for module in pkgutil.iter_modules(package.__path__)}
    public = {namespace.split(".")[1] for namespace in NAMESPACES if "." in namespace}
    assert {room for room in rooms if not room.startswith("_")} - inner - {"training"} <= public


if __name__ == "__main__":
    RECORD.write_text("\n".join(public_names()) + "\n", encoding="utf-8")
