"""Data for training: arrays, generators, datasets and loaders, all as batches."""

from kerasish.training.data.adapt import adapt
from kerasish.training.data.arrays import train_validation_split
from kerasish.training.data.data import Data
from kerasish.training.data.weights import class_weight_to_sample_weights

__all__ = ["Data", "adapt", "class_weight_to_sample_weights", "train_validation_split"]
