"""The one table between names, classes, objects and configs.

`kerasish.saving` shows the public part of it; every `get` of losses, optimizers and so on goes
through `resolve`. Nothing here knows files, layers or tensors: what it needs of them it finds by
name, when asked.
"""

from kerasish._registry.deserialize import deserialize_keras_object
from kerasish._registry.names import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
    to_snake_case,
)
from kerasish._registry.namespaces import is_ours
from kerasish._registry.nesting import MAX_DEPTH
from kerasish._registry.resolve import name_table, resolve
from kerasish._registry.serialize import serialize_keras_object
from kerasish._registry.sharing import ObjectSharingScope
from kerasish._registry.unknown import UnknownObjectError

__all__ = [
    "MAX_DEPTH",
    "CustomObjectScope",
    "ObjectSharingScope",
    "UnknownObjectError",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "is_ours",
    "name_table",
    "register_keras_serializable",
    "resolve",
    "serialize_keras_object",
    "to_snake_case",
]
