"""Export: a model as one file of plain data, and what runs that file with NumPy alone."""

from kerasish._absent import public
from kerasish.export.graph_file import export
from kerasish.export.inference import ExportError
from kerasish.export.loader import GraphFileError, load

__all__ = ["ExportError", "GraphFileError", "export", "load"]

__getattr__, __dir__ = public(__name__, __all__)
