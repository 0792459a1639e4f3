"""Every primitive that a graph file holds gives the same bits there as here."""

import importlib
import pathlib

import numpy as np
import pytest

from kerasish import ops
from kerasish.arrays.dtype import dtype_name
from kerasish.arrays.spec import Spec
from kerasish.backend.compute import apply
from kerasish.backend.tensor import Tensor
from kerasish.export import ExportError, export, load
from kerasish.export.inference import FORMULAS, TRANSLATED
from kerasish.export.loader import PRIMITIVES
from kerasish.testing.bits import assert_same_bits
from tests import primitives as law_tests

FOLDER = pathlib.Path(law_tests.__path__[0])
MODULES = [f"tests.primitives.{path.stem}" for path in sorted(FOLDER.glob("test_*.py"))]
LAWS = [law for m in MODULES for law in getattr(importlib.import_module(m), "LAWS", ())]
GRADIENTS_ALONE = {"scatter_add", "add_along_axis"}


def in_file(primitive):
    name = TRANSLATED.get(primitive.name, primitive.name)
    return name in PRIMITIVES or primitive in FORMULAS or name == "stop_gradient"


def names(laws):
    return {law.values[0].name for law in laws}


KNOWN = [law for law in LAWS if in_file(law.values[0])]
UNKNOWN = [law for law in LAWS if not in_file(law.values[0])]


def specs(arrays):
    return [Spec(a.shape, dtype_name(a.dtype)) for a in arrays]


@pytest.mark.parametrize("primitive, arrays, params, order", KNOWN)
def test_a_primitive_has_the_same_bits_in_a_file(primitive, arrays, params, order, tmp_path):
    wide = [np.asarray(a) for a in arrays]
    for inputs in (wide, [a.astype("float32") if a.dtype == "float64" else a for a in wide]):
        path = tmp_path / "one.kgraph"
        export(lambda *tensors: primitive(*tensors, **params), path, *specs(inputs))
        here = apply(primitive, tuple(Tensor(np.asarray(a, order="C")) for a in inputs), params)
        assert_same_bits(load(path)(*inputs), here, primitive.name)


@pytest.mark.parametrize("primitive, arrays, params, order", UNKNOWN)
def test_other_primitives_are_refused_by_name(primitive, arrays, params, order, tmp_path):
    with pytest.raises(ExportError, match=f"cannot hold the primitive '{primitive.name}'"):
        export(
            lambda *tensors: primitive(*tensors, **params),
            tmp_path / "one.kgraph",
            *specs([np.asarray(a) for a in arrays]),
        )
    assert list(tmp_path.iterdir()) == []


def test_the_loader_has_every_primitive_but_random_numbers_and_gradients():
    left_out = {name for name in names(UNKNOWN) if not name.startswith("random_")}
    assert left_out == GRADIENTS_ALONE, "give the loader these, or say here why it needs none"


def test_views_and_copies_keep_their_layout(tmp_path):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(9, 5)).astype("float32"), rng.normal(size=(9, 7)).astype("float32")

    def functions(x, w):
        y = ops.transpose(x) @ w
        return [
            y,
            ops.transpose(y) @ ops.transpose(x),
            ops.sum(ops.transpose(y), axis=0),
            ops.reshape(ops.transpose(y), (5, 7)) @ ops.transpose(w),
            ops.power(ops.abs(ops.broadcast_to(y[:1], (5, 7))), 1.7),
            ops.exp(ops.flip(ops.transpose(y), 1)),
            ops.transpose(x),
        ]

    export(functions, tmp_path / "views.kgraph", x, w)
    found = load(tmp_path / "views.kgraph")(x, w)
    here = functions(ops.convert_to_tensor(x), ops.convert_to_tensor(w))
    for one, other in zip(found, here, strict=True):
        assert_same_bits(one, other)
