"""Nested structures: lists, tuples, namedtuples, dicts, deques, and whatever they hold.

Anything else, `None` included, is a leaf. Nothing here knows tensors or layers.
"""

from kerasish._absent import public
from kerasish.tree.comparing import assert_same_paths, assert_same_structure
from kerasish.tree.containers import is_nested
from kerasish.tree.mapping import (
    MAP_TO_NONE,
    lists_to_tuples,
    map_shape_structure,
    map_structure,
    map_structure_up_to,
    traverse,
)
from kerasish.tree.packing import flatten, flatten_with_path, pack_sequence_as

__all__ = [
    "MAP_TO_NONE",
    "assert_same_paths",
    "assert_same_structure",
    "flatten",
    "flatten_with_path",
    "is_nested",
    "lists_to_tuples",
    "map_shape_structure",
    "map_structure",
    "map_structure_up_to",
    "pack_sequence_as",
    "traverse",
]

__getattr__, __dir__ = public(__name__, __all__)
