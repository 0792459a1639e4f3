"""Layers that only change values while training."""
