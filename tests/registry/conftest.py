"""Small classes in the place of layers and losses, and namespaces of kerasish made of them."""

import sys
import types

import pytest

from kerasish import _registry


class Part:
    """Anything with a config: keeps its arguments, as layers do."""

    def __init__(self, **arguments):
        self.arguments = arguments

    def get_config(self):
        return self.arguments

    @classmethod
    def from_config(cls, config):
        made = {
            key: _registry.deserialize_keras_object(value) if isinstance(value, dict) else value
            for key, value in config.items()
        }
        return cls(**made)

    def __eq__(self, other):
        return type(self) is type(other) and self.arguments == other.arguments

    __hash__ = None


class Stack(Part):
    """A container of parts, as Sequential is."""

    @classmethod
    def from_config(cls, config):
        return cls(parts=[_registry.deserialize_keras_object(part) for part in config["parts"]])


@pytest.fixture(autouse=True)
def clean_table():
    """What a test registers is gone after it."""
    table = _registry.get_custom_objects()
    before = dict(table)
    yield
    table.clear()
    table.update(before)


@pytest.fixture
def namespace(monkeypatch):
    """Fill `kerasish.<name>`: with what its files define, and what they import from elsewhere."""

    def fill(name, imported=None, **defined):
        module = types.ModuleType(f"kerasish.{name}")
        for value in defined.values():
            value.__module__ = f"kerasish.{name}.file"
        vars(module).update(imported or {}, **defined)
        monkeypatch.setitem(sys.modules, f"kerasish.{name}", module)
        return module

    return fill
