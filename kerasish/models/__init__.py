"""Models: what users compile, train, save and load."""

from kerasish._absent import public
from kerasish.models.cloning import clone_model
from kerasish.models.model import Model, model_from_json
from kerasish.models.sequential import Sequential

__all__ = ["Model", "Sequential", "clone_model", "model_from_json"]

__getattr__, __dir__ = public(__name__, __all__)
