"""Activations and their like, where TensorFlow 1 has them."""

from kerasish.ops import log_softmax, relu, sigmoid, softmax, softplus, tanh

__all__ = ["log_softmax", "relu", "sigmoid", "softmax", "softplus", "tanh"]
