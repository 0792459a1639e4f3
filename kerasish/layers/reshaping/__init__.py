"""Layers that move values."""
