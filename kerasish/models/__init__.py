"""Models: what users compile, train, save and load."""

from kerasish.models.cloning import clone_model
from kerasish.models.model import Model, model_from_json
from kerasish.models.sequential import Sequential

__all__ = ["Model", "Sequential", "clone_model", "model_from_json"]
