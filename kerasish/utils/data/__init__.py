"""Datasets by rows and their batches, in PyTorch's words. Nothing here knows `fit`."""

from kerasish.utils.data.loader import DataLoader
from kerasish.utils.data.tensor_dataset import TensorDataset

__all__ = ["DataLoader", "TensorDataset"]
